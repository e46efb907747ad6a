"""Shards: some records of one kind in one file on a shelf, sorted, ready to be read in part.

In:  records as columns; or arrays of numbers, for steps within a stage.
Out: an Arrow file: opened in place, a few rows or columns of it are read without the rest. An ``.npy`` file likewise.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset.shelf import Shelf

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]

BATCH = 512  #: rows that stand together in a shard


def write(shelf: Shelf, name: str, table: pa.Table, together: int = BATCH) -> None:
    """Put ``table`` on the shelf; ``together``: rows that stand in one stretch."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table.combine_chunks(), max_chunksize=together)
    shelf.put(name, sink.getvalue())


def write_parts(shelf: Shelf, name: str, parts: Iterable[pa.Table]) -> None:
    """Put the parts of a table on the shelf for the next step, each in one stretch."""
    import pyarrow as pa

    waiting = iter(parts)
    first = next(waiting)
    with shelf.passing(name) as sink, pa.ipc.new_file(sink, first.schema) as file:
        for part in chain([first], waiting):
            file.write_table(part.combine_chunks())


def read(shelf: Shelf, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The shard's rows, or what it has of some columns; in a folder the table is the file itself, not a copy."""
    import pyarrow as pa

    with shelf.open(name) as source:
        options = None
        if columns is not None:
            names = pa.ipc.open_file(source).schema.names
            there = [names.index(column) for column in columns if column in names]
            options = pa.ipc.IpcReadOptions(included_fields=there)
        return pa.ipc.open_file(source, options=options).read_all()


def write_arrays(shelf: Shelf, name: str, **arrays: Array) -> None:
    """Put arrays on the shelf for the next step; they are made anew when a build is."""
    for key, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        shelf.put(f"{name}.{key}.npy", file.getbuffer(), passing=True)


def read_arrays(shelf: Shelf, name: str, *keys: str) -> tuple[Array, ...]:
    """Arrays by their keys; in a folder they are the files themselves, not copies."""
    if shelf.folder is not None:
        return tuple(np.load(shelf.folder / f"{name}.{key}.npy", mmap_mode="r") for key in keys)
    return tuple(np.load(io.BytesIO(shelf.read(f"{name}.{key}.npy"))) for key in keys)
