-- What mails are made of (templates, identities, signatures, images, documents), and what the ledger needs to send each document
-- once and to know for ever who got what.

create table template (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  version integer not null default 1,
  -- The content that is being worked on; what is sent is always a version.
  draft jsonb not null,
  archived_at timestamptz,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table template_version (
  id uuid primary key default gen_random_uuid(),
  template_id uuid not null references template (id),
  number integer not null,
  content jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  unique (template_id, number)
);

create table identity (
  id uuid primary key default gen_random_uuid(),
  label text not null unique,
  version integer not null default 1,
  name text not null,
  address text not null,
  reply_to text,
  -- Domains of recipients that it may write to; empty: all.
  allowed_domains text[] not null default '{}',
  dkim_domain text,
  dkim_selector text,
  dkim_key text,
  check (num_nonnulls(dkim_domain, dkim_selector, dkim_key) in (0, 3)),
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table signature (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  version integer not null default 1,
  html text not null,
  text text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table image (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  type text not null,
  size integer not null,
  sha256 bytea not null unique,
  bytes bytea not null,
  added_by text not null,
  added_at timestamptz not null default now()
);
alter table image alter column bytes set storage external;

-- A file that goes out with mails, known by its SHA-256. A new version under the same name is a new document of the same title.
create table document (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  version integer not null,
  name text not null,
  type text not null,
  size bigint not null,
  sha256 bytea not null unique,
  origin text not null check (origin in ('folder', 'upload')),
  -- Below the documents folder.
  path text,
  added_by text not null,
  added_at timestamptz not null default now(),
  -- Taken out of the folder or withdrawn by a person: no campaign can start with it. What was sent stays known, bytes included.
  removed_at timestamptz,
  removed_by text,
  unique (title, version)
);
create table document_chunk (
  sha256 bytea not null,
  n integer not null,
  bytes bytea not null,
  primary key (sha256, n)
);
alter table document_chunk alter column bytes set storage external;
-- Files of the folder that are no documents, and why.
create table document_fault (
  path text primary key,
  reason text not null,
  seen_at timestamptz not null default now()
);
create table campaign_document (
  campaign_id uuid not null references campaign (id) on delete cascade,
  position integer not null,
  document_id uuid not null references document (id),
  "as" text not null check ("as" in ('attachment', 'link', 'body')),
  -- How long a link works, from the mail on.
  link_ms bigint,
  primary key (campaign_id, position),
  unique (campaign_id, document_id)
);
create index campaign_document_document on campaign_document (document_id);

-- Who got which document: written with the intent, taken back when the mail did not go out. Once per contact over all campaigns,
-- unless somebody forced it.
create table document_receipt (
  document_id uuid not null references document (id),
  contact_id uuid not null references contact (id),
  campaign_id uuid not null references campaign (id) on delete cascade,
  forced_by uuid references control (id),
  at timestamptz not null default now(),
  primary key (contact_id, document_id, campaign_id)
);
create unique index document_once on document_receipt (document_id, contact_id) where forced_by is null;
create index document_receipt_campaign on document_receipt (campaign_id, contact_id);

create table frequency_cap (
  stream text primary key,
  count integer not null check (count > 0),
  per_ms bigint not null check (per_ms >= 60000),
  changed_by text not null,
  changed_at timestamptz not null default now()
);

alter table campaign
  -- Only those who ordered the newsletter. The API's default is true; campaigns from before this column go to everybody as they did.
  add column newsletter_only boolean not null default false,
  add column newsletter_reason text,
  add column newsletter_by text,
  add column identity_id uuid references identity (id),
  add column template_version_id uuid references template_version (id),
  add column signature_id uuid references signature (id),
  -- The signature as it is sent: {"html", "text"}.
  add column signature jsonb,
  -- Nobody who got the same template version so recently; null: does not matter.
  add column once_within_ms bigint,
  add column log_activity boolean not null default true,
  -- The mail speaks of agents or linked records: the claim reads them, too.
  add column uses_linked boolean not null default false;
create index campaign_template_version on campaign (template_version_id) where template_version_id is not null;

alter table delivery
  add column contact_version integer,
  add column customer_version integer,
  add column linked_values jsonb,
  -- The act by which somebody wants it sent in spite of "once" and "within".
  add column forced_by uuid references control (id);

-- "Serial mail" on the contact, the customer and the linked records of everybody who got one.
create table activity (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  mark text not null default 'serial mail',
  campaign_id uuid not null references campaign (id) on delete cascade,
  contact_id uuid not null references contact (id) on delete cascade,
  customer_id uuid references customer (id) on delete cascade,
  record_id uuid references record (id) on delete cascade,
  check (num_nonnulls(customer_id, record_id) <= 1),
  unique nulls not distinct (campaign_id, contact_id, customer_id, record_id)
);
create index activity_contact on activity (contact_id, at desc) where customer_id is null and record_id is null;
create index activity_customer on activity (customer_id, at desc) where customer_id is not null;
create index activity_record on activity (record_id, at desc) where record_id is not null;

-- A frequency cap puts off a mail that was not tried yet: planned → deferred.
drop trigger delivery_transition on delivery;
create trigger delivery_transition before update of state on delivery
  for each row when (old.state <> new.state and not case old.state
    when 'planned' then new.state in ('sending', 'deferred', 'skipped', 'cancelled')
    when 'sending' then new.state in ('sent', 'failed', 'deferred', 'inDoubt', 'planned', 'skipped')
    when 'deferred' then new.state in ('sending', 'failed', 'skipped', 'cancelled')
    when 'inDoubt' then new.state in ('sent', 'failed', 'deferred', 'planned')
    else false end)
  execute function refuse_transition();
