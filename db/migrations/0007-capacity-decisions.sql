-- What was decided about the size of batches whose campaign follows its responses, with what it was decided by.

create table capacity_decision (
  id bigint generated always as identity primary key,
  campaign_id uuid not null references campaign (id) on delete cascade,
  -- Workflow time.
  at timestamptz not null,
  batch integer not null,
  kind text not null check (kind in ('room', 'heldBack', 'silent')),
  wanted integer not null,
  size integer not null,
  look_again_at timestamptz not null,
  inputs jsonb not null,
  sentence text not null
);
create index capacity_decision_newest on capacity_decision (campaign_id, id desc);
