#!/bin/bash
# A JobManager is well once its job has completed a checkpoint, which needs every task and every Python worker, and while it
# answers; a TaskManager, while it does.
set -euo pipefail
case "$(tr '\0' ' ' </proc/1/cmdline)" in
  *"entrypoint.sh jobmanager"*) [ -s "$MAILROOM_READY" ] && exec 3<>/dev/tcp/127.0.0.1/8081 ;;
  *"entrypoint.sh taskmanager"*) exec 3<>/dev/tcp/127.0.0.1/6122 ;;
esac
