"""Some pairs of texts at a time: what each pair shares.

In:  fingerprints, and pairs of them.
Out: which values the texts of a pair share, how many words stand in one order, the passage that has most of the other.

The values of the first texts go into a table by their low bits, and those of their partners are looked up there. So
each of the many values that a pair does not share costs one look; only the few that are found are compared.
"""

from __future__ import annotations

from codecs import utf_32_le_decode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families.prints import Array, Index, Prints, Ragged, points, run_places
from copydesk.dataset.families.words import NAME, NUMBER

Column = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MAX_ORDERED = 20_000  #: words of a text whose order is compared; longer texts are judged by the rest
PASSAGE = 40  #: content words of a passage: a long paragraph
KINDS = (None, NAME, NUMBER)  #: of keys that are counted: all, names, numbers
_BITS = 14  # of a value that choose its slot
_FIRSTS = 16  # texts that have slots at a time
_PAIRS = 128  # at a time
_WORDS = 1 << 16  # of their second texts, at a time, unless one text has more


@dataclass(frozen=True)
class Texts:
    """Fingerprints with what is made of each text alone, so that it is made once for all its pairs."""

    prints: Prints

    @cached_property
    def key_weights(self) -> Column:
        return self.prints.key_weights.flat.astype(np.float64)

    @cached_property
    def weights(self) -> tuple[Column, ...]:
        """Weight of each text's keys, its names, its numbers."""
        kinds, starts = self.prints.key_kinds.flat, self.prints.keys.starts
        sums = [np.diff(np.concatenate([[0.0], np.cumsum(self.key_weights)])[starts])]
        for kind in KINDS[1:]:
            at = np.flatnonzero(kinds == kind)
            text = np.searchsorted(starts, at, "right") - 1
            sums.append(np.bincount(text, self.key_weights[at], len(starts) - 1).astype(np.float64))
        return tuple(sums)

    @cached_property
    def content_keys(self) -> Index:
        """The key of each content word, among those of all texts."""
        content: Index = self.prints.content.flat + np.repeat(self.prints.keys.starts[:-1], self.prints.content.sizes)
        return content

    @cached_property
    def content_weights(self) -> Ragged:
        return Ragged(self.key_weights[self.content_keys], self.prints.content.starts)

    @cached_property
    def passages(self) -> Ragged:
        """Weight of the passage that begins at each content word; infinite where none does."""
        starts, sizes = self.prints.content.starts, self.prints.content.sizes
        weights = np.maximum(_passages(self.content_weights.flat, starts), 1e-9)
        # a text shorter than the passage is measured as a whole, from its first word
        rest = np.clip(sizes - 1, 0, PASSAGE - 1)
        weights[run_places(starts[1:] - rest, rest)] = np.inf
        return Ragged(weights, starts)

    @cached_property
    def words(self) -> Ragged:
        """The words of each text, as the order comparison wants them."""
        return Ragged(points(self.prints.words.flat), self.prints.words.starts)

    @cached_property
    def content(self) -> Ragged:
        """The content words of each text, likewise."""
        return Ragged(points(self.prints.keys.flat[self.content_keys]), self.prints.content.starts)


@dataclass(frozen=True, slots=True)
class Hits:
    """Values that pairs share."""

    pair: Index
    left: Index  #: where in the first text's row
    right: Index  #: where in the second one's

    def of(self, kept: Flags) -> Hits:
        """Those of some of the pairs."""
        some = kept[self.pair]
        return Hits((np.cumsum(kept) - 1)[self.pair[some]], self.left[some], self.right[some])


@dataclass(frozen=True, slots=True)
class Some:
    """Pairs that are compared at a time."""

    left: Index
    right: Index
    firsts: Index  #: the first texts, each once
    of: Index  #: which of those is the first text of each pair

    @classmethod
    def parts(cls, pairs: Index, sizes: Index) -> Iterator[Some]:
        """All pairs, in order. ``sizes``: words of each pair's second text."""
        for begin, end in pairwise(_cuts(pairs[:, 0], sizes)):
            left, right = pairs[begin:end].T
            fresh = np.diff(left, prepend=-1) != 0
            yield cls(left, right, left[fresh], np.cumsum(fresh) - 1)

    def take(self, kept: Flags) -> Some:
        return Some(self.left[kept], self.right[kept], self.firsts, self.of[kept])


def _cuts(firsts: Index, sizes: Index) -> list[int]:
    cuts, texts, words, before = [0], 0, 0, -1
    for n, (first, size) in enumerate(zip(firsts.tolist(), sizes.tolist(), strict=True)):
        texts, words = texts + (first != before), words + size
        if n > cuts[-1] and (texts > _FIRSTS or words > _WORDS or n - cuts[-1] == _PAIRS):
            cuts.append(n)
            texts, words = 1, size
        before = first
    return [*cuts, len(firsts)]


class Table:
    """Slots for values, by the text and by their low bits."""

    def __init__(self) -> None:
        self._places = np.zeros(_FIRSTS << _BITS, np.int32)
        self._marks = np.zeros(_PAIRS << _BITS, np.bool_)

    def hits(self, ragged: Ragged, some: Some) -> Hits:
        """What pairs share. Rows rise, and have each value once."""
        (ours, begins), (theirs, starts) = joined(ragged, some.firsts), joined(ragged, some.right)
        firsts, each = np.arange(len(some.firsts)), np.arange(1, len(ours) + 1, dtype=np.int32)
        slots = _slots(ours, firsts, begins)
        self._places[slots] = each
        self._places[slots[self._places[slots] != each]] = -1  # several want this slot
        found = self._places[_slots(theirs, some.of, starts)]
        self._places[slots] = 0
        at = np.flatnonzero(found != 0)
        pair = np.searchsorted(starts, at, "right") - 1
        place = found[at].astype(np.int64) - 1
        unsure = np.flatnonzero(place < 0)
        if len(unsure):
            coded = _coded(np.repeat(firsts, np.diff(begins)), ours)
            asked = _coded(some.of[pair[unsure]], theirs[at[unsure]])
            nearest = np.minimum(np.searchsorted(coded, asked), len(coded) - 1)
            place[unsure] = np.where(coded[nearest] == asked, nearest, -1)
        same = (ours[place] == theirs[at]) & (place >= 0)
        pair, place, at = pair[same], place[same], at[same]
        return Hits(pair, place - begins[some.of[pair]], at - starts[pair])

    def in_order(self, ragged: Ragged, some: Some) -> list[int]:
        """Length of the longest common subsequence of each pair.

        What one side alone has is in none, and most of it is left out first, by a look into the table.
        """
        (ours, begins), (left, left_starts), (right, right_starts) = (
            joined(ragged, texts, MAX_ORDERED) for texts in (some.firsts, some.left, some.right)
        )
        pairs = np.arange(len(some.left))
        kept = self._marked(_slots(ours, np.arange(len(some.firsts)), begins), _slots(right, some.of, right_starts))
        right, right_starts = right[kept], np.searchsorted(kept, right_starts)
        kept = self._marked(_slots(right, pairs, right_starts), _slots(left, pairs, left_starts))
        left, left_starts = left[kept], np.searchsorted(kept, left_starts)
        return list(map(LCSseq.similarity, _strings(left, left_starts), _strings(right, right_starts)))

    def _marked(self, slots: Index, asked: Index) -> Index:
        """Which of the slots asked for are among ``slots``."""
        self._marks[slots] = True
        found = np.flatnonzero(self._marks[asked])
        self._marks[slots] = False
        return found


def joined(ragged: Ragged, rows: Index, most: int | None = None) -> tuple[Array, Index]:
    """Those rows one after the other, ``most`` values of each, and where each begins (and the last one ends)."""
    begins, sizes = ragged.starts[rows], ragged.starts[rows + 1] - ragged.starts[rows]
    if most is not None:
        sizes = np.minimum(sizes, most)
    parts = [ragged.flat[begin : begin + size] for begin, size in zip(begins.tolist(), sizes.tolist(), strict=True)]
    return np.concatenate(parts), np.concatenate([[0], np.cumsum(sizes)])


def densest(texts: Texts, rows: Index, pair: Index, keys: Index) -> Column:
    """Share of the content weight that the other text has, in the passage that has most of it.

    ``rows``: a text of each pair; ``pair``, ``keys``: which of its keys the other text has too.
    """
    at, starts = joined(texts.prints.content, rows)
    of_keys = texts.prints.keys.starts[rows + 1] - texts.prints.keys.starts[rows]
    before = np.cumsum(of_keys) - of_keys
    shared = np.zeros(int(of_keys.sum()))
    shared[before[pair] + keys] = 1
    sizes = np.diff(starts)
    held = shared[np.repeat(before, sizes) + at] * joined(texts.content_weights, rows)[0]
    share = _passages(held, starts) / joined(texts.passages, rows)[0]
    best, full = np.zeros(len(rows)), sizes > 0
    best[full] = np.maximum.reduceat(share, starts[:-1][full]) if full.any() else 0.0
    return best


def _passages(weights: Column, starts: Index) -> Column:
    """The sum of the weights in the passage that begins at each word; in texts that are shorter, just of the first."""
    total = np.concatenate([[0.0], np.cumsum(weights), np.zeros(PASSAGE - 1)])
    sums: Column = total[PASSAGE:] - total[: len(weights)]
    short = np.flatnonzero((np.diff(starts) < PASSAGE) & (np.diff(starts) > 0))
    sums[starts[short]] = total[starts[short + 1]] - total[starts[short]]
    return sums


def _slots(values: Array, which: Index, starts: Index) -> Index:
    """Slots of rows of values; ``which``: whose each row's are."""
    slots: Index = np.repeat(which << _BITS, np.diff(starts))
    slots += values & np.uint32((1 << _BITS) - 1)
    return slots


def _coded(which: Index, values: Array) -> Array:
    coded: Array = (which.astype(np.uint64) << np.uint64(32)) | values
    return coded


def _strings(letters: Array, starts: Index) -> list[str]:
    said = utf_32_le_decode(letters.tobytes())[0]
    return [said[a:b] for a, b in pairwise(starts.tolist())]
