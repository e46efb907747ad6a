"""Parquet files whose bytes depend on their rows alone.

In:  rows in their final order, a group at a time, and the Arrow schema that they follow.
Out: one file, written whole or not at all. Row order, groups, chunk layout and writer settings are fixed here, because
pyarrow's bytes otherwise change with the layout that rows happened to have in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.errors import CopydeskError
from copydesk.files import replacing

if TYPE_CHECKING:
    import pyarrow as pa


ROWS = 4096  #: of a batch
WORDS = ("text", "prefix", "suffix", "value")  #: columns whose least and greatest would be long, and help nobody
IDS = "annotation_ids"  #: a column of ids that follow no order


class NotParquet(CopydeskError):
    """A file that should hold rows cannot be read as Parquet."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(
            f"{path} cannot be read as Parquet: {problem}",
            "in build/: run `copydesk build` again; in a release: get it again",
        )


def write(path: Path, rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> None:
    """Put ``rows`` at ``path`` in the order given. Raises OutsideError when the disk refuses."""
    write_groups(path, [table(rows, schema)], schema)


def table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Records as columns."""
    import pyarrow as pa

    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def write_groups(path: Path, groups: Iterable[pa.Table], schema: pa.Schema) -> int:
    """Put tables at ``path``, each a row group of its own; one is in memory at a time. Returns how many rows there are.

    Raises: OutsideError, when the disk refuses.
    """
    import pyarrow.parquet as pq

    leaves = [leaf for field in schema for leaf in _leaves(field.name, field.type)]
    ids = [leaf for leaf in leaves if IDS in leaf.split(".")]
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            compression_level=3,
            version="2.6",
            write_page_index=True,
            use_content_defined_chunking=True,
            write_statistics=[leaf for leaf in leaves if leaf.rpartition(".")[2] not in WORDS],
            # ids change where labels do: without a dictionary, and what they share left out, they are few bytes
            use_dictionary=[leaf for leaf in leaves if leaf not in ids],
            column_encoding=dict.fromkeys(ids, "DELTA_BYTE_ARRAY"),
        ) as file,
    ):
        rows = 0
        for group in map(_combined, groups):
            file.write_table(group, row_group_size=max(1, group.num_rows))
            rows += group.num_rows
    return rows


def _combined(table: pa.Table) -> pa.Table:
    """Each column in one piece; what it was made from is let go before it is written."""
    return table.combine_chunks()


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """The columns of values that a column is stored as, by their paths in the file."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        for number in range(kind.num_fields):
            yield from _leaves(f"{path}.{kind.field(number).name}", kind.field(number).type)
    elif pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    else:
        yield path


def batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Rows of ``path`` as Arrow holds them, a few in memory at a time. Raises NotParquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(ROWS, columns=columns)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise NotParquet(path, str(error).splitlines()[0]) from error


def read(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The rows of ``path``, or some of their columns. Raises NotParquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: list[dict[str, Any]] = pq.read_table(path, columns=columns).to_pylist()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise NotParquet(path, str(error).splitlines()[0]) from error
    return rows
