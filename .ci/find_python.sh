#!/bin/sh
# Prints the path of a Python that is 3.13 or newer and can make a virtual environment; otherwise says what to install.
# A name on the PATH may be a shim that starts something else, so every candidate is asked itself.
set -u

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1; }
makes_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

without_venv=""
for name in ${PARVIS_PYTHON:-} python3.13 python3.14 python3.15 python3.16 python3 python; do
    case "$name" in
    */*) candidates="$name" ;;
    *) candidates=$(printf '%s\n' "$PATH:/usr/bin:/usr/local/bin" | tr ':' '\n' | sed "s|\$|/$name|") ;;
    esac
    for candidate in $candidates; do
        [ -x "$candidate" ] && is_recent "$candidate" || continue
        if makes_environments "$candidate"; then
            printf '%s\n' "$candidate"
            exit 0
        fi
        without_venv=${without_venv:-$candidate}
    done
done

if [ -n "$without_venv" ]; then
    echo "$without_venv cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2
else
    echo "Parvis needs Python 3.13 or newer and found none. On Debian 13: apt-get install python3 python3-venv" >&2
fi
exit 1
