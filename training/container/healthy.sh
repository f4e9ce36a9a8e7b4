#!/bin/bash
# Whether what this container was started as answers. A verb of the command line is well for as long as it runs.
set -euo pipefail
answers() { # port, path; without a program to start, since it is asked often and on busy machines
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
  IFS= read -r status <&3
  [[ $status == *" 200 "* ]]
}
case "$(tr '\0' ' ' </proc/1/cmdline)" in
  *"entrypoint.sh master"* | *"entrypoint.sh worker"*) answers 8080 /json/ ;;
esac
