"""Shards: some records of one kind in one file on a shelf, sorted, ready to be read in part.

In:  records as columns.
Out: an Arrow file: opened in place, a few rows or columns of it are read without the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copydesk.dataset.shelf import Shelf

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 512  #: rows that stand together in a shard


def write(shelf: Shelf, name: str, table: pa.Table) -> None:
    """Put ``table`` on the shelf."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table.combine_chunks(), max_chunksize=BATCH)
    shelf.put(name, sink.getvalue())


def read(shelf: Shelf, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The shard's rows, or some columns of them; in a folder the table is the file itself, not a copy."""
    import pyarrow as pa

    with shelf.open(name) as source:
        options = None
        if columns is not None:
            names = pa.ipc.open_file(source).schema.names
            options = pa.ipc.IpcReadOptions(included_fields=[names.index(column) for column in columns])
        return pa.ipc.open_file(source, options=options).read_all()
