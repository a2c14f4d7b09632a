#!/bin/sh
# Makes the namespace unless it is there; waits for the server.
set -eu

tries=0
until temporal operator cluster health --address "$TEMPORAL_ADDRESS"; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "The Temporal server at $TEMPORAL_ADDRESS did not become healthy."; exit 1; }
  sleep 2
done

temporal operator namespace describe --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --address "$TEMPORAL_ADDRESS" --retention 72h -n "$TEMPORAL_NAMESPACE"
