-- Refused rows keep their cells, so that people can mend and import them again; imports say from what they came.

alter table contact_import
  add column kind text not null default 'contacts' check (kind in ('contacts', 'customers', 'records')),
  -- Of the updated rows, those after which nothing differed.
  add column unchanged integer not null default 0,
  -- The sheet of a workbook.
  add column sheet text,
  add column header text[];
create index contact_import_newest on contact_import (started_at desc, id);
create index contact_import_running on contact_import (touched_at) where state = 'running';

alter table contact_import_reject
  -- As read; null where the row could not be cut into cells, then `text` has its beginning.
  add column cells jsonb,
  add column text text;
