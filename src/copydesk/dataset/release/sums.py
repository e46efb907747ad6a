"""``SHA256SUMS``: one line per file of a release, and its signature by ``ssh-keygen``.

In:  a folder.
Out: ``SHA256SUMS`` over every file but itself and its signature; the release's digest is the SHA-256 of that file.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from copydesk import files
from copydesk.errors import CopydeskError, OutsideError

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
NAMESPACE = "dataset-release"  #: what the signature is for; a key's other signatures do not count
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f]+)")


class BadKey(CopydeskError):
    """The key given for signing cannot sign."""


def present(folder: Path) -> list[str]:
    """Every file in ``folder`` but the sums and their signature: relative paths with ``/``, sorted."""
    found = (
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    )
    return sorted(set(found) - {SUMS, SIGNATURE})


def write(folder: Path) -> str:
    """Put ``SHA256SUMS`` into ``folder`` and return the release's digest."""
    lines = [f"{files.sha256_file(folder / path)}  {path}\n" for path in present(folder)]
    files.write_text(folder / SUMS, "".join(lines))
    return digest(folder)


def digest(folder: Path) -> str:
    """SHA-256 of ``SHA256SUMS``."""
    return files.sha256_file(folder / SUMS)


def read(folder: Path) -> dict[str, str]:
    """Digest by path. Raises ValueError, naming the line that is none."""
    listed: dict[str, str] = {}
    for number, line in enumerate((folder / SUMS).read_text(encoding="utf-8").splitlines(), 1):
        found = _LINE.fullmatch(line)
        if not found or found[2] in listed:
            raise ValueError(f"line {number} is not a digest and a path that stands once")
        listed[found[2]] = found[1]
    return listed


def expect_key(key: Path) -> None:
    """Raises BadKey, when there is no file ``key``."""
    if not key.is_file():
        raise BadKey(f"no key at {key}", "make one with `ssh-keygen -t ed25519 -f KEY`")


def sign(folder: Path, key: Path) -> None:
    """Sign ``SHA256SUMS`` with the SSH private key ``key``. Raises BadKey, OutsideError."""
    expect_key(key)
    (folder / SIGNATURE).unlink(missing_ok=True)
    run = _ssh_keygen("-Y", "sign", "-n", NAMESPACE, "-f", str(key), str(folder / SUMS))
    if run.returncode or not (folder / SIGNATURE).is_file():
        raise BadKey(f"{key} cannot sign: {_last(run)}", "an SSH private key without passphrase, or one in ssh-agent")


def keep_signature(folder: Path, before: Path) -> None:
    """Let ``folder`` carry the signature of ``before``, if that is a release of the same bytes."""
    if (before / SIGNATURE).is_file() and digest(folder) == digest(before):
        shutil.copyfile(before / SIGNATURE, folder / SIGNATURE)


def signer(folder: Path, allowed: Path) -> str:
    """Who signed, by the ``allowed_signers`` file. Raises ValueError, saying why nobody did."""
    if not (folder / SIGNATURE).is_file():
        raise ValueError("is not signed")
    about = ("-s", str(folder / SIGNATURE))
    found = _ssh_keygen("-Y", "find-principals", "-f", str(allowed), *about)
    if found.returncode:
        raise ValueError(f"is signed by nobody whom {allowed.name} names")
    who = found.stdout.decode().split("\n")[0]
    named = ("-Y", "verify", "-n", NAMESPACE, "-I", who, "-f", str(allowed), *about)
    run = _ssh_keygen(*named, stdin=(folder / SUMS).read_bytes())
    if run.returncode:
        raise ValueError(f"carries a signature that does not fit: {_last(run)}")
    return who


def _ssh_keygen(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if not program:
        raise OutsideError("ssh-keygen is not there", "install OpenSSH (Debian: openssh-client)")
    return subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60)


def _last(run: subprocess.CompletedProcess[bytes]) -> str:
    lines = (run.stderr or run.stdout).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"ssh-keygen ended with {run.returncode}"
