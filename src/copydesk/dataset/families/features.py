"""Pairs of fingerprints to numbers: what two texts share, symmetric in the two.

In:  fingerprints and the pairs of them to compare.
Out: a matrix, one row a pair, one column a name of :data:`NAMES`.

Each ``…_of_less`` is the share of the smaller side that the larger one holds, each ``…_of_more`` that of the larger.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families.prints import Array, Index, Prints, Ragged, letters
from copydesk.dataset.families.shared import Shared
from copydesk.dataset.families.words import NAME, NUMBER

Matrix = npt.NDArray[np.float64]
Column = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NAMES = (
    *(f"{what}_of_{side}" for what in ("fives", "threes", "pairs") for side in ("less", "more")),
    *(f"{what}_of_{side}" for what in ("keys", "names", "numbers") for side in ("less", "more")),
    "shared_weight",
    "shared_name_weight",
    "name_weight",
    *(f"{what}_of_{side}" for what in ("order", "content_order") for side in ("less", "more")),
    *(f"passage_of_{side}" for side in ("less", "more")),
    "words",
    "length_ratio",
    "known",
)
MAX_ORDERED = 20_000  #: words of a text whose order is compared; longer texts are judged by the rest
PASSAGE = 40  #: content words of a passage: a long paragraph
LEAST_KEYS = 0.1  #: share of the lighter text's key weight, and
LEAST_FIVES = 0.02  #: of its runs of five words; two texts that have less of both in common are not derived
_BATCH = 512  # pairs at a time: their arrays stay in cache


def features(prints: Prints, pairs: Index) -> Matrix:
    """What each of ``pairs`` shares. Shape: pairs is (n, 2) rows of ``prints``; the result (n, len(NAMES))."""
    return Compared(prints).features(pairs)


class Compared:
    """Texts that are compared with one another: what is looked up for any pair of them is made once."""

    def __init__(self, prints: Prints) -> None:
        self._prints = prints
        self._keys, self._fives = Shared.of(prints.keys), Shared.of(prints.fives)
        self._weights = prints.key_weights.flat.astype(np.float64)
        self._of_key = np.repeat(np.arange(len(prints)), prints.keys.sizes)

    def alike(self, pairs: Index) -> Flags:
        """Which of ``pairs`` have enough in common for a closer look: half of those asked about, nearly all true."""
        whole = self._whole(self._weights)
        batches = [self._alike(pairs[n : n + _BATCH], whole) for n in range(0, len(pairs), _BATCH)]
        return np.concatenate(batches) if batches else np.zeros(0, np.bool_)

    def _alike(self, pairs: Index, whole: Column) -> Flags:
        left, right = pairs.T
        pair, place = self._keys.common(left, right)
        keys = _shares(_sum(pair, self._weights[place], len(left)), whole[left], whole[right])[0]
        enough: Flags = (keys >= LEAST_KEYS) | (
            self._counted(self._fives, self._prints.fives, left, right)[0] >= LEAST_FIVES
        )
        return enough

    def features(self, pairs: Index) -> Matrix:
        """As :func:`features`."""
        prints = self._prints
        sets = [(self._fives, prints.fives), *((Shared.of(each), each) for each in (prints.threes, prints.pairs))]
        whole = [
            self._whole(self._weights),
            *(self._whole(self._weights * (prints.key_kinds.flat == kind)) for kind in (NAME, NUMBER)),
        ]
        strings = _Strings(prints)
        batches = []
        for n in range(0, len(pairs), _BATCH):
            left, right = pairs[n : n + _BATCH].T
            columns = [column for each in sets for column in self._counted(*each, left, right)]
            columns += self._weighed(left, right, whole)
            columns += strings.ordered(left, right)
            densest = self._densest(left, right), self._densest(right, left)
            columns += [np.maximum(*densest), np.minimum(*densest)]
            sizes = np.sort(prints.words.sizes[pairs[n : n + _BATCH]], axis=1)
            columns += [np.log1p(sizes[:, 0]), sizes[:, 0] / np.maximum(sizes[:, 1], 1)]
            columns += [np.minimum(prints.known[left], prints.known[right]).astype(np.float64)]
            batches.append(np.stack(columns, axis=1))
        return np.concatenate(batches) if batches else np.zeros((0, len(NAMES)))

    def _whole(self, weights: Column) -> Column:
        """Weight of each text's keys."""
        return _sum(self._of_key, weights, len(self._prints))

    @staticmethod
    def _counted(shared: Shared, values: Ragged, left: Index, right: Index) -> list[Column]:
        sizes = values.sizes.astype(np.float64)
        return _shares(shared.counts(left, right), sizes[left], sizes[right])

    def _weighed(self, left: Index, right: Index, whole: Sequence[Column]) -> list[Column]:
        sides = [self._keys.common(left, right), self._keys.common(right, left)]
        common = _sum(sides[0][0], self._weights[sides[0][1]], len(left))
        columns, extra = _shares(common, whole[0][left], whole[0][right]), [np.log1p(common)]
        for kind, of_kind in zip((NAME, NUMBER), whole[1:], strict=True):
            # a name that opens a sentence in one text may be taken for a word there: each side counts half
            half = [self._of_kind(kind, pair, place, len(left)) for pair, place in sides]
            shared = (half[0] + half[1]) / 2
            columns += _shares(shared, of_kind[left], of_kind[right])
            if kind == NAME:
                extra += [np.log1p(shared), np.log1p(np.minimum(of_kind[left], of_kind[right]))]
        return columns + extra

    def _of_kind(self, kind: int, pair: Index, place: Index, n: int) -> Column:
        kept = self._prints.key_kinds.flat[place] == kind
        return _sum(pair[kept], self._weights[place[kept]], n)

    def _densest(self, ours: Index, theirs: Index) -> Column:
        """Share of the content weight that the other text has, in the passage of ours that has most of it."""
        prints = self._prints
        at, pair = prints.content.places(ours)
        key = prints.content.flat[at] + prints.keys.starts[ours][pair]
        number = self._keys.number[key]
        found = (number >= 0) & self._keys.has(theirs[pair], number)
        return _passage(np.concatenate([[0], np.cumsum(prints.content.sizes[ours])]), self._weights[key], found)


def _shares(common: Column, left: Column, right: Column) -> list[Column]:
    less, more = np.minimum(left, right), np.maximum(left, right)
    return [
        np.minimum(np.divide(common, side, out=np.zeros(len(common)), where=side > 0), 1.0) for side in (less, more)
    ]


def _sum(rows: Index, weights: Column, n: int) -> Column:
    sums: Array = np.bincount(rows, weights=weights, minlength=n)
    return sums


def _passage(starts: Index, weights: Column, found: Flags) -> Column:
    """Share of the weight that is found, in the passage of each text that has most of it."""
    sizes = np.diff(starts)
    total, hits = (np.concatenate([[0.0], np.cumsum(values)]) for values in (weights, weights * found))
    begins, ends = np.repeat(starts[:-1], sizes), np.repeat(starts[1:], sizes)
    first = np.arange(len(weights))
    last = np.minimum(first + PASSAGE, ends)
    # a text shorter than the passage is measured as a whole, from its first word
    share = (hits[last] - hits[first]) / np.maximum(total[last] - total[first], 1e-9)
    share[(last - first < PASSAGE) & (first != begins)] = 0.0
    best = np.zeros(len(sizes))
    full = sizes > 0
    best[full] = np.maximum.reduceat(share, starts[:-1][full]) if full.any() else 0.0
    return best


class _Strings:
    """Word sequences as Python strings, one letter a word, as the order comparison wants them."""

    def __init__(self, prints: Prints) -> None:
        at = prints.content.flat + np.repeat(prints.keys.starts[:-1], prints.content.sizes)
        self._words = letters(prints.words.flat), prints.words.starts.tolist()
        self._content = letters(prints.keys.flat[at]), prints.content.starts.tolist()
        self._cache: dict[int, tuple[str, str]] = {}

    def _of(self, row: int) -> tuple[str, str]:
        if row not in self._cache:
            self._cache[row] = tuple(  # type: ignore[assignment]
                text[starts[row] : min(starts[row + 1], starts[row] + MAX_ORDERED)]
                for text, starts in (self._words, self._content)
            )
        return self._cache[row]

    def ordered(self, left: Index, right: Index) -> list[Column]:
        """Longest common subsequence of all words and of content words."""
        common = np.zeros((len(left), 6))
        for n, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            (a_all, a_content), (b_all, b_content) = self._of(a), self._of(b)
            common[n] = (
                *(LCSseq.similarity(a_all, b_all), len(a_all), len(b_all)),
                *(LCSseq.similarity(a_content, b_content), len(a_content), len(b_content)),
            )
        return _shares(*common[:, :3].T) + _shares(*common[:, 3:].T)
