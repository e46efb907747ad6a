"""Read the records of any record file, each with its place; what cannot be read is an issue.

In:  ``.jsonl``, ``.json`` or ``.parquet``.
Out: ``(where, record)`` in the file's order, or an :class:`~copydesk.issues.Issue`; memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from copydesk.issues import Issue

Entry = tuple[str, Any] | Issue
_BATCH = 1024  # rows of Parquet at a time


def entries(path: Path, where: str) -> Iterator[Entry]:
    """The records of ``path``, which messages call ``where``; places count from 1."""
    try:
        if path.suffix == ".parquet":
            yield from _rows(path, where)
        elif path.suffix == ".json":
            yield _parsed(path.read_bytes(), where)
        else:
            yield from _lines(path, where)
    except OSError as error:
        yield Issue("unreadable-file", where, error.strerror or str(error), hint="look at the file and its permissions")


def file_version(path: Path) -> int | None:
    """The ``schema_version`` of a Parquet file; None when it says none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        written = (pq.read_schema(path).metadata or {}).get(b"schema_version", b"")
    except (OSError, pa.ArrowInvalid):
        return None
    return int(written) if written.isdigit() else None


def _lines(path: Path, where: str) -> Iterator[Entry]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _parsed(line, f"{where}:{number}")


def _parsed(data: bytes, where: str) -> Entry:
    try:
        return where, orjson.loads(data)
    except orjson.JSONDecodeError as error:
        hint = "one JSON value in UTF-8; an older copy of the file is in git"
        return Issue("broken-json", where, f"is not JSON: {error}", hint=hint)


def _rows(path: Path, where: str) -> Iterator[Entry]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{where}:{number}", row
    except (pa.ArrowException, UnicodeDecodeError) as error:
        message = f"cannot be read as Parquet after row {number}: {error}"
        yield Issue("unreadable-file", where, message, hint="make it again: `copydesk build` or `copydesk release`")
