-- History both ways, activities, and the send list that people edit before and while it is sent.

-- The ledger in its order, page by page: what is still to come has delivery_open and delivery_deferred. Not all rows, because each
-- index that a row enters twice costs every mail.
create index delivery_ended on delivery (campaign_id, position) where state in ('sent', 'failed', 'skipped', 'cancelled');
-- Who got a document, newest first.
create index document_receipt_newest on document_receipt (document_id, at, campaign_id, contact_id);
-- Who started a campaign, among thousands of edits of its send list.
create index control_start on control (campaign_id) where action = 'start' and applied_at is not null;
-- Who belonged to a customer earlier.
create index contact_past_customer on contact_past (("values" ->> 'customer_id')) where "values" ->> 'customer_id' is not null;

-- "Serial mail" on the contact, the customer of that time and the records that are linked now. May be repeated.
create function write_activities(of_campaign uuid, of_contacts uuid[]) returns void language sql as $$
  with mailed as materialized (
    select d.contact_id, coalesce(d.sending_at, d.settled_at, now()) as at, o.id as customer_id
    from unnest(of_contacts) one (id)
    join campaign on campaign.id = of_campaign and campaign.log_activity
    join delivery d on d.campaign_id = of_campaign and d.contact_id = one.id and d.state = 'sent'
    join contact c on c.id = d.contact_id
    left join contact_past p on p.contact_id = c.id and p.version = d.contact_version and d.contact_version <> c.version
    left join customer o on o.id = case when p.contact_id is null then c.customer_id else (p."values" ->> 'customer_id')::uuid end
  ), linked as (
    select m.contact_id, m.at, l.record_id from mailed m join record_link l on l.contact_id = m.contact_id
    union select m.contact_id, m.at, l.record_id from mailed m join record_link l on l.customer_id = m.customer_id
    union select m.contact_id, m.at, l.record_id from mailed m join record_link l on l.campaign_id = of_campaign
  )
  insert into activity (at, campaign_id, contact_id, customer_id, record_id)
  select at, of_campaign, contact_id, null::uuid, null::uuid from mailed
  union all select at, of_campaign, contact_id, customer_id, null from mailed where customer_id is not null
  union all select at, of_campaign, contact_id, null, record_id from linked
  on conflict do nothing
$$;

-- What was in doubt and turns out to be sent, by a late reply or a person, is of no batch that still ends: written at once.
create function write_late_activity() returns trigger language plpgsql as $$
begin
  perform write_activities(new.campaign_id, array[new.contact_id]);
  return null;
end $$;
create trigger delivery_sent_late after update of state on delivery
  for each row when (old.state = 'inDoubt' and new.state = 'sent') execute function write_late_activity();
