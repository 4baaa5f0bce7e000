#!/bin/sh
# What the crawler's container does: a run every $JEHYU_EVERY seconds, whatever the last one ended with, since the next
# one repairs it. SIGTERM (docker stop) is handed on, so that a run closes in order.
trap 'kill -TERM "$child" 2>/dev/null; wait "$child"; exit 0' TERM INT
while :; do
    jehyu run --quiet &
    child=$!
    wait "$child"
    sleep "${JEHYU_EVERY:-1800}" &
    child=$!
    wait "$child"
done
