-- What filters over a million people are answered by.

create index contact_attributes on contact using gin (attributes jsonb_path_ops);
create index customer_attributes on customer using gin (attributes jsonb_path_ops);

-- "Last mail older than 90 days": who got one since then, read from the newest end. New entries go to that end, too.
create index delivery_sent on delivery (sending_at, contact_id) include (campaign_id) where state = 'sent';
-- "Bounced": few rows, and none of a mail that arrives.
create index delivery_failed on delivery (contact_id) where state = 'failed';
-- With document_once all receipts of a document.
create index document_receipt_forced on document_receipt (document_id, contact_id) where forced_by is not null;

-- Who was taken out of a work list by a person does not come back by a filter.
create index work_list_change_contact on work_list_change (list_id, contact_id) where contact_id is not null;

-- Attributes from before they were declared.
insert into attribute (owner, name, type, found, created_by)
select distinct 'contact', key, 'text', true, 'import' from contact, jsonb_object_keys(attributes) key
union
select distinct 'customer', key, 'text', true, 'import' from customer, jsonb_object_keys(attributes) key
on conflict do nothing;
