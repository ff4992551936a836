-- Campaigns that follow another one.

alter table campaign
  -- "Start when that one has finished, plus so long, for all or for those who have not responded".
  add column follows_id uuid references campaign (id),
  add column follows_after_ms bigint check (follows_after_ms >= 0),
  add column follows_only text check (follows_only in ('all', 'notResponded')),
  -- When it ended, by the workflow's time: what follows counts from it.
  add column ended_at timestamptz,
  add constraint campaign_follows check ((follows_id is null) = (follows_after_ms is null)
    and (follows_id is null) = (follows_only is null));
create index campaign_followers on campaign (follows_id) where follows_id is not null;
