# Sourced by scripts/demo and scripts/test: puts the locked environment into .venv/, once per lock file.
# Needs only Python 3.11 or newer; PYTHON names another interpreter.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "copydesk: no Python 3.11 or newer on the PATH; install one, or name it: PYTHON=/path/to/python3 $0" >&2
    return 2
}

install() {
    .venv/bin/python -m pip install --disable-pip-version-check "$@" >> .venv/setup.log 2>&1 || {
        tail -n 15 .venv/setup.log >&2
        echo "copydesk: packages could not be installed (log: .venv/setup.log); run this again to retry" >&2
        exit 3
    }
}

prepare_environment() {
    local python stamp
    stamp=$(cat requirements.lock pyproject.toml | cksum)
    if [ "$(cat .venv/.copydesk-lock 2>/dev/null)" != "$stamp" ]; then
        python=$(find_python) || exit 2
        echo "setting up .venv/ (once; some minutes) …" >&2
        rm -rf .venv
        "$python" -m venv .venv
        install --require-hashes -r requirements.lock
        install --no-deps --no-build-isolation --editable .
        .venv/bin/python -m compileall -q src  # a verb starts fast also where Python may not write its caches
        echo "$stamp" > .venv/.copydesk-lock
    fi
    export PATH="$root/.venv/bin:$PATH"
}
