-- The files of the documents folder as they were last seen: what has not changed since is not read again, by whatever process looks.
-- A document whose bytes are in none of them any more was taken out of the folder.
create table document_file (
  -- Below the documents folder.
  path text primary key,
  size bigint not null,
  mtime_ms bigint not null,
  sha256 bytea not null
);
create index document_file_sha256 on document_file (sha256);
create index document_added on document (added_at desc, id);
