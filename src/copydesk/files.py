"""The one place that writes files: whole or not at all, the same bytes for the same records.

Text is UTF-8 with ``\n``; JSON has sorted keys; a file appears under its name only when it is complete
(temporary name, fsync, rename). A lock file keeps two writers apart.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from copydesk.errors import BrokenLine, Locked, OutsideError

Record = Mapping[str, Any]


def sha256(data: bytes | bytearray) -> str:
    """Lower-case hex digest."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Lower-case hex digest of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON: UTF-8, keys sorted, no white space, no newline."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Any, length: int = 64) -> str:
    """Hex digest of a value's canonical JSON, cut to ``length`` digits."""
    return sha256(canonical(value))[:length]


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its name when the block ends well.

    Raises: OutsideError, when the disk refuses (full, read-only); ``path`` is then as it was.
    """
    handle = -1
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise refused(path, error) from error
    finally:
        if handle >= 0:
            os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(mode)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise refused(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def refused(path: Path, error: OSError) -> OutsideError:
    """What the disk said, and what to do when it is full."""
    said = os.strerror(error.errno) if error.errno else str(error)  # other libraries put sentences of their own there
    hint = "make room there, then run the same command again" if error.errno == errno.ENOSPC else ""
    return OutsideError(f"cannot write {path}: {said}", hint)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put ``data`` at ``path``, whole or not at all; ``mode`` 0o600 keeps it to the user alone."""
    with replacing(path, mode) as temporary:
        temporary.write_bytes(data)


def pass_on(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` for the next step of the same run: nothing relies on it after a crash."""
    with passing_on(path) as file:
        file.write(data)


@contextmanager
def passing_on(path: Path) -> Iterator[BinaryIO]:
    """A file for the next step of the same run, open for as long as the block runs."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise refused(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` as UTF-8 with ``\n``."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any, mode: int = 0o644) -> None:
    """Put ``value`` at ``path`` as indented JSON with sorted keys."""
    write_bytes(path, orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n", mode)


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Put ``records`` at ``path``, one canonical JSON object a line, in the order given."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        for record in records:
            file.write(canonical(record) + b"\n")


def append_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Add a batch at the end of a history, whole or not at all; what stood there stays byte for byte."""
    batch = b"".join(canonical(record) + b"\n" for record in records)
    if not batch:
        return
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    write_bytes(path, before + batch)


def read_json(path: Path) -> Any:
    """The value of a JSON file."""
    return orjson.loads(path.read_bytes())


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The records of a JSONL file; an absent file has none. Blank lines are passed over. Raises BrokenLine."""
    if not path.exists():
        return []
    records = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                records.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise BrokenLine(path, number, str(error)) from None
    return records


@contextmanager
def locked(path: Path, what: str, wait_s: float = 0) -> Iterator[None]:
    """Hold the lock file ``path`` while the block runs; it is let go also when the process dies.

    Raises: Locked, when another process holds it for longer than ``wait_s``.
    """
    deadline = time.monotonic() + wait_s
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise refused(path, error) from error
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() >= deadline:
                    holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
                    raise Locked(what, holder or "another process") from error
            time.sleep(0.2)
        _say(handle, f"process {os.getpid()}")
        try:
            yield
        finally:
            _say(handle, "")
    finally:
        os.close(handle)


def _say(handle: int, holder: str) -> None:
    """Who holds a lock, for others to read; a full disk only keeps it from them."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, holder.encode(), 0)
