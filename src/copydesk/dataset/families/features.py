"""Pairs of fingerprints to numbers: what two texts share, symmetric in the two.

In:  fingerprints and the pairs of them to compare.
Out: a matrix, one row a pair, one column a name of :data:`NAMES`.

Each ``…_of_less`` is the share of the smaller side that the larger one holds, each ``…_of_more`` that of the larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families.prints import Array, Index, Prints, Ragged, common, letters
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
    strings = _Strings(prints)
    batches = [_batch(prints, pairs[n : n + _BATCH], strings) for n in range(0, len(pairs), _BATCH)]
    return np.concatenate(batches) if batches else np.zeros((0, len(NAMES)))


def alike(prints: Prints, pairs: Index) -> Flags:
    """Which of ``pairs`` have enough in common for a closer look: half of those asked about, nearly all true ones."""
    batches = [_alike(prints, pairs[n : n + _BATCH]) for n in range(0, len(pairs), _BATCH)]
    return np.concatenate(batches) if batches else np.zeros(0, np.bool_)


def _alike(prints: Prints, pairs: Index) -> Flags:
    left, right = pairs[:, 0], pairs[:, 1]
    sides = _Keys.of(prints, left), _Keys.of(prints, right)
    held = sides[0].holding(common(sides[0].codes, sides[1].codes))
    keys = _shares(sides[0].total(held), sides[0].total(), sides[1].total())[0]
    fives = _counted(prints.fives.take(left), prints.fives.take(right))[0]
    enough: Flags = (keys >= LEAST_KEYS) | (fives >= LEAST_FIVES)
    return enough


def _batch(prints: Prints, pairs: Index, strings: _Strings) -> Matrix:
    left, right = pairs[:, 0], pairs[:, 1]
    columns: list[Column] = []
    for ragged in (prints.fives, prints.threes, prints.pairs):
        columns += _counted(ragged.take(left), ragged.take(right))
    sides = _Keys.of(prints, left), _Keys.of(prints, right)
    both = common(sides[0].codes, sides[1].codes)
    found = tuple(side.holding(both) for side in sides)
    columns += _weighed(sides, found)
    columns += _ordered(strings, pairs)
    densest = [
        _densest(prints.content.take(rows), keys, flags)
        for rows, keys, flags in zip((left, right), sides, found, strict=True)
    ]
    columns += [np.maximum(*densest), np.minimum(*densest)]
    sizes = np.sort(prints.words.sizes[pairs], axis=1)
    columns += [np.log1p(sizes[:, 0]), sizes[:, 0] / np.maximum(sizes[:, 1], 1)]
    columns += [np.minimum(prints.known[left], prints.known[right]).astype(np.float64)]
    return np.stack(columns, axis=1)


def _coded(ragged: Ragged) -> Array:
    """Row and value in one sorted number."""
    coded: Array = np.repeat(np.arange(len(ragged.sizes), dtype=np.uint64) << np.uint64(32), ragged.sizes) | ragged.flat
    return coded


def _shares(common: Column, left: Column, right: Column) -> list[Column]:
    less, more = np.minimum(left, right), np.maximum(left, right)
    return [
        np.minimum(np.divide(common, side, out=np.zeros(len(common)), where=side > 0), 1.0) for side in (less, more)
    ]


def _counted(left: Ragged, right: Ragged) -> list[Column]:
    rows = (common(_coded(left), _coded(right)) >> np.uint64(32)).astype(np.int64)
    both = np.bincount(rows, minlength=len(left.sizes)).astype(np.float64)
    return _shares(both, left.sizes.astype(np.float64), right.sizes.astype(np.float64))


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of one side of many pairs."""

    codes: Array
    rows: Index
    starts: Index
    weights: Column
    kinds: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, prints: Prints, texts: Index) -> _Keys:
        keys = prints.keys.take(texts)
        rows = np.repeat(np.arange(len(texts)), keys.sizes)
        weights = prints.key_weights.take(texts).flat.astype(np.float64)
        return cls(_coded(keys), rows, keys.starts, weights, prints.key_kinds.take(texts).flat)

    def holding(self, common: Array) -> Flags:
        """Which of the keys are among ``common``."""
        found = np.zeros(len(self.codes), np.bool_)
        found[np.searchsorted(self.codes, common)] = True
        return found

    def total(self, only: Flags | None = None) -> Column:
        """Weight of the keys named, for each pair."""
        n = len(self.starts) - 1
        if only is None:
            return _sum(self.rows, self.weights, n)
        return _sum(self.rows[only], self.weights[only], n)


def _sum(rows: Index, weights: Column, n: int) -> Column:
    sums: Array = np.bincount(rows, weights=weights, minlength=n)
    return sums


def _weighed(sides: tuple[_Keys, ...], found: tuple[Flags, ...]) -> list[Column]:
    columns = _shares(sides[0].total(found[0]), sides[0].total(), sides[1].total())
    extra = [np.log1p(sides[0].total(found[0]))]
    for kind in (NAME, NUMBER):
        # a name that opens a sentence in one text may be taken for a word there: each side counts half
        common = sum(side.total(flags & (side.kinds == kind)) for side, flags in zip(sides, found, strict=True)) / 2
        whole = [side.total(side.kinds == kind) for side in sides]
        columns += _shares(np.asarray(common), *whole)
        if kind == NAME:
            extra += [np.log1p(common), np.log1p(np.minimum(*whole))]
    return columns + extra


def _densest(content: Ragged, keys: _Keys, found: Flags) -> Column:
    """Share of the content weight that the other text has, in the passage that has most of it."""
    at = content.flat + np.repeat(keys.starts[:-1], content.sizes)
    weights = keys.weights[at]
    total, hits = (np.concatenate([[0.0], np.cumsum(values)]) for values in (weights, weights * found[at]))
    begins, ends = np.repeat(content.starts[:-1], content.sizes), np.repeat(content.starts[1:], content.sizes)
    first = np.arange(len(weights))
    last = np.minimum(first + PASSAGE, ends)
    # a text shorter than the passage is measured as a whole, from its first word
    share = (hits[last] - hits[first]) / np.maximum(total[last] - total[first], 1e-9)
    share[(last - first < PASSAGE) & (first != begins)] = 0.0
    best = np.zeros(len(content.sizes))
    full = content.sizes > 0
    best[full] = np.maximum.reduceat(share, content.starts[:-1][full]) if full.any() else 0.0
    return best


class _Strings:
    """Word sequences as Python strings, one letter a word, as the order comparison wants them."""

    def __init__(self, prints: Prints) -> None:
        self._prints = prints
        self._cache: dict[int, tuple[str, str]] = {}

    def __getitem__(self, row: int) -> tuple[str, str]:
        if row not in self._cache:
            self._cache[row] = (
                letters(self._prints.words[row][:MAX_ORDERED]),
                letters(self._prints.keys[row][self._prints.content[row][:MAX_ORDERED]]),
            )
        return self._cache[row]


def _ordered(strings: _Strings, pairs: Index) -> list[Column]:
    """Longest common subsequence of all words and of content words."""
    common = np.zeros((len(pairs), 6))
    for n, (a, b) in enumerate(pairs.tolist()):
        (a_all, a_content), (b_all, b_content) = strings[a], strings[b]
        common[n] = (
            *(LCSseq.similarity(a_all, b_all), len(a_all), len(b_all)),
            *(LCSseq.similarity(a_content, b_content), len(a_content), len(b_content)),
        )
    return _shares(*common[:, :3].T) + _shares(*common[:, 3:].T)
