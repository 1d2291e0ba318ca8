#!/bin/sh
# Asks PyPI and npm which of what the product is made of has a known weakness.
# Needs the network; its tool lives in an environment of its own. Fails where a weakness is known, and where nobody could be asked.
set -u

. .ci/npm.sh >&2

[ -x var/audit/bin/python ] || .venv/bin/python -m venv var/audit || exit 1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
var/audit/bin/python -m pip install --quiet --require-hashes --no-deps --only-binary :all: --requirement .ci/audit.lock || exit 1

status=0
var/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement requirements.lock || status=1
npm audit --package-lock-only --omit dev --audit-level low || status=1
[ "$status" = 0 ] && echo "Audit: no known weakness." || echo "Audit: a weakness is known, or not everything could be asked; see above." >&2
exit "$status"
