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
    lines = np.cumsum(_sizes(shelf, names)[first:end])
    cuts = first + np.searchsorted(lines, np.arange(AT_ONCE, lines[-1], AT_ONCE))
    edges = np.unique([first, *cuts, end]).tolist()
    for begin, stop in pairwise(edges):
        # put together at once: files that are read from count as memory until they are closed
        both = Keyed.joined(read(shelf, name, begin, stop) for name in names)
        order = np.lexsort((both.numbers, both.keys))
        yield Keyed(both.keys[order], both.numbers[order])


def _sizes(shelf: Shelf, names: Sequence[str]) -> Index:
    """How many lines the tables have in each stretch, together."""
    total = np.zeros(BUCKETS, np.int64)
    for name in names:
        with shelf.reading(name) as part:
            total += np.diff(np.frombuffer(part(0, _HEAD), "<u8").astype(np.int64))
    return total
