-- The foundation: people, campaigns, the ledger and its gates, the history of control.
-- Read docs/decisions/ for what is decided here; the states and their transitions are those of domain/delivery-state.ts.

create table customer (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- One contact per normalised address: `address` is the key (NFC, A-label domain, local part without case),
-- `email` is what the mail goes to, as first written.
create table contact (
  id uuid primary key default gen_random_uuid(),
  address text not null unique,
  email text not null,
  first_name text,
  last_name text,
  title text,
  salutation text,
  language text,
  time_zone text,
  newsletter boolean,
  customer_id uuid references customer (id),
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index contact_customer on contact (customer_id) where customer_id is not null;

create table contact_import (
  id uuid primary key default gen_random_uuid(),
  state text not null default 'running' check (state in ('running', 'done', 'failed')),
  read integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  rejected integer not null default 0,
  failure text,
  started_by text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

create table contact_import_reject (
  import_id uuid not null references contact_import (id) on delete cascade,
  ordinal integer not null,
  line bigint not null,
  "column" text,
  reason text not null,
  primary key (import_id, ordinal)
);

-- Addresses that must not be mailed; the claim looks here just ahead of the wire. `stream` null means every stream.
create table suppression (
  address text not null,
  stream text,
  reason text not null,
  source text not null,
  at timestamptz not null default now(),
  unique nulls not distinct (address, stream)
);

create table api_key (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  secret_sha256 bytea not null unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- Answers of POST requests that carried an Idempotency-Key. A row without status is a request still under way.
create table idempotency (
  api_key_id uuid not null references api_key (id) on delete cascade,
  key text not null,
  request_sha256 bytea not null,
  status integer,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  primary key (api_key_id, key)
);
create index idempotency_age on idempotency (created_at);

create table campaign (
  id uuid primary key default gen_random_uuid(),
  version integer not null default 1,
  state text not null default 'draft' check (state in
    ('draft', 'scheduled', 'running', 'paused', 'held', 'cancelling', 'cancelled', 'finished')),
  name text not null,
  audience jsonb not null,
  identity jsonb not null,
  content jsonb not null,
  stream text not null default 'campaign',
  time_zone text not null default 'UTC',
  size integer not null check (size between 1 and 100000),
  gap_ms bigint not null check (gap_ms >= 1000),
  start_at timestamptz,
  -- Set once, when the start is commanded; the ledger is filled by the snapshot soon after.
  started_at timestamptz,
  snapshot_at timestamptz,
  total integer not null default 0,
  finished_at timestamptz,
  -- The relay's trouble as a whole: {code, text, since, count, lastAt}; null when the last attempt found the relay well.
  trouble jsonb,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index campaign_newest on campaign (created_at desc, id);
create index campaign_active on campaign (state) where state not in ('draft', 'cancelled', 'finished');

-- Every act of control. `applied_at` null: asked for, not (yet) in force. campaign_id null: the main gate.
create table control (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid references campaign (id) on delete cascade,
  action text not null,
  by text not null,
  via text not null check (via in ('api', 'temporal', 'guard')),
  reason text,
  -- What was asked for, e.g. {"size": 50, "gapMs": 1200000}.
  request jsonb not null default '{}',
  -- The campaign's version that the person saw (If-Match); a later one makes the act stale.
  expected_version integer,
  "from" jsonb,
  "to" jsonb,
  -- Why it did not come into force; {code, ...} as in domain/refusal.ts.
  refusal jsonb,
  requested_at timestamptz not null default now(),
  applied_at timestamptz
);
create index control_history on control (campaign_id, applied_at desc) where applied_at is not null;

-- The gate of a campaign: claims hold this row FOR SHARE, a pause updates it, so a pause waits for open claims and
-- then counts. `token` fences attempts of a batch: only the newest may commit intents.
create table gate (
  campaign_id uuid primary key references campaign (id) on delete cascade,
  open boolean not null default true,
  -- Why it is closed: the control row of the pause, hold or cancellation.
  closed_by uuid references control (id),
  -- Nothing leaves before this instant (workflow time): the scheduled start, later the last resume.
  not_before timestamptz not null,
  token integer not null default 0
);

create table main_gate (
  id boolean primary key default true check (id),
  open boolean not null default true,
  changed_by text,
  reason text,
  changed_at timestamptz not null default now()
);
insert into main_gate default values;

-- One row per pause or hold; `settled_at` is when the last mail that it counted as in flight had its outcome.
create table pause (
  control_id uuid primary key references control (id) on delete cascade,
  campaign_id uuid not null references campaign (id) on delete cascade,
  at timestamptz not null,
  in_flight integer not null,
  settled_at timestamptz,
  resumed_at timestamptz
);
create unique index pause_current on pause (campaign_id) where resumed_at is null;

create table batch (
  campaign_id uuid not null references campaign (id) on delete cascade,
  number integer not null,
  size integer not null,
  -- Workflow time: when the plan wanted it, and its latest start or continuation, from which the next gap counts.
  planned_at timestamptz not null,
  latest_start timestamptz not null,
  -- Real clock.
  started_at timestamptz not null,
  continued_at timestamptz,
  finished_at timestamptz,
  primary key (campaign_id, number)
);

-- The ledger: one row per contact and campaign.
create table delivery (
  campaign_id uuid not null references campaign (id) on delete cascade,
  contact_id uuid not null references contact (id),
  position integer not null,
  email text not null,
  address text not null,
  state text not null default 'planned' check (state in
    ('planned', 'sending', 'deferred', 'sent', 'failed', 'skipped', 'cancelled', 'inDoubt')),
  batch integer,
  token integer,
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  sending_at timestamptz,
  settled_at timestamptz,
  next_attempt_at timestamptz,
  -- The Date header: stored at the first intent, so that a later attempt is byte-equal.
  mail_date timestamptz,
  code integer,
  enhanced text,
  reply text,
  reason_code text,
  reason_text text,
  -- In this order the key also answers "what did this contact get" (and every index costs each mail two writes).
  primary key (contact_id, campaign_id)
) with (fillfactor = 70);
create unique index delivery_address on delivery (campaign_id, address) where state <> 'skipped';
-- Plan order of what is to come, and what is on its way or in doubt; rows with an end are not in it.
create index delivery_open on delivery (campaign_id, state, position) where state in ('planned', 'sending', 'inDoubt');
create index delivery_deferred on delivery (campaign_id, next_attempt_at) where state = 'deferred';
create index delivery_batch on delivery (campaign_id, batch) where batch is not null;

-- Attempts that did not end in an acceptance at the first try (those are in the delivery itself).
create table attempt (
  campaign_id uuid not null,
  contact_id uuid not null,
  number integer not null,
  at timestamptz not null,
  outcome text not null,
  code integer,
  enhanced text,
  reply text,
  primary key (campaign_id, contact_id, number, outcome),
  foreign key (contact_id, campaign_id) references delivery (contact_id, campaign_id) on delete cascade
);

-- The only transitions of a delivery (domain/delivery-state.ts; a test compares the two). The condition stands in the
-- trigger and not in its function, because it is looked at twice for every mail.
create function refuse_transition() returns trigger language plpgsql as $$
begin
  raise exception 'a delivery cannot go from % to %', old.state, new.state using errcode = 'check_violation';
end $$;
create trigger delivery_transition before update of state on delivery
  for each row when (old.state <> new.state and not case old.state
    when 'planned' then new.state in ('sending', 'skipped', 'cancelled')
    when 'sending' then new.state in ('sent', 'failed', 'deferred', 'inDoubt', 'planned', 'skipped')
    when 'deferred' then new.state in ('sending', 'failed', 'skipped', 'cancelled')
    when 'inDoubt' then new.state in ('sent', 'failed', 'deferred', 'planned')
    else false end)
  execute function refuse_transition();

-- What happened, in order, for screens that follow a campaign (server-sent events are resumed by this id).
create table campaign_event (
  id bigint generated always as identity primary key,
  campaign_id uuid not null references campaign (id) on delete cascade,
  type text not null check (type in ('state', 'batch', 'control')),
  data jsonb not null,
  at timestamptz not null default now()
);
create index campaign_event_order on campaign_event (campaign_id, id);
