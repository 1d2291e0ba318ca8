#!/bin/sh
# Writes what the product is made of (CycloneDX, var/sbom) from its lock files, and checks that nothing is left out.
set -eu

. .ci/npm.sh >&2

mkdir -p var/sbom
.venv/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
    --output-reproducible --of JSON -o var/sbom/python.json 2>/dev/null
npm sbom --package-lock-only --sbom-format cyclonedx --sbom-type application >var/sbom/browser.json
.venv/bin/python .ci/check_sbom.py
