-- When mails may leave, the forms of pace, and limits of receiving domains.

alter table campaign
  -- As in domain/calendar.ts: [{"days": ["mon"], "from": "08:00", "to": "17:00"}] and ["2026-12-25"], in time_zone.
  add column windows jsonb not null default '[]',
  add column holidays jsonb not null default '[]',
  -- What was asked for when it is more than size and gap (domain/pace-form.ts).
  add column pace_form jsonb not null default '{}',
  -- As in domain/domain-limit.ts, in the order of delivery.limit_index (1 is the first).
  add column limits jsonb not null default '[]';

-- 0: the recipient's domain has no limit in this campaign.
alter table delivery add column limit_index smallint not null default 0;

-- Each claim reads the first planned rows of every limit by itself, so that rows that must wait are never scanned.
drop index delivery_open;
create index delivery_open on delivery (campaign_id, state, limit_index, position)
  where state in ('planned', 'sending', 'inDoubt');

-- What was taken for a limited domain, by the workflow's time; one row per claim. What a pause gives back stays counted:
-- a limit may then be kept a little too well, never too little.
create table limit_take (
  campaign_id uuid not null references campaign (id) on delete cascade,
  limit_index smallint not null,
  at timestamptz not null,
  count integer not null,
  primary key (campaign_id, limit_index, at)
);
