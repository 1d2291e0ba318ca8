#!/bin/sh
# Installs the browser libraries of package-lock.json into node_modules, with whatever npm there is.
set -eu

. .ci/npm.sh
echo "Browser libraries with npm $(npm --version)"
npm ci --loglevel=error --ignore-scripts --no-audit --no-fund
