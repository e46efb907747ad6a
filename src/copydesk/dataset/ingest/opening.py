"""Opening raw files for reading, wherever they stand. Nothing else opens them, and nothing writes them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import IO

from copydesk.dataset.sources import Input


class Unreadable(Exception):
    """The file cannot be read."""


def opened(each: Input, dataset: Path) -> IO[bytes]:
    """The file, open for reading bytes. Raises Unreadable."""
    try:
        if each.is_remote:
            import fsspec

            file: IO[bytes] = fsspec.open(each.path, "rb").open()
            return file
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
