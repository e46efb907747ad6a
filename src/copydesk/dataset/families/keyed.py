"""Tables of a key and a number in each line, by rising keys: what passes between the steps of the search.

In:  keys below 2 ** 33, and a number beside each.
Out: a file on a shelf that begins with where each of :data:`BUCKETS` stretches of the keys stands: the lines of a range
     of keys are read without the rest, and without a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from copydesk.dataset.families.prints import Array, Index
from copydesk.dataset.shelf import Shelf

BUCKETS = 4096  #: stretches of the keys, as wide as one another
BITS = 33 - 12  #: of a key within a stretch
_NUMBER = 31  # bits of a number: of an article, or of articles
AT_ONCE = 500_000  #: lines of several tables that are put together at a time, about
_HEAD = 8 * (BUCKETS + 1)  # bytes


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table, or a part of one."""

    keys: Array  #: uint64, rising
    numbers: Array  #: uint32

    @classmethod
    def joined(cls, parts: Iterable[Keyed]) -> Keyed:
        """Parts of one table, in order."""
        none = cls(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
        every = [none, *parts]
        return cls(np.concatenate([each.keys for each in every]), np.concatenate([each.numbers for each in every]))


def write(shelf: Shelf, name: str, table: Keyed) -> None:
    """Put a table on the shelf for the next step; it is made anew when a build is."""
    edges = np.searchsorted(table.keys, np.arange(BUCKETS + 1, dtype=np.uint64) << np.uint64(BITS))
    columns = (edges.astype("<u8"), table.keys.astype("<u8"), table.numbers.astype("<u4"))
    shelf.put(name, b"".join(column.tobytes() for column in columns), passing=True)


def read(shelf: Shelf, name: str, first: int = 0, end: int = BUCKETS) -> Keyed:
    """The lines of the stretches from ``first`` to ``end``; in a folder they are the file itself, not a copy."""
    if shelf.folder is not None:
        data: Array = np.memmap(shelf.folder / name, np.uint32, "r")
    else:
        data = np.frombuffer(shelf.read(name), np.uint32)
    edges, lines = data[: _HEAD // 4].view("<u8"), data[_HEAD // 4 :]
    some, count = slice(int(edges[first]), int(edges[end])), int(edges[-1])
    return Keyed(lines[: 2 * count].view("<u8")[some], lines[2 * count :][some])


def together(shelf: Shelf, names: Sequence[str], first: int, end: int) -> Iterator[Keyed]:
    """The lines of several tables in some stretches, by key and number; a few stretches at a time."""
    edges = np.array([_edges(shelf, name)[[*range(first, end + 1), -1]] for name in names]).reshape(-1, end - first + 2)
    lines = np.concatenate([[0], np.cumsum(np.diff(edges[:, :-1]).sum(axis=0))])
    cuts = np.searchsorted(lines, np.arange(AT_ONCE, lines[-1], AT_ONCE))
    for begin, stop in pairwise(np.unique([0, *cuts, end - first]).tolist()):
        parts = (_lines(shelf, name, edge[[begin, stop, -1]]) for name, edge in zip(names, edges, strict=True))
        both = Keyed.joined(parts)
        # key and number in one, so that one sort does
        packed = np.sort(both.keys << np.uint64(_NUMBER) | both.numbers)
        yield Keyed(packed >> np.uint64(_NUMBER), (packed & np.uint64((1 << _NUMBER) - 1)).astype(np.uint32))


def _edges(shelf: Shelf, name: str) -> Index:
    """Where each stretch of a table stands."""
    with shelf.reading(name) as part:
        return np.frombuffer(part(0, _HEAD), "<u8").astype(np.int64)


def _lines(shelf: Shelf, name: str, edges: Index) -> Keyed:
    """Some lines of a table. They are read, not mapped: what is mapped counts as memory until it is let go."""
    first, end, count = edges.tolist()
    keys, numbers = _HEAD, _HEAD + 8 * count
    with shelf.reading(name) as part:
        found = part(keys + 8 * first, keys + 8 * end), part(numbers + 4 * first, numbers + 4 * end)
    return Keyed(np.frombuffer(found[0], "<u8"), np.frombuffer(found[1], "<u4"))
