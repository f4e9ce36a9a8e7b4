#!/usr/bin/env bash
# Lock every set of dependencies, with hashes and without download addresses: one for developers and the embedded
# system, one for each container. A container's set takes its versions from the developers' set.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { # output, extras..., options after --
  local output=$1; shift
  uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --override requirements/overrides.txt --custom-compile-command requirements/compile.sh \
    --output-file "$output" "$@"
}
lock requirements/all.txt --extra dev "$@"
for part in classifier ingest stream-processing training; do
  lock "requirements/$part.txt" --extra "$part" --constraint requirements/all.txt
done
