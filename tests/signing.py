"""Keys and files of signers, made by the real ``ssh-keygen``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from copydesk import files


def a_key(folder: Path, name: str) -> Path:
    """A new key without passphrase; its public half stands beside it."""
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True)
    return key


def signers_of(folder: Path, **keys: Path) -> Path:
    """The file ``allowed_signers`` in ``folder``."""
    lines = [f"{who} {key.with_suffix('.pub').read_text()}" for who, key in keys.items()]
    files.write_text(folder / "allowed_signers", "".join(lines))
    return folder / "allowed_signers"
