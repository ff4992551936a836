-- The answers that a mailing causes, the desks that handle them, and who may report them.

-- A team with a capacity and working hours; several campaigns may feed it. `windows` is [{days, from, to}] as of
-- domain/calendar.ts, none means always.
create table desk (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  capacity integer not null check (capacity between 1 and 100000),
  time_zone text not null default 'UTC',
  windows jsonb not null default '[]',
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index desk_name on desk (lower(name));

-- `capacity` is what the campaign's body said ({open} or {desk}, with its settings); null: answers do not bound the
-- pace. `desk_id` is the desk in it. `response_links` is [{name, label, opens}], as declared in the body.
alter table campaign
  add column capacity jsonb,
  add column desk_id uuid references desk (id),
  add column response_links jsonb not null default '[]';
create index campaign_desk on campaign (desk_id) where desk_id is not null;

-- Helpdesk and CRM systems that report by signed webhooks. The secret is needed to check a signature, so it is kept as
-- it is; who reads this table can report answers.
create table response_source (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  secret bytea not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- Messages of a source that were taken: one that comes again gets the same answer and changes nothing.
create table response_webhook_message (
  source_id uuid not null references response_source (id) on delete cascade,
  message_id text not null,
  body_sha256 bytea not null,
  answer jsonb,
  at timestamptz not null default now(),
  primary key (source_id, message_id)
);
create index response_webhook_message_age on response_webhook_message (at);

-- One answer. `event_id` is the reporter's own name for it: whatever is reported twice counts once. `source` is `api`,
-- `link` or a response_source's id. `opened_at` null: its end was reported before its beginning.
create table response (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references campaign (id) on delete cascade,
  contact_id uuid references contact (id),
  source text not null,
  event_id text not null,
  kind text not null,
  opened_at timestamptz,
  handled_at timestamptz,
  -- Real clock: when the first word of it came in.
  reported_at timestamptz not null default now(),
  check (opened_at is not null or handled_at is not null),
  unique (campaign_id, source, event_id)
);
-- What is open, of a campaign and (by campaign_desk) of a desk.
create index response_open on response (campaign_id) where handled_at is null;
create index response_newest on response (campaign_id, reported_at desc, id);
create index response_handled on response (campaign_id, handled_at) where handled_at is not null;
-- Who has answered: for reminders to those who have not, and for what an explanation says of a person.
create index response_contact on response (contact_id, campaign_id) where contact_id is not null;

-- The last sign of life of a campaign's reporters, a report without news included: silence must be told from calm.
create table response_signal (
  campaign_id uuid primary key references campaign (id) on delete cascade,
  reported_at timestamptz not null
);

-- Made here and not by a process, so that there is exactly one, and links stay good over restarts and restores.
create table signing_secret (
  purpose text primary key,
  secret bytea not null
);
insert into signing_secret (purpose, secret)
values ('responseLink', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
