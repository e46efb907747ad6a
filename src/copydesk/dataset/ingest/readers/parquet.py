"""Parquet: one row is one article, its columns mapped by the source, read a batch at a time.

The raw bytes of an article are its text's cell, in UTF-8: what Parquet stores besides is not text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import SEEK_END
from typing import IO, Any

from copydesk.dataset.ingest.columns import article, no_text
from copydesk.dataset.ingest.decoding import too_large
from copydesk.dataset.ingest.parts import WHOLE, Part
from copydesk.dataset.ingest.places import Member
from copydesk.dataset.ingest.raw import HTML, TEXT, Raw, Reject, reject
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import FIELDS, Source
from copydesk.files import sha256
from copydesk.spans import Span

BATCH = 256  #: rows
MEDIA = "application/vnd.apache.parquet"
NOWHERE = Span(0, 0)


def read(file: IO[bytes], path: str, source: Source, part: Part = WHOLE) -> Iterator[Raw | Reject]:
    """Yield one raw article a row."""
    import pyarrow as pa

    number, left = part.before, _allowed(file, source)
    texts = (source.column(TEXT), source.column(HTML))
    try:
        table = _opened(file, texts)
        groups = range(part.start, table.num_row_groups if part.end is None else part.end)
        columns = [source.column(name) for name in FIELDS if source.column(name) in table.schema_arrow.names]
        if not {source.column(TEXT), source.column(HTML)} & set(columns):
            yield no_text(source.column(TEXT), table.schema_arrow.names, path, None)
            return
        for row in _rows(table, groups, columns, texts, left):
            if row is None:
                message = "grows past the source's [limits] when unpacked; raise them if it is meant to"
                yield reject("decompression-bomb", f"{path}#after-{number}", None, message)
                return
            number += 1
            yield _article(row, f"{path}#{number}", source)
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        message = f"not clean Parquet behind row {number} ({str(error)[:120].rstrip('.')}); write it again"
        yield reject("bad-parquet", f"{path}#after-{number}", None, message)
        return
    if not number:
        yield reject("empty", path, b"", "holds no row; take it out, or fetch it again")


def _rows(
    table: Any, groups: Iterable[int], columns: Sequence[str], texts: Sequence[str], left: int
) -> Iterator[dict[str, Any] | None]:
    """Rows; None, and no more, where their texts would hold more than ``left`` letters."""
    for group in groups:
        if _held(table.metadata.row_group(group), texts) > left:
            yield None
            return
        for batch in table.iter_batches(BATCH, row_groups=[group], columns=columns):
            for at in range(len(batch)):
                (row,) = batch.slice(at, 1).to_pylist()
                left -= sum(len(cell) for name in texts if isinstance(cell := row.get(name), (str, bytes)))
                if left < 0:  # equal cells, which stand in the file once
                    yield None
                    return
                yield row


def _held(group: Any, texts: Sequence[str]) -> int:
    """Bytes of a row group's texts, unpacked, as the file itself says."""
    columns = (group.column(n) for n in range(group.num_columns))
    return sum(column.total_uncompressed_size for column in columns if column.path_in_schema in texts)


def _opened(file: IO[bytes], texts: Sequence[str]) -> Any:
    """The table; equal texts stand once in memory, as they do in the file: a small one may hold many large ones."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(file)
    columns = [table.schema.column(n) for n in range(len(table.schema))]
    held = [column.path for column in columns if column.path in texts and column.physical_type == "BYTE_ARRAY"]
    return pq.ParquetFile(file, metadata=table.metadata, read_dictionary=held)


def _allowed(file: IO[bytes], source: Source) -> int:
    """Letters of text that a part of a file of this size may hold."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return max(source.limits.article_bytes, source.limits.ratio * size)


def parts(file: IO[bytes], size: int) -> Iterator[Part]:
    """Parts of whole row groups; one part when the file is no Parquet, which reading it will say."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file).metadata
        groups = [table.row_group(n) for n in range(table.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError):
        yield WHOLE
        return
    start, before, bytes_, rows = 0, 0, 0, 0
    for n, group in enumerate(groups):
        if bytes_ >= size:
            yield Part(start, n, before)
            start, before, bytes_ = n, rows, 0
        bytes_ += group.total_byte_size
        rows += group.num_rows
    yield Part(start, None, before)


def _article(row: dict[str, Any], where: str, source: Source) -> Raw | Reject:
    texts = (source.column(TEXT), source.column(HTML))
    stated = [cell for name in texts if (cell := row.get(name))]
    cell = next((each for each in stated if _has_words(each)), next(iter(stated), ""))
    data = cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")
    if len(data) > source.limits.article_bytes:
        return too_large(where, sha256(data), source.limits.article_mb)
    decoded = data.decode("utf-8", "replace")
    # a text that is null is empty, not missing: its column is there
    kept = ((name, value) for name, value in row.items() if value is not None or name in texts)
    members = {name: Member(_plain(value), NOWHERE) for name, value in kept}
    for name in texts:
        if isinstance(row.get(name), (str, bytes)) and row[name] == cell:
            members[name] = Member(decoded, Span(0, len(decoded)), Traced.whole(decoded))
    return article(members, source, where=where, data=data, decoded=decoded, media_type=MEDIA)


def _has_words(cell: Any) -> bool:
    """Whether it is the article, as ``columns.article`` chooses it."""
    words = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
    return isinstance(words, str) and bool(words.strip())


def _plain(value: Any) -> Any:
    """Dates and instants as ISO text; lists and the rest as they are."""
    return value.isoformat() if hasattr(value, "isoformat") else value
