#!/bin/sh
# Makes .venv hold the packages of a lock file and the project itself, editable. Usage: set_up_python.sh LOCK
set -eu
lock=$1

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null; then
    python=$(sh .ci/find_python.sh)
    echo "Virtual environment .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
fi
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1
echo "Python packages of $lock"
# what is used of them is compiled when it is first imported, which is less than all
.venv/bin/python -m pip install --quiet --no-compile --require-hashes --no-deps --only-binary :all: --requirement "$lock"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
