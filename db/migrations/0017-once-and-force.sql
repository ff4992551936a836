-- What was sent once is not sent again, unless somebody forces it; and a receipt never outlives the mail that did not go out.

-- The act by which somebody wants the whole list sent in spite of "once" and "within".
alter table campaign add column forced_by uuid references control (id);

-- A mail that did not go out carried no documents: whatever way it took, its receipts go with it. Planned rows have none.
create function take_back_receipts() returns trigger language plpgsql as $$
begin
  delete from document_receipt where campaign_id = new.campaign_id and contact_id = new.contact_id;
  return null;
end $$;
create trigger delivery_receipts after update of state on delivery
  for each row when (old.state in ('sending', 'deferred', 'inDoubt') and new.state in ('planned', 'failed', 'skipped', 'cancelled'))
  execute function take_back_receipts();

-- Skipped is for good, but for one way back: somebody forces what was skipped because the person had it already.
drop trigger delivery_transition on delivery;
create trigger delivery_transition before update of state on delivery
  for each row when (old.state <> new.state and not case old.state
    when 'planned' then new.state in ('sending', 'deferred', 'skipped', 'cancelled')
    when 'sending' then new.state in ('sent', 'failed', 'deferred', 'inDoubt', 'planned', 'skipped')
    when 'deferred' then new.state in ('sending', 'failed', 'skipped', 'cancelled')
    when 'inDoubt' then new.state in ('sent', 'failed', 'deferred', 'planned')
    when 'skipped' then new.state = 'planned' and new.forced_by is not null
      and old.reason_code in ('documentSent', 'templateSentRecently')
    else false end)
  execute function refuse_transition();
