#!/bin/sh
# Runs a development tool of package.json, also where Node comes from PyPI. Usage: node_tool.sh eslint|prettier|tsc ARGUMENTS
set -eu
tool=$1
shift

. .ci/npm.sh >&2
exec node "node_modules/.bin/$tool" "$@"
