-- Finding people by the beginning of an address or a name; and seeing that an import lost its process.

create index contact_address_prefix on contact (address text_pattern_ops);
create index contact_first_name_prefix on contact (lower(first_name) text_pattern_ops) where first_name is not null;
create index contact_last_name_prefix on contact (lower(last_name) text_pattern_ops) where last_name is not null;

-- Last sign of life of a running import: one that has gone quiet is read as failed.
alter table contact_import add column touched_at timestamptz not null default now();
