-- When the mail left that a response answers. Looked up once, when it is known who answered: the planner asks for all
-- delays of a campaign each time, and must not read its whole ledger for them.

alter table response add column mailed_at timestamptz;

-- The workflow's time of the first attempt, where that one was the mail's last.
create function mailed_at(campaign uuid, contact uuid) returns timestamptz language sql stable as $$
  select case when attempts = 1 then first_attempt_at else sending_at end
  from delivery where contact_id = contact and campaign_id = campaign and sending_at is not null
$$;

update response set mailed_at = mailed_at(campaign_id, contact_id) where contact_id is not null;

create function note_mailed_at() returns trigger language plpgsql as $$
begin
  new.mailed_at := mailed_at(new.campaign_id, new.contact_id);
  return new;
end $$;
create trigger response_mailed_at before insert or update of contact_id on response
  for each row when (new.contact_id is not null and new.mailed_at is null) execute function note_mailed_at();
