"""Pairs of fingerprints to numbers: what two texts share, symmetric in the two.

In:  fingerprints and the pairs of them to compare.
Out: a matrix, one row a pair, one column a name of :data:`NAMES`.

Each ``…_of_less`` is the share of the smaller side that the larger one holds, each ``…_of_more`` that of the larger.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families.prints import Index, Prints, Ragged, letters
from copydesk.dataset.families.words import NAME, NUMBER

Matrix = npt.NDArray[np.float64]
Column = npt.NDArray[np.float64]

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
_BATCH = 512  # pairs at a time: their arrays stay in cache


def features(prints: Prints, pairs: Index) -> Matrix:
    """What each of ``pairs`` shares. Shape: pairs is (n, 2) rows of ``prints``; the result (n, len(NAMES))."""
    strings = _Strings(prints)
    batches = [_batch(prints, pairs[n : n + _BATCH], strings) for n in range(0, len(pairs), _BATCH)]
    return np.concatenate(batches) if batches else np.zeros((0, len(NAMES)))


def _batch(prints: Prints, pairs: Index, strings: _Strings) -> Matrix:
    left, right = pairs[:, 0], pairs[:, 1]
    columns: list[Column] = []
    for ragged in (prints.fives, prints.threes, prints.pairs):
        columns += _counted(ragged.take(left), ragged.take(right))
    columns += _weighed(prints, left, right)
    columns += _ordered(strings, pairs)
    columns += _densest(prints, left, right)
    sizes = np.sort(prints.words.sizes[pairs], axis=1)
    columns += [np.log1p(sizes[:, 0]), sizes[:, 0] / np.maximum(sizes[:, 1], 1)]
    columns += [np.minimum(prints.known[left], prints.known[right]).astype(np.float64)]
    return np.stack(columns, axis=1)


def shared(left: Ragged, right: Ragged) -> npt.NDArray[np.bool_]:
    """For each value of ``left``, whether the same row of ``right`` holds it. Rows of ``right`` are sorted."""
    ours, theirs = _coded(left), _coded(right)
    if not len(theirs):
        return np.zeros(len(ours), np.bool_)
    at = np.minimum(np.searchsorted(theirs, ours), len(theirs) - 1)
    found: npt.NDArray[np.bool_] = theirs[at] == ours
    return found


def _coded(ragged: Ragged) -> npt.NDArray[np.uint64]:
    rows = np.repeat(np.arange(len(ragged.sizes), dtype=np.uint64), ragged.sizes)
    coded: npt.NDArray[np.uint64] = rows << np.uint64(32) | ragged.flat
    return coded


def _rows(ragged: Ragged) -> Index:
    rows: Index = np.repeat(np.arange(len(ragged.sizes)), ragged.sizes)
    return rows


def _shares(common: Column, left: Column, right: Column) -> list[Column]:
    less, more = np.minimum(left, right), np.maximum(left, right)
    return [
        np.minimum(np.divide(common, side, out=np.zeros(len(common)), where=side > 0), 1.0) for side in (less, more)
    ]


def _counted(left: Ragged, right: Ragged) -> list[Column]:
    common = np.bincount(_rows(left)[shared(left, right)], minlength=len(left.sizes)).astype(np.float64)
    return _shares(common, left.sizes.astype(np.float64), right.sizes.astype(np.float64))


def _weighed(prints: Prints, left: Index, right: Index) -> list[Column]:
    keys, weights, kinds = prints.keys.take(left), prints.key_weights.take(left).flat, prints.key_kinds.take(left).flat
    others = prints.keys.take(right)
    other_weights, other_kinds = prints.key_weights.take(right).flat, prints.key_kinds.take(right).flat
    rows, other_rows, found = _rows(keys), _rows(others), shared(keys, others)
    back = shared(others, keys)
    n = len(left)

    def total(where: Index, values: npt.NDArray[np.float32], only: npt.NDArray[np.bool_]) -> Column:
        sums: npt.NDArray[Any] = np.bincount(where[only], weights=values[only].astype(np.float64), minlength=n)
        return sums

    everything = np.ones(len(rows), np.bool_), np.ones(len(other_rows), np.bool_)
    columns = _shares(
        total(rows, weights, found),
        total(rows, weights, everything[0]),
        total(other_rows, other_weights, everything[1]),
    )
    for kind in (NAME, NUMBER):
        ours, theirs = kinds == kind, other_kinds == kind
        # a name that opens a sentence in one text may be taken for a word there: shared if either calls it a name
        common = (total(rows, weights, found & ours) + total(other_rows, other_weights, back & theirs)) / 2
        sides = total(rows, weights, ours), total(other_rows, other_weights, theirs)
        columns += _shares(common, *sides)
        if kind == NAME:
            extra = [np.log1p(total(rows, weights, found)), np.log1p(common), np.log1p(np.minimum(*sides))]
    return columns + extra


def _densest(prints: Prints, left: Index, right: Index) -> list[Column]:
    """Share of the content weight that the other text has, in the passage of each text that has most of it."""
    sides = np.stack([_densest_in(prints, left, right), _densest_in(prints, right, left)])
    return [sides.max(axis=0), sides.min(axis=0)]


def _densest_in(prints: Prints, ours: Index, theirs: Index) -> Column:
    content, weights = prints.content.take(ours), prints.content_weights.take(ours).flat.astype(np.float64)
    found = np.where(shared(content, prints.keys.take(theirs)), weights, 0.0)
    total, hits = (np.concatenate([[0.0], np.cumsum(values)]) for values in (weights, found))
    first = np.arange(len(weights))
    last = np.minimum(first + PASSAGE, np.repeat(content.starts[1:], content.sizes))
    # a text shorter than the passage is measured as a whole, from its first word
    whole = (last - first == PASSAGE) | (first == np.repeat(content.starts[:-1], content.sizes))
    share = np.where(whole, (hits[last] - hits[first]) / np.maximum(total[last] - total[first], 1e-9), 0.0)
    best = np.zeros(len(ours))
    np.maximum.at(best, _rows(content), share)
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
                letters(self._prints.content[row][:MAX_ORDERED]),
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
