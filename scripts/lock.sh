#!/bin/sh
# Writes the locks under requirements/: hashed, for every platform, with no index address in them.
# A version already locked stays; `make lock ARGS=--upgrade` takes the newest ones, but none that was
# published within the last three days: a stolen package is mostly found out sooner.
set -eu
cd "$(dirname "$0")/.."
lock() {
    out=$1
    shift
    .boot/bin/uv pip compile --quiet --universal --python-version 3.11 --exclude-newer "3 days" \
        --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
        --output-file "$out" "$@"
}
lock requirements/boot.txt --group boot "$@"
lock requirements/runtime.txt pyproject.toml "$@"
lock requirements/setup.txt --group setup --constraints requirements/runtime.txt "$@"
lock requirements/dev.txt pyproject.toml --group dev \
    --constraints requirements/runtime.txt --constraints requirements/setup.txt "$@"
lock requirements/peers.txt --group peers "$@"
