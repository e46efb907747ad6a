"""Opening raw files for reading, wherever they stand. Nothing else opens them, and nothing writes them."""

from __future__ import annotations

import shutil
import stat
import tempfile
from io import BufferedReader
from os import SEEK_END
from pathlib import Path
from typing import IO, Any, cast

from copydesk.dataset.sources import Input

BLOCK = 65_536  #: bytes that are asked of a remote file at a time


class Unreadable(Exception):
    """The file cannot be read."""


def opened(each: Input, dataset: Path) -> IO[bytes]:
    """The file, open for reading bytes. Raises Unreadable."""
    try:
        if each.is_remote:
            return _remote(each.path)
        path = dataset / each.path
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would wait for ever
            raise Unreadable("is not a regular file")
        return path.open("rb")
    except FileNotFoundError:
        raise Unreadable("is not there") from None
    except Unreadable:
        raise
    except Exception as error:  # fsspec's systems raise what they like
        raise Unreadable(f"cannot be opened: {error}") from None


def _remote(address: str) -> IO[bytes]:
    """A file elsewhere, as readers know those on this machine: it can be read by lines, and from any place."""
    import fsspec

    system, path = fsspec.core.url_to_fs(address)
    file: Any = system.open(path, "rb")
    file.system = system  # which holds open the archive that the file stands in, and closes it when it goes
    if not isinstance(file, fsspec.spec.AbstractBufferedFile):
        return cast("IO[bytes]", file)
    try:
        file.seek(0, SEEK_END)
        file.seek(0)
    except ValueError:  # a server that sends no parts of a file
        whole = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
        shutil.copyfileobj(file, whole, BLOCK)
        whole.seek(0)
        return whole
    return BufferedReader(file, BLOCK)


def size_of(each: Input, dataset: Path) -> int:
    """Bytes that the file holds; 0 where that cannot be told."""
    try:
        if not each.is_remote:
            return (dataset / each.path).stat().st_size
        import fsspec

        system, path = fsspec.core.url_to_fs(each.path)
        return int(system.size(path) or 0)
    except Exception:  # fsspec's systems raise what they like; reading it will say what is wrong
        return 0
