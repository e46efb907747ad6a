"""Readers: each turns one input file into raw articles and rejects.

A reader is one small module with one function; :data:`READERS` lists ours. Others come by the entry point group
``copydesk.readers`` and must pass :func:`copydesk.testing.check_reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import PurePosixPath
from typing import IO, Any, Protocol

from copydesk.dataset.ingest import parts
from copydesk.dataset.ingest.parts import Cut
from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.ingest.readers import csv, feed, html, jsonl, parquet, text, warc
from copydesk.dataset.sources import Source
from copydesk.errors import BadConfig


class Reader(Protocol):
    """Reads one kind of file: yields what is in it, in order, and never raises for bad content.

    ``file`` is open for reading bytes from the start; ``path`` is what records call it. A place in the file follows
    the path after ``#``. Reads only as far ahead as it must: memory does not grow with the file.
    """

    def __call__(self, file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]: ...


READERS: dict[str, Reader] = {
    "text": text.read,
    "html": html.read,
    "warc": warc.read,
    "jsonl": jsonl.read,
    "csv": csv.read,
    "parquet": parquet.read,
    "feed": feed.read,
}

#: readers that can begin in the middle of a file, and how they cut one; they take a fourth argument, the part to read
PARTED: dict[str, Cut] = {
    "jsonl": parts.lines,
    "warc": lambda file, size: parts.records(warc.places(file), size),
    "parquet": parquet.parts,
}

#: which reader takes a file when the source does not say; the longest suffix wins
SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".html.gz": "html",
    ".warc": "warc",
    ".warc.gz": "warc",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".rss": "feed",
    ".atom": "feed",
    ".xml": "feed",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


@cache
def readers() -> dict[str, Callable[[IO[bytes], str, Source], Iterator[Raw | Reject]]]:
    """Ours and those of installed extensions; ours cannot be replaced."""
    return {**{point.name: _loaded(point) for point in entry_points(group="copydesk.readers")}, **READERS}


def _loaded(point: EntryPoint) -> Any:
    """An extension's reader. Raises BadConfig: what a package does when it is imported may be anything."""
    try:
        return point.load()
    except Exception as error:
        where = f"reader {point.name!r} ({point.value})"
        raise BadConfig(where, f"cannot be loaded: {error}", "mend or uninstall the package that brings it") from error


def reader_name(path: str, source: Source) -> str | None:
    """The reader for a file: what the source says, else by suffix; None when neither tells."""
    within = path.partition("::")[0] if "://" in path else path  # before an archive that holds it
    asked = within.partition("?")[0] if "://" in path else path  # of a server; elsewhere a name may hold the sign
    return source.reader or _by_suffix(asked) or _by_suffix(within)


def _by_suffix(path: str) -> str | None:
    name = PurePosixPath(path).name.lower()
    fitting = [suffix for suffix in SUFFIXES if name.endswith(suffix)]
    return SUFFIXES[max(fitting, key=len)] if fitting else None
