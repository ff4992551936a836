-- People in full: typed attributes, agents, linked records, consent with its proof, older values, sources of imports, work lists.

alter table customer
  add column external_id text unique,
  -- Counts changes of what a mail may be filled with; older values are in customer_past.
  add column version integer not null default 1;
alter table contact
  add column external_id text unique,
  add column version integer not null default 1;

-- What is known of the attributes in `attributes`: declared by a person or found at an import.
create table attribute (
  owner text not null check (owner in ('contact', 'customer', 'record')),
  name text not null,
  type text not null check (type in ('text', 'number', 'date', 'yesNo', 'choice')),
  label text,
  choices text[],
  -- Found at an import and not yet confirmed by a person.
  found boolean not null default false,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (owner, name)
);

-- The person of our own side who looks after a customer: the customer's attribute `agent` is the agent's name.
create table agent (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  email text,
  phone text,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A thing of another system (a property, an order, a ticket) that people, customers and campaigns have to do with.
create table record (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  external_id text not null,
  title text not null,
  link text,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (kind, external_id)
);
create table record_link (
  record_id uuid not null references record (id) on delete cascade,
  contact_id uuid references contact (id) on delete cascade,
  customer_id uuid references customer (id) on delete cascade,
  campaign_id uuid references campaign (id) on delete cascade,
  linked_by text not null,
  linked_at timestamptz not null default now(),
  check (num_nonnulls(contact_id, customer_id, campaign_id) = 1),
  unique nulls not distinct (record_id, contact_id, customer_id, campaign_id)
);
create index record_link_contact on record_link (contact_id) where contact_id is not null;
create index record_link_customer on record_link (customer_id) where customer_id is not null;
create index record_link_campaign on record_link (campaign_id) where campaign_id is not null;

-- Every time somebody ordered or cancelled the newsletter: the proof (GDPR 7(1)). contact.newsletter is the latest of it.
create table consent (
  id bigint generated always as identity primary key,
  contact_id uuid not null references contact (id) on delete cascade,
  given boolean not null,
  at timestamptz not null,
  how text not null,
  wording text,
  recorded_by text not null,
  recorded_at timestamptz not null default now()
);
create index consent_of_contact on consent (contact_id, recorded_at desc);

-- What a mail was filled with stays known when the person changes: a delivery names the versions that it saw.
create table contact_past (
  contact_id uuid not null references contact (id) on delete cascade,
  version integer not null,
  "values" jsonb not null,
  until timestamptz not null default now(),
  primary key (contact_id, version)
);
create table customer_past (
  customer_id uuid not null references customer (id) on delete cascade,
  version integer not null,
  "values" jsonb not null,
  until timestamptz not null default now(),
  primary key (customer_id, version)
);
create function keep_past_contact() returns trigger language plpgsql as $$
begin
  insert into contact_past (contact_id, version, "values")
  values (old.id, old.version, to_jsonb(old) - array['id', 'version', 'created_at', 'updated_at', 'newsletter']);
  new.version := old.version + 1;
  return new;
end $$;
create trigger contact_version before update on contact for each row
  when ((old.email, old.first_name, old.last_name, old.title, old.salutation, old.language, old.time_zone, old.customer_id, old.attributes, old.external_id)
    is distinct from (new.email, new.first_name, new.last_name, new.title, new.salutation, new.language, new.time_zone, new.customer_id, new.attributes, new.external_id))
  execute function keep_past_contact();
create function keep_past_customer() returns trigger language plpgsql as $$
begin
  insert into customer_past (customer_id, version, "values")
  values (old.id, old.version, jsonb_build_object('name', old.name, 'attributes', old.attributes));
  new.version := old.version + 1;
  return new;
end $$;
create trigger customer_version before update on customer for each row
  when ((old.name, old.attributes) is distinct from (new.name, new.attributes))
  execute function keep_past_customer();

-- What a mail may say of a person's agent and linked records: {"agent": {...} or null, "records": {"<kind>": {...}}}. Of several
-- records of one kind that of the contact comes before that of the customer and that of the campaign, the latest link first.
create function linked_values(of_contact uuid, of_customer uuid, of_campaign uuid) returns jsonb stable language sql as $$
  select jsonb_build_object(
    'agent', (
      select jsonb_build_object('name', c.attributes ->> 'agent', 'email', a.email, 'phone', a.phone, 'attributes', coalesce(a.attributes, '{}'))
      from customer c left join agent a on a.name = c.attributes ->> 'agent'
      where c.id = of_customer and c.attributes ->> 'agent' <> ''),
    'records', coalesce((
      select jsonb_object_agg(kind, jsonb_build_object('externalId', external_id, 'title', title, 'link', link, 'attributes', attributes))
      from (
        select distinct on (r.kind) r.*
        from record_link l join record r on r.id = l.record_id
        where l.contact_id = of_contact or l.customer_id = of_customer or l.campaign_id = of_campaign
        order by r.kind, l.contact_id is null, l.customer_id is null, l.linked_at desc, r.id
      ) newest), '{}'))
$$;

create table import_source (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  kind text not null check (kind in ('contacts', 'customers', 'records')),
  record_kind text,
  -- Which column of the file means what; see domain/schema/import-source.ts.
  mapping jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table contact_import add column source_id uuid references import_source (id) on delete set null;

create table work_list (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  version integer not null default 1,
  -- The filter that it was made from, null when made by hand.
  filter jsonb,
  frozen_at timestamptz,
  frozen_by text,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table work_list_entry (
  list_id uuid not null references work_list (id) on delete cascade,
  contact_id uuid not null references contact (id) on delete cascade,
  by_hand boolean not null default false,
  added_by text not null,
  added_at timestamptz not null default now(),
  primary key (list_id, contact_id)
);
create index work_list_entry_contact on work_list_entry (contact_id);
-- Who changed what; contact_id null: an act on the list as a whole, with what it did in `detail`.
create table work_list_change (
  id bigint generated always as identity primary key,
  list_id uuid not null references work_list (id) on delete cascade,
  action text not null,
  contact_id uuid,
  detail jsonb,
  by text not null,
  reason text,
  at timestamptz not null default now()
);
create index work_list_change_order on work_list_change (list_id, id);
