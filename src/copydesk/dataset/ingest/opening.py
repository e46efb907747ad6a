"""Opening raw files for reading, wherever they stand. Nothing else opens them, and nothing writes them."""

from __future__ import annotations

import shutil
import stat
import tempfile
from io import BufferedRandom, BufferedReader, RawIOBase
from os import SEEK_END
from pathlib import Path
from typing import IO, Any, cast

from copydesk.dataset.sources import Input

ABSENT = (404, 410)  #: what a web server answers where there is nothing
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
    except FileNotFoundError as error:
        raise Unreadable(_missing(error)) from None
    except Unreadable:
        raise
    except Exception as error:  # fsspec's systems raise what they like
        raise Unreadable(f"cannot be opened: {error}") from None


def _missing(error: FileNotFoundError) -> str:
    """What keeps a file away: of web servers fsspec says that it is not there, whatever they answer or if at all."""
    cause = error.__cause__
    status = getattr(cause, "status", None)
    if isinstance(status, int):
        return "is not there" if status in ABSENT else f"is not to be had: its server answers {status}"
    if isinstance(cause, OSError) or type(cause).__module__.startswith("aiohttp"):
        return "its server cannot be reached"
    return "is not there"


def _remote(address: str) -> IO[bytes]:
    """A file elsewhere, as readers know those on this machine: it can be read by lines, and from any place."""
    import fsspec

    system, path = fsspec.core.url_to_fs(address)
    file: Any = system.open(path, "rb")
    file.system = system  # which holds open the archive that the file stands in, and closes it when it goes
    if not isinstance(file, fsspec.spec.AbstractBufferedFile):
        return cast("IO[bytes]", file)
    try:
        size = file.seek(0, SEEK_END)
        if size > file.blocksize:  # else it comes whole
            file.seek(size - 1)
            file.read(1)
        file.seek(0)
    except ValueError:  # a server that sends no parts of a file
        file.close()
        whole = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
        with system.open(path, "rb", block_size=0) as stream:
            shutil.copyfileobj(stream, whole, BLOCK)
        whole.seek(0)
        return whole
    return BufferedReader(_Far(file), BLOCK)


class _Far(RawIOBase):
    """A file elsewhere. What goes wrong is an OSError: fsspec's systems raise what they like."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._file.readinto(buffer))
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{type(error).__name__}: {error}") from error

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self._file.close()
        super().close()


def comes_whole(file: IO[bytes]) -> bool:
    """Whether it is a copy of what a server sends whole each time."""
    return isinstance(file, BufferedRandom)


def stamp_of(each: Input, dataset: Path) -> tuple[int, int] | None:
    """What is another once a file on this machine was written to: its size and time; None where neither is known."""
    if each.is_remote:
        return None
    try:
        told = (dataset / each.path).stat()
    except (OSError, ValueError):
        return None
    return told.st_size, told.st_mtime_ns


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
