#!/usr/bin/env bash
# Lock every set of dependencies, with hashes and without download addresses: one for developers and the embedded
# system, one for each container, one for making them. A container's set takes its versions from the developers' set.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { # output, what to lock
  local output=$1; shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --override requirements/overrides.txt --custom-compile-command requirements/compile.sh \
    --output-file "$output" "$@"
}
lock requirements/all.txt pyproject.toml --extra dev "$@"
for part in classifier console departments ingest stream-processing tracking; do
  lock "requirements/$part.txt" pyproject.toml --extra "$part" --constraint requirements/all.txt
done
# Training generates documents; the command line that it calls for that is in its image.
lock requirements/training.txt pyproject.toml --extra training --extra samples --constraint requirements/all.txt
lock requirements/build.txt requirements/build.in --constraint requirements/all.txt
