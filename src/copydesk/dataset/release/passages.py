"""Fingerprints of withheld texts: by them a reader's near copy is known, and labels find their place in it.

In:  texts that a public release withholds.
Out: ``passages.parquet``: where each passage of a text stands, and a digest of its words; and which of them came
     through to a reader's copy, and by how far they moved.

A passage is a sentence or several, at least ``LEAST`` code points long, and shares nothing with its neighbour. Whoever
guesses a whole passage can confirm it, as can who guesses a whole text; none can be found out word by word. White space
counts as blanks, so that other line breaks are no other words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from copydesk.files import replacing, sha256

PASSAGES = "passages.parquet"
LEAST = 80  #: code points of a passage, so that its words cannot be guessed
LENGTH = 16  #: hex digits of a digest that are kept
TOGETHER = 4096  #: articles of a row group
_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|\n\s*\n\s*")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """``text[start:end]`` by its digest."""

    start: int
    end: int
    digest: str


def cut(text: str) -> list[Passage]:
    """The passages of a text, in order. A long sentence is one; short ones are taken together until they are long.

    Too little before the next long sentence goes with the passage before it; at the very beginning it is in none.
    """
    found: list[tuple[int, int]] = []
    start = at = 0  # short sentences that wait stand in text[start:at]
    for end in [*(each.end() for each in _END.finditer(text)), len(text)]:
        if end - at >= LEAST > at - start > 0:
            found[-1:] = [(found[-1][0], at)] if found else []
            start = at
        if end - start >= LEAST:
            found.append((start, end))
            start = end
        at = end
    if found and start < len(text):
        found[-1] = (found[-1][0], len(text))
    return [Passage(start, end, _digest(text[start:end])) for start, end in found]


def _digest(words: str) -> str:
    return sha256(_BLANK.sub(" ", words.rstrip()).encode())[:LENGTH]


@dataclass(frozen=True)
class Moves:
    """Which passages of a text came through to another, and by how many code points each moved."""

    n_chars: int  #: of the older text
    kept: tuple[tuple[Passage, int], ...]  #: sorted; the passage as it was, and its step

    @property
    def share(self) -> float:
        """How much of the older text came through, 0 to 1."""
        return sum(passage.end - passage.start for passage, _ in self.kept) / self.n_chars if self.n_chars else 0.0

    def step(self, start: int, end: int) -> int | None:
        """By how far ``start:end`` moved; None when not all of it is known to have come through side by side."""
        steps, at = set(), start
        for passage, step in self.kept:
            if passage.start <= at < passage.end:
                steps.add(step)
                at = passage.end
        return steps.pop() if at >= end and len(steps) == 1 else None


def moves(known: Sequence[Passage], n_chars: int, text: str) -> Moves:
    """Where passages ``known`` of an older text stand in ``text``: in their order, or anywhere if they stand once."""
    now = cut(text)
    before, after = [each.digest for each in known], [each.digest for each in now]
    pairs: dict[int, int] = {}
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        pairs |= {block.a + n: block.b + n for n in range(block.size)}
    once = {digest for digest, count in (Counter(before) + Counter(after)).items() if count == 2}
    place = {digest: n for n, digest in enumerate(after)}
    pairs |= {n: place[digest] for n, digest in enumerate(before) if digest in once and digest in place}
    return Moves(n_chars, tuple((known[n], now[at].start - known[n].start) for n, at in sorted(pairs.items())))


def write(folder: Path, articles: Iterable[Mapping[str, Any]]) -> int:
    """Put the passages of ``articles``, sorted by id, into the release ``folder``; returns how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count, waiting = _schema(), 0, iter(articles)
    with (
        replacing(folder / PASSAGES) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd", compression_level=3, version="2.6") as writer,
    ):
        while batch := list(islice(waiting, TOGETHER)):
            found = [(article["article_id"], each) for article in batch for each in cut(article["text"])]
            columns: list[list[Any]] = [[article_id for article_id, _ in found]]
            columns += [[getattr(each, name) for _, each in found] for name in schema.names[1:]]
            arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(found)
    return count


def read(folder: Path) -> Iterator[tuple[str, list[Passage]]]:
    """Article by article what :func:`write` wrote; nothing where a release has none. Raises ValueError, OSError."""
    if (folder / PASSAGES).exists():
        for article_id, rows in groupby(_rows(folder / PASSAGES), key=lambda row: str(row[0])):
            yield article_id, [Passage(start, end, digest) for _, start, end, digest in rows]


def _rows(path: Path) -> Iterator[tuple[Any, ...]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        if not file.schema_arrow.equals(_schema()):
            raise ValueError(f"{path.name} has other columns than passages have")
        for batch in file.iter_batches():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _schema() -> Any:
    import pyarrow as pa

    columns = {"article_id": pa.string(), "start": pa.int32(), "end": pa.int32(), "digest": pa.string()}
    return pa.schema(list(columns.items()))
