#!/bin/bash
# Whether the door that this container was started as does its work.
set -euo pipefail
case "$(tr '\0' ' ' </proc/1/cmdline)" in
  *" -m ingest http "*)
    exec 3<>"/dev/tcp/127.0.0.1/${MAILROOM_HTTP__PORT:-8090}"
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    IFS= read -r status <&3
    [[ $status == *" 200 "* ]]
    ;;
  *) [ -s "$MAILROOM_READY" ] ;; # a door that fetches has reached its sources
esac
