#!/bin/sh
# Makes the namespace of the campaigns. Closed runs are kept for a week for a look in the UI; the record is the ledger.
set -eu
until temporal operator cluster health; do
  attempts=$((${attempts:-0} + 1))
  [ "$attempts" -lt 30 ] || exit 1
  sleep 2
done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h
