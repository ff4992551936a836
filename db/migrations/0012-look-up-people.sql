-- Finding customers, records and the contacts of a customer without reading whole tables.

create index customer_name_prefix on customer (lower(name) text_pattern_ops);
create index customer_external_id_prefix on customer (external_id text_pattern_ops) where external_id is not null;
-- Who an agent looks after.
create index customer_agent on customer ((attributes ->> 'agent')) where attributes ? 'agent';
-- Serves what contact_customer served, and lists the contacts of a large customer in order.
create index contact_of_customer on contact (customer_id, address) where customer_id is not null;
drop index contact_customer;

create index record_title_prefix on record (lower(title) text_pattern_ops);
create index record_external_id_prefix on record (external_id text_pattern_ops);

-- Mails put it into href: whatever writes it, nothing but an address of a page gets in.
alter table record add constraint record_link_is_web_address check (link ~* '^https?://[^[:space:]"<>\\]+$');
