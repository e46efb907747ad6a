"""A big file in parts, so that several processes read it and none holds much of it.

In:  a file and its reader.
Out: parts that together are the file, cut at fixed distances: what is added at the end changes no earlier part.

Only readers in :data:`PARTED` can begin in the middle; other files are one part, read as a stream like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.sources import MEGABYTE, Source

SIZE = 4 * MEGABYTE  #: bytes of a part, about; the same for all, as what is kept of a part is found by its content


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file that starts and ends between two records."""

    start: int = 0  #: first byte; for tables, the first row group
    end: int | None = None  #: one past the last; None: to the end of the file
    before: int = 0  #: records (lines, rows) that stand before it

    @property
    def is_whole(self) -> bool:
        return self.start == 0 and self.end is None


WHOLE = Part()

#: a reader that can begin in the middle: cuts a file into parts, and reads one of them
Cut = Callable[[IO[bytes], int], Iterator[Part]]
ReadPart = Callable[[IO[bytes], str, Source, Part], Iterator[Raw | Reject]]


def lines(file: IO[bytes], size: int) -> Iterator[Part]:
    """Parts of whole lines."""
    start, before, at, count = 0, 0, 0, 0  # the part's start and what stands before it; what is read, lines in the part
    while block := file.read(MEGABYTE):
        while (end := block.find(b"\n", max(0, start + size - at - 1))) >= 0:
            count += block.count(b"\n", 0, end + 1)
            at += end + 1
            yield Part(start, at, before)
            start, before, count, block = at, before + count, 0, block[end + 1 :]
        count += block.count(b"\n")
        at += len(block)
    if at > start or not start:
        yield Part(start, None, before)


def records(places: Iterable[int], size: int) -> Iterator[Part]:
    """Parts that start where records start; ``places`` may end early, where the file is damaged."""
    start = 0
    for place in places:
        if place - start >= size:
            yield Part(start, place)
            start = place
    yield Part(start, None)
