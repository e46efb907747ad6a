"""Where shards stand between stages: a folder, or any fsspec address that all machines of a cluster reach.

In:  a name and bytes.
Out: the same bytes under that name, whole or not at all. A store of objects has no rename, and may list late: nothing
     is found by listing, a stage's outcome counts once the file that names its shards is there, written last.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from copydesk import files
from copydesk.dataset import storage
from copydesk.dataset.storage import ADDRESS
from copydesk.errors import OutsideError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Shelf:
    """Holds shards by name; a value that travels to other processes."""

    address: str  #: an absolute folder, or an fsspec address

    @classmethod
    def at(cls, place: Path | str) -> Shelf:
        """The shelf in a folder, or at an address. Raises BadStorage."""
        if not (address := ADDRESS.match(str(place))):
            return cls(str(Path(place).absolute()))
        storage.named(str(place))
        if address[1].lower() in ("file", "local"):
            return cls(str(Path(str(place)[address.end() :]).absolute()))
        storage.check(str(place))
        return cls(str(place).rstrip("/"))

    @property
    def folder(self) -> Path | None:
        """The folder; None when the shelf is an address."""
        return None if ADDRESS.match(self.address) else Path(self.address)

    def part(self, name: str) -> Shelf:
        """The shelf under this one."""
        return Shelf(f"{self.address}/{name}")

    @property
    def name(self) -> str:
        """Of this part, within the shelf that it is under."""
        return self.address.rpartition("/")[2]

    def put(self, name: str, data: Any, *, passing: bool = False) -> None:
        """Keep ``data`` (bytes, or what has a buffer) under ``name``. Raises OutsideError.

        ``passing``: for the next step of a stage alone, which a build that goes on does anew; it need not be synced.
        """
        if self.folder is not None and passing:
            files.pass_on(self.folder / name, data)
        elif self.folder is not None:
            files.write_bytes(self.folder / name, data)
        else:
            storage.put(self.address, name, bytes(data))

    @contextmanager
    def passing(self, name: str) -> Iterator[BinaryIO]:
        """Takes what is for the next step alone as it is made; in a folder it is never held. Raises OutsideError."""
        if self.folder is not None:
            with files.passing_on(self.folder / name) as file:
                yield file
            return
        held = io.BytesIO()
        yield held
        storage.put(self.address, name, held.getvalue())

    def has(self, name: str) -> bool:
        """Whether something stands under ``name``. Raises OutsideError."""
        return storage.has(self.address, name) if self.folder is None else (self.folder / name).exists()

    def get(self, name: str) -> bytes | None:
        """What stands under ``name``; None: nothing. Raises OutsideError."""
        if self.folder is None:
            return storage.get(self.address, name)
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def read(self, name: str) -> bytes:
        """What stands under ``name``. Raises OutsideError, also when it was taken away."""
        if (data := self.get(name)) is None:
            raise self._gone(name)
        return data

    def open(self, name: str) -> pa.NativeFile:
        """For reading parts of what stands under ``name``; in a folder nothing is copied. Raises OutsideError."""
        import pyarrow as pa

        if self.folder is None:
            return pa.BufferReader(self.read(name))
        try:
            return pa.memory_map(str(self.folder / name))
        except FileNotFoundError:
            raise self._gone(name) from None

    @contextmanager
    def reading(self, name: str) -> Iterator[Callable[[int, int], bytes]]:
        """Reads bytes of what stands under ``name``, from one place to another. Raises OutsideError."""
        if self.folder is None:
            data = self.read(name)  # as a whole: each request takes longer than what is left out would
            yield lambda first, end: data[first:end]
            return
        try:
            handle = os.open(self.folder / name, os.O_RDONLY)
        except FileNotFoundError:
            raise self._gone(name) from None
        try:
            yield lambda first, end: os.pread(handle, end - first, first)
        finally:
            os.close(handle)

    def keep(self, names: Iterable[str]) -> None:
        """Drop everything else; what cannot be dropped stays, it does no harm."""
        if self.folder is None:
            return storage.keep(self.address, names)
        kept = set(names)
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in kept and not path.is_dir():
                path.unlink(missing_ok=True)
        return None

    def clear(self, but: Collection[str] = ()) -> None:
        """Drop everything here and under it, beside parts of those names; what cannot be dropped stays."""
        if self.folder is None:
            return storage.clear(self.address, but)
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in but:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        return None

    def _gone(self, name: str) -> OutsideError:
        """Something else cleared up here, or keeps what is put for its own process alone."""
        problem = f"{storage.shown(self.address)}/{name}: was put there by a build, and is gone"
        return OutsideError(problem, "delete all that stands under that address, and build again")
