"""Servers that tests run against, each in a Python environment of its own in the user's cache, installed once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

from copydesk.files import locked

WAIT_S = 1800.0  # another run may be installing


def programs(name: str, *what: str | Path) -> Path:
    """The folder with the programs of an environment that holds ``what``, as pip takes it."""
    home = (
        Path(platformdirs.user_cache_dir("copydesk")) / "tests" / f"{name}-py{'.'.join(map(str, sys.version_info[:2]))}"
    )
    with locked(home / "install.lock", f"the installation of {name}", WAIT_S):
        if not (home / "installed").exists():
            shutil.rmtree(home / "env", ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
            pip = [home / "env/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *what], check=True)
            (home / "installed").touch()
    return home / "env" / "bin"
