-- Guards, and more ways to steer: a pause that ends by itself, one recipient skipped, sent at once or moved to the end.

-- When the pause ends by itself, and the act that asked for it (whoever paused, or changed it later).
alter table pause add column resume_at timestamptz;
alter table pause add column resume_asked_by uuid references control (id) on delete cascade;

-- Set: is to leave at once, out of turn (batch 0). Cleared when the mail has an outcome.
alter table delivery add column send_now_at timestamptz;
create index delivery_send_now on delivery (campaign_id, send_now_at) where send_now_at is not null;

-- The guards' thresholds, complete (domain/guards.ts); null: the defaults.
alter table campaign add column guards jsonb;
-- What guards look at begins after these: moved on when somebody resumes a held campaign with an acknowledgement.
alter table campaign add column evidence_after bigint not null default 0;
alter table campaign add column evidence_since timestamptz;
-- Position of the last recipient that was moved to the end; null: nobody was.
alter table campaign add column last_position integer;

-- What came of mails, as it was recorded: one row per group of outcomes. Guards look at the newest ones.
create table outcome_group (
  id bigint generated always as identity,
  campaign_id uuid not null references campaign (id) on delete cascade,
  at timestamptz not null default now(),
  -- Attempts that were made; of these: accepted, refused because the address will never take mail, deferred.
  attempts integer not null,
  sent integer not null,
  hard integer not null,
  deferred integer not null,
  primary key (campaign_id, id)
);

-- Somebody complained about a mail of a campaign. `event_id` is the reporter's: the same event counts once.
create table complaint (
  campaign_id uuid not null references campaign (id) on delete cascade,
  event_id text not null,
  contact_id uuid not null references contact (id),
  at timestamptz not null,
  source text not null,
  recorded_at timestamptz not null default now(),
  primary key (campaign_id, event_id)
);
