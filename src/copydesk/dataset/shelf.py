"""Where shards stand between stages: a folder, or any fsspec address that all machines of a cluster reach.

In:  a name and bytes.
Out: the same bytes under that name, whole or not at all. A store of objects has no rename, and may list late: nothing
     is found by listing, a stage's outcome counts once the file that names its shards is there, written last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk import files
from copydesk.errors import OutsideError

if TYPE_CHECKING:
    import pyarrow as pa

_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Holds shards by name; a value that travels to other processes."""

    address: str  #: an absolute folder, or an fsspec address

    @classmethod
    def at(cls, place: Path | str) -> Shelf:
        """The shelf in a folder, or at an address."""
        return cls(str(place) if _ADDRESS.match(str(place)) else str(Path(place).absolute()))

    @property
    def folder(self) -> Path | None:
        """The folder; None when the shelf is an address."""
        return None if _ADDRESS.match(self.address) else Path(self.address)

    def part(self, name: str) -> Shelf:
        """The shelf under this one."""
        return Shelf(f"{self.address}/{name}")

    def put(self, name: str, data: Any, *, passing: bool = False) -> None:
        """Keep ``data`` (bytes, or what has a buffer) under ``name``. Raises OutsideError.

        ``passing``: for the next step of a stage alone, which a build that goes on does anew; it need not be synced.
        """
        if self.folder is not None and passing:
            files.pass_on(self.folder / name, data)
        elif self.folder is not None:
            files.write_bytes(self.folder / name, data)
        else:
            system, path = self._remote()
            self._asked(lambda: system.pipe_file(f"{path}/{name}", bytes(data)), name)

    def get(self, name: str) -> bytes | None:
        """What stands under ``name``; None: nothing. Raises OutsideError."""
        try:
            if self.folder is not None:
                return (self.folder / name).read_bytes()
            system, path = self._remote()
            data: bytes = self._asked(lambda: system.cat_file(f"{path}/{name}"), name)
        except FileNotFoundError:
            return None
        return data

    def open(self, name: str) -> pa.NativeFile:
        """For reading parts of what stands under ``name``; in a folder nothing is copied."""
        import pyarrow as pa

        if self.folder is not None:
            return pa.memory_map(str(self.folder / name))
        return pa.BufferReader(self.get(name) or b"")

    def keep(self, names: Iterable[str]) -> None:
        """Drop everything else; what cannot be dropped stays, it does no harm."""
        kept = set(names)
        if self.folder is not None:
            for path in self.folder.iterdir() if self.folder.is_dir() else ():
                if path.name not in kept and not path.is_dir():
                    path.unlink(missing_ok=True)
            return
        system, root = self._remote()
        for each in system.ls(root, detail=True) if system.exists(root) else ():
            if each["type"] == "file" and each["name"].rpartition("/")[2] not in kept:
                system.rm_file(each["name"])

    def _remote(self) -> tuple[Any, str]:
        import fsspec

        system, path = fsspec.core.url_to_fs(self.address)
        return system, str(path)

    def _asked(self, ask: Any, name: str) -> Any:
        try:
            return ask()
        except FileNotFoundError:
            raise
        except Exception as error:  # fsspec's systems raise what they like
            problem = f"{self.address}/{name}: the storage refused: {type(error).__name__}: {error}"
            raise OutsideError(problem, "check the address and its access; what is finished is kept") from error
