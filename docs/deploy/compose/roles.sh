#!/bin/sh
# Runs once, when the PostgreSQL container sets up its data: Sluice and Temporal get a role and databases of their own,
# and neither can read the other's.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set sluice="$DATABASE_PASSWORD" --set temporal="$TEMPORAL_DB_PASSWORD" <<'SQL'
create role sluice login password :'sluice';
create role temporal login password :'temporal';
create database sluice owner sluice;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke all on database sluice, temporal, temporal_visibility from public;
SQL
