"""The Label Studio server's own Python environment, and an empty data folder for new projects.

Both stand in the user's cache folder and serve every project. The server pins other versions of libraries than
Copydesk does, so it never shares an environment with it. The versions come from a locked list that travels with
Copydesk; the empty data folder saves each project the minutes of a first start.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs

from copydesk.console import Progress
from copydesk.errors import OutsideError
from copydesk.files import locked, sha256_file, write_json

VERSION = "1.23.2"
REQUIREMENTS = Path(__file__).with_name("label-studio-requirements.txt")
ENTRY = ("-m", "label_studio.server")
LOG_LINES = 15  #: how much of a log an error shows
_WAIT_S = 1800.0  # another process may be installing


def cache() -> Path:
    """Where this version of the server, for this Python and this lock, is installed."""
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    name = f"{python}-{sha256_file(REQUIREMENTS)[:8]}"
    return Path(platformdirs.user_cache_dir("copydesk")) / f"label-studio-{VERSION}" / name


def install(progress: Progress) -> Path:
    """The server environment's Python; it is made first when there is none, or only a half-made one.

    Raises: OutsideError, with the installer's last lines.
    """
    home = cache()
    with locked(home / "install.lock", f"the installation of Label Studio {VERSION}", _WAIT_S):
        if not (home / "installed.json").exists():
            shutil.rmtree(home / "env", ignore_errors=True)
            with progress(f"installing Label Studio {VERSION}, once, about 1 GB") as step:
                _run([sys.executable, "-m", "venv", str(home / "env")], step)
                _run([str(_python(home)), "-m", "pip", "install", *_PIP, "-r", str(REQUIREMENTS)], step)
            write_json(home / "installed.json", {"version": VERSION})
    return _python(home)


def empty_data(progress: Progress) -> Path:
    """A data folder with an up-to-date database and nobody in it, to be copied.

    It holds no user and no secret key: the server makes both when it starts on the copy.
    """
    python, home = install(progress), cache()
    data = home / "empty-data"
    with locked(home / "install.lock", "the empty database of Label Studio", _WAIT_S):
        if not data.is_dir():
            half = home / "empty-data.half"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            with progress("preparing an empty Label Studio database, once") as step:
                _run([str(python), *ENTRY, "version", "--no-browser"], step, environ(half))
            (half / ".env").unlink(missing_ok=True)  # the secret key: each project gets its own
            half.rename(data)
    return data


def environ(data: Path, **more: str) -> dict[str, str]:
    """The server's environment variables: its data in ``data``, nothing sent to anyone, no open sign-up."""
    ours = ("LABEL_STUDIO_", "HF_", "PYTHON", "VIRTUAL_ENV")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return kept | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LATEST_VERSION_CHECK": "false",
        "FEATURE_FLAGS_OFFLINE": "true",
        "PYTHONUNBUFFERED": "1",
        # As in the server's own table of flags; said here, it is not looked up again for every task of a listing.
        "fflag_feat_fit_568_finite_state_management": "false",
        **more,
    }


def _python(home: Path) -> Path:
    return home / "env" / "bin" / "python"


# The list is complete and hashed, so there is nothing to resolve and nothing else can come in.
_PIP = ("--no-deps", "--require-hashes", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")


def _run(command: Sequence[str], step: Callable[[int], None], env: dict[str, str] | None = None) -> None:
    """Run an installer to its end; every line it prints is a step. Raises OutsideError with its last lines."""
    lines: list[str] = []
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, text=True
        )
    except OSError as error:
        raise OutsideError(f"cannot run {command[0]}: {error.strerror or error}") from error
    with process:
        for line in process.stdout or ():
            lines = [*lines[1 - LOG_LINES :], line.rstrip()]
            step(1)
    if process.returncode:
        last = "\n  ".join(lines)
        raise OutsideError(
            f"Label Studio {VERSION} could not be installed; the installer ended with:\n  {last}",
            "it needs Python's venv module, a package index that pip can reach, and 1 GB of disk; then run this again",
        )
