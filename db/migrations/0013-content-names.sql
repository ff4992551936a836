-- Names of templates, identities and signatures are unique whatever their case, and free again when the thing is gone. What a
-- campaign was made with stays in the database, so that its history can name it; it is only marked as removed.
alter table template drop constraint template_name_key, add column archived_by text;
alter table identity drop constraint identity_label_key, add column removed_at timestamptz, add column removed_by text;
alter table signature drop constraint signature_name_key, add column removed_at timestamptz, add column removed_by text;
create unique index template_name on template (lower(name)) where archived_at is null;
create unique index identity_label on identity (lower(label)) where removed_at is null;
create unique index signature_name on signature (lower(name)) where removed_at is null;

-- What the identity of a campaign allows, as it was at the start; empty: every domain.
alter table campaign add column allowed_domains text[] not null default '{}';

create index campaign_identity on campaign (identity_id) where identity_id is not null;
create index campaign_signature on campaign (signature_id) where signature_id is not null;
