#!/bin/bash
# Whether the part that this container was started as does its work.
set -euo pipefail
asked() { # port, path
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
  IFS= read -r status <&3
  [[ $status == *" 200 "* ]]
}
case "$(tr '\0' ' ' </proc/1/cmdline)" in
  *" -m departments serve "*) asked "${MAILROOM_DESKS__PORT:-8100}" /readyz ;;
  *" -m console "*) asked "${MAILROOM_CONSOLE__PORT:-8200}" /livez ;;
  *) [ -s "$MAILROOM_READY" ] ;; # labels are read
esac
