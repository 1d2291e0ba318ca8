#!/bin/sh
# Installs the programs the tests use, where they are missing and this user may; otherwise lists them and fails at once.
set -u

missing=""
wants() { missing="$missing $1"; }

sh .ci/find_python.sh >/dev/null 2>&1 || wants "python3 python3-venv"
command -v chromium-headless-shell >/dev/null || wants chromium-headless-shell
# the full one obeys policies, as on a kiosk
command -v chromium >/dev/null || wants chromium
command -v ip >/dev/null || wants iproute2
command -v openssl >/dev/null || wants openssl
command -v redis-server >/dev/null || wants redis-server
command -v espeak-ng >/dev/null || wants espeak-ng
ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 || wants libpangoft2-1.0-0
ldconfig -p 2>/dev/null | grep -q libharfbuzz-subset || wants libharfbuzz-subset0
command -v promtool >/dev/null || wants prometheus
command -v zbarimg >/dev/null || wants zbar-tools
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wants postgresql
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need programs that are missing here. As root: apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
# RUNLEVEL=1 keeps the packages from starting services of their own: the tests start what they need
apt-get -qq update && RUNLEVEL=1 apt-get -qq -y --no-install-recommends install $missing </dev/null >/dev/null || {
    echo "apt-get could not install:$missing" >&2
    exit 1
}
