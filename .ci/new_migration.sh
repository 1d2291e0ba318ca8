#!/bin/sh
# Writes an empty migration with the next number and this message. Usage: new_migration.sh "Keep the colour of a counter"
set -eu
[ -n "${1:-}" ] || { echo 'Say what it does: make migration M="Keep the colour of a counter"' >&2; exit 2; }

last=$(ls server/store/migrations/versions | sed -n 's/^\([0-9]\{4\}\)_.*/\1/p' | sort | tail -n 1)
.venv/bin/alembic --quiet revision --message "$1" --rev-id "$(printf '%04d' "$(expr "$last" + 1)")"
ls server/store/migrations/versions/*.py | sort | tail -n 1
