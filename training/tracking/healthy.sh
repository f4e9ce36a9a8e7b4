#!/bin/bash
# Whether the server answers.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/5000
printf 'GET /health HTTP/1.1\r\nHost: localhost:5000\r\nConnection: close\r\n\r\n' >&3
IFS= read -r status <&3
[[ $status == *" 200 "* ]]
