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


def stated_version(path: Path) -> int | None:
    """The ``schema_version`` that a Parquet file states; None when it states none."""
    version = _metadata(path).get(b"schema_version", b"")
    return int(version) if version.isdigit() else None


def stated_kind(path: Path) -> str | None:
    """The schema that a Parquet file states; None when it states none."""
    return _metadata(path).get(b"schema", b"").decode(errors="replace") or None


def _metadata(path: Path) -> dict[bytes, bytes]:
    if path.suffix != ".parquet":
        return {}
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return {}


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
