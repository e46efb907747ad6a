"""What texts have in common: for each pair the values of one that are in the other, looked up, not searched.

In:  a sorted set of values for each text.
Out: :class:`Shared`, which tells of any pairs. Only what at least two of the texts have is held: a bit for each text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.prints import Array, Index, Ragged
from copydesk.dataset.families.tokens import unique

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shared:
    """The values that more than one of some texts have."""

    number: Index  #: for each value of the texts: of those that are shared, which; -1: not shared
    sets: Ragged  #: the numbers of each text
    places: Index  #: beside ``sets``: where each stands among all values
    bits: Array  #: for each text a bit for each number
    row: int  #: bytes of a text's bits

    @classmethod
    def of(cls, values: Ragged) -> Shared:
        """Of the texts' values."""
        perhaps = _crowded(values.flat)
        _, _, at = unique(values.flat[perhaps])
        often = np.bincount(at) > 1
        shared = often[at]
        places = perhaps[shared]
        sets = Ragged((np.cumsum(often) - 1)[at[shared]], np.searchsorted(places, values.starts))
        number = np.full(len(values.flat), -1)
        number[places] = sets.flat
        row = 1 + int(often.sum()) // 8
        bits = np.zeros(row * len(values.sizes), np.uint8)
        texts = np.repeat(np.arange(len(values.sizes)), sets.sizes)
        byte = texts * row + (sets.flat >> 3)
        first = np.flatnonzero(np.diff(byte, prepend=-1))
        if len(first):  # a text's numbers rise: those of one byte stand together
            bits[byte[first]] = np.add.reduceat(np.uint8(1) << (sets.flat & 7).astype(np.uint8), first)
        return cls(number, sets, places, bits, row)

    def has(self, texts: Index, numbers: Index) -> Flags:
        """Whether each of ``texts`` has the number beside it."""
        found: Flags = (self.bits[texts * self.row + (numbers >> 3)] >> (numbers & 7).astype(np.uint8)) & 1 == 1
        return found

    def common(self, ours: Index, theirs: Index) -> tuple[Index, Index]:
        """For pairs of texts: the values of ours that theirs has: which pair, and where among all values."""
        at, pair = self.sets.places(ours)
        kept = self.has(theirs[pair], self.sets.flat[at])
        return pair[kept], self.places[at[kept]]

    def counts(self, ours: Index, theirs: Index) -> Array:
        """How many values the texts of each pair have in common."""
        fewer = self.sets.sizes[ours] > self.sets.sizes[theirs]
        pair, _ = self.common(np.where(fewer, theirs, ours), np.where(fewer, ours, theirs))
        counts: Array = np.bincount(pair, minlength=len(ours)).astype(np.float64)
        return counts


def _crowded(values: Array) -> Index:
    """Where values stand that are not alone among those of the same last bits: all that are shared, and a few more."""
    slots = values & np.uint32((1 << max(10, min(20, (4 * len(values)).bit_length()))) - 1)
    return np.flatnonzero(np.bincount(slots)[slots] > 1)
