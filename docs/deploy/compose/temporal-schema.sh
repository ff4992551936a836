#!/bin/sh
# Brings Temporal's two databases to the schema of this admin-tools version; does nothing when they are there already.
# The connection is in the SQL_* variables. Also what an upgrade of Temporal runs, before its new server starts.
set -eu
for database in temporal:temporal temporal_visibility:visibility; do
  temporal-sql-tool --db "${database%%:*}" setup-schema -v 0.0
  temporal-sql-tool --db "${database%%:*}" update-schema --schema-name "postgresql/v12/${database##*:}"
done
