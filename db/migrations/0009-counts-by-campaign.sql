-- Counts of a campaign are read for every screen. Without this they scan all rows of all campaigns: the ledger's key begins
-- with the contact, and delivery_address, which begins with the campaign, leaves out those who were skipped.
-- Few rows are in it, and none of a mail that is sent.
create index delivery_skipped on delivery (campaign_id) where state = 'skipped';
