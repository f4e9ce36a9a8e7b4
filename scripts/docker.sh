#!/usr/bin/env bash
# A Docker engine with Compose, for the tests that need one. Where none answers, a machine may bring a script that sets
# one up: `offline/docker-up` in the folder that MAILROOM_SHARED names. This says how it went and is content either way:
# without Docker those tests are skipped with their reason, and in CI a skipped test fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'mailroom: %s\n' "$*" >&2; }
ready() { docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; }

setter=${MAILROOM_SHARED:-../shared}/offline/docker-up
if ready; then
  say "Docker is there"
elif [ -x "$setter" ]; then
  say "setting Docker up (some minutes the first time)"
  "$setter" >&2 || say "Docker could not be set up, the reason stands above: the tests that need it are skipped"
else
  say "there is no Docker engine with Compose: the tests that need one are skipped"
fi
