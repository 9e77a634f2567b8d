#!/bin/sh
# Runs its arguments with the first Python on the PATH that is new enough; says what to do if none is.
set -eu
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$name" "$@"
    fi
done
echo "No Python 3.11 or newer with venv was found." >&2
echo "Debian: apt-get install python3 python3-venv. macOS: install Python from python.org." >&2
echo "Or name one: make PYTHON=/path/to/python3.12 ..." >&2
exit 1
