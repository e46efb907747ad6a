#!/usr/bin/env bash
# Write requirements.lock anew: every version pinned by hash, for all platforms, with no registry named in it. Likewise
# for the store of objects that tests run, which has an environment of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
lock() {
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
        --quiet "$@"
}
lock pyproject.toml --all-extras --group test --group lint --group build "$@" --output-file requirements.lock
swift=tests/integration/swift-requirements.txt
lock - <<< "swift==2.38.3" "$@" --output-file "$swift"
