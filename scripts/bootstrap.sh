#!/usr/bin/env bash
# Everything that `make demo` and `make test` need: uv, Python 3.11 or 3.12 with the locked packages in .venv, a
# Java 17 runtime and the OCR engine. System packages are installed where this is Debian or Ubuntu and we may (root,
# or sudo without a password); elsewhere this says exactly what to install, and ends with status 1.
# With --for-tests, after all that: PostgreSQL, a mail server and a registry of images, which tests start on ports of
# their own, and Docker if it can be.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'mailroom: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

OCR_PACKAGES="tesseract-ocr tesseract-ocr-eng tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-spa"

# --- system packages -------------------------------------------------------------------------------------------
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }
updated=
install() { # the packages, as arguments
  may_install || fail "please install, then run this again: apt-get install $* (or what your system calls them)"
  if [ -z "$updated" ]; then as_root apt-get update -qq >/dev/null; updated=1; fi
  say "installing $*"
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
    fail "apt-get could not install $*: the reason stands above"
}

postgresql_ready() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
dovecot_ready() { command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ]; }
chromium_ready() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }
if [ "${1:-}" = --for-tests ]; then
  postgresql_ready || install postgresql
  dovecot_ready || install dovecot-imapd
  chromium_ready || install chromium fonts-dejavu-core
  command -v kcat >/dev/null || install kcat
  command -v docker-registry >/dev/null || install docker-registry
  bash scripts/docker.sh
  touch .venv/.mailroom-ready-for-tests
  exit
fi

java_17() {
  local java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  command -v "$java" >/dev/null || return 1
  local major
  major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)
  [ "${major:-0}" -ge 17 ]
}
java_17 || install openjdk-17-jre-headless

ocr_ready() {
  command -v tesseract >/dev/null || return 1
  local languages; languages=$(tesseract --list-langs 2>/dev/null)
  for language in eng deu fra spa; do grep -qx "$language" <<<"$languages" || return 1; done
}
# shellcheck disable=SC2086 # a list of packages
ocr_ready || install $OCR_PACKAGES

# --- Python and uv ---------------------------------------------------------------------------------------------
suitable_python() {
  local candidate
  for candidate in python3.11 python3.12 python3; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'; return
    fi
  done
  return 1
}

install_uv() { # into a folder of its own, since Debian keeps its own Python to itself (PEP 668)
  local python=$1 home=${XDG_DATA_HOME:-$HOME/.local/share}/mailroom-tools bin
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
  say "installing uv"
  "$python" -m venv "$home" && "$home/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' ||
    fail "uv could not be installed: install it as its documentation says, then run this again"
  bin=/usr/local/bin; [ -w "$bin" ] || { bin=$HOME/.local/bin; mkdir -p "$bin"; }
  ln -sf "$home/bin/uv" "$bin/uv"
  case ":$PATH:" in *":$bin:"*) ;; *) export PATH="$bin:$PATH"; say "add $bin to your PATH to use uv by hand";; esac
}

python=$(suitable_python) || python=
if ! command -v uv >/dev/null; then
  [ -n "$python" ] || fail "please install Python 3.11 or 3.12, then run this again"
  install_uv "$python"
fi

# --- the environment -------------------------------------------------------------------------------------------
[ -x .venv/bin/python ] || uv venv --quiet --python "${python:-3.11}" .venv
say "installing the locked packages (about a minute the first time)"
uv pip sync --quiet --python .venv/bin/python requirements/all.txt
uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
touch .venv/.mailroom-ready
say "ready: $(.venv/bin/python --version), $(uv --version)"
