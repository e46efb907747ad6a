#!/usr/bin/env bash
# Write requirements.lock anew: every version pinned by hash, for all platforms, with no registry named in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
uv pip compile pyproject.toml --all-extras --group test --group lint --group build --universal --python-version 3.11 \
    --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet "$@" --output-file requirements.lock
