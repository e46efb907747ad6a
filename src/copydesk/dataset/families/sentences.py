"""Sentences of two texts that say the same: they match by the weight of the content words they share, in any order.

In:  fingerprints, and pairs of them.
Out: :class:`Matches`: for each pair the sentences that correspond, and how much the texts share on the whole. Weights
     are multiples of 1/1024: their sums are exact, so a pair comes out the same in whatever company it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.prints import Array, Index, Prints, Ragged, common, run_places

MATCH = 0.35  #: share of the lighter sentence's content weight that must stand in the other sentence
HALF = 0.55  #: the same where only one of the two is the other's best counterpart
MIN_WEIGHT = 8.0  #: and the least weight that is evidence at all: two rare words
MAX_SENTENCES = 600  #: of a text; what comes after is not aligned
_AT_ONCE = 1_000_000  # pairs of sentences that are looked at at a time

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of some texts, numbered throughout."""

    starts: Index  #: those of text ``t`` are ``starts[t]`` to ``starts[t + 1]``
    first: Index  #: where the words of each begin in ``prints.words.flat``
    sizes: Index  #: and how many they are
    places: Array  #: where each stands in its text: code points; shape: (n, 2)
    weights: Array  #: of each key of the texts
    holders: Ragged  #: the sentences that have each key
    totals: Array  #: content weight of each
    whole: Array  #: content weight of each text: of its keys that sentences have

    @classmethod
    def of(cls, prints: Prints) -> Sentences:
        """Those of all ``prints``."""
        table, count = prints.sentences.flat.reshape(-1, 4), prints.sentences.sizes // 4
        text = np.repeat(np.arange(len(prints)), count)
        ends = np.append(table[1:, :2], np.zeros((min(1, len(table)), 2), np.int64), axis=0)
        last = np.cumsum(count)[count > 0] - 1
        ends[last] = np.stack([prints.words.sizes, prints.content.sizes], axis=1)[count > 0]
        kept = np.arange(len(table)) - (np.cumsum(count) - count)[text] < MAX_SENTENCES
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        of_content = np.repeat(number, ends[:, 1] - table[:, 1])
        key = prints.content.flat + np.repeat(prints.keys.starts[:-1], prints.content.sizes)
        key, of_content = key[of_content >= 0], of_content[of_content >= 0]
        weights, n = prints.key_weights.flat.astype(np.float64), max(1, int(kept.sum()))
        held = np.unique(key * n + of_content)
        holders = Ragged(held % n, np.searchsorted(held // n, np.arange(len(weights) + 1)))
        of_key = np.repeat(np.arange(len(prints)), prints.keys.sizes)
        return cls(
            np.concatenate([[0], np.cumsum(np.minimum(count, MAX_SENTENCES))]),
            (prints.words.starts[text] + table[:, 0])[kept],
            (ends[:, 0] - table[:, 0])[kept].astype(np.int64),
            table[kept, 2:],
            weights,
            holders,
            np.bincount(of_content, weights[key], int(kept.sum())),
            np.bincount(of_key, weights * (holders.sizes > 0), len(prints)),
        )

    def counts(self) -> Index:
        """How many each text has."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Matches:
    """What corresponds in pairs of texts; by pair, then by the first text's sentence, then by the second's."""

    pair: Index
    left: Index  #: a sentence of the pair's first text
    right: Index  #: and of its second
    mutual: Flags  #: each is the other's best counterpart
    shared: Array  #: of each pair: weight of the keys that both texts have

    @classmethod
    def of(cls, prints: Prints, sentences: Sentences, pairs: Index) -> Matches:
        """Sentences that say the same, in each of ``pairs``."""
        keys = _Keys.common(prints, sentences, pairs)
        cells = np.cumsum(np.concatenate([[0], np.prod(sentences.counts()[pairs], axis=1)]))
        parts = [
            _matched(sentences, pairs[first:end], keys.of_pairs(first, end), first)
            for first, end in pairwise(_bounds(cells))
        ]
        columns = [np.concatenate([part[n] for part in parts]) for n in range(4)] if parts else [_NONE] * 4
        shared = np.bincount(keys.pair, sentences.weights[keys.left], len(pairs))
        return cls(columns[0], columns[1], columns[2], columns[3].astype(np.bool_), shared)


_NONE = np.zeros(0, np.int64)


def _bounds(cells: Index) -> list[int]:
    """Where pairs are parted, so that few cells are summed at a time."""
    found = np.searchsorted(cells, np.arange(0, cells[-1], _AT_ONCE))
    bounds: list[int] = np.unique([0, *found, len(cells) - 1]).tolist()
    return bounds


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys that both texts of a pair have in a sentence."""

    pair: Index  # rising
    left: Index  # the key among all texts' keys, in the first text
    right: Index

    @classmethod
    def common(cls, prints: Prints, sentences: Sentences, pairs: Index) -> _Keys:
        codes, places = list[Array](), list[Index]()
        for texts in pairs.T:
            at, rows = prints.keys.places(texts)
            codes.append(rows.astype(np.uint64) << np.uint64(32) | prints.keys.flat[at])
            places.append(at)
        both = common(*codes)
        left, right = (at[np.searchsorted(code, both)] for at, code in zip(places, codes, strict=True))
        held = (sentences.holders.sizes[left] > 0) & (sentences.holders.sizes[right] > 0)
        return cls((both >> np.uint64(32)).astype(np.int64)[held], left[held], right[held])

    def of_pairs(self, first: int, end: int) -> _Keys:
        """Those of some pairs, numbered from the first of them."""
        some = slice(*np.searchsorted(self.pair, [first, end]).tolist())
        return _Keys(self.pair[some] - first, self.left[some], self.right[some])


def _matched(texts: Sentences, pairs: Index, keys: _Keys, number: int) -> tuple[Array, ...]:
    """The columns of :class:`Matches` for some pairs, of which the first has that number."""
    shape = texts.counts()[pairs]
    offsets = np.concatenate([[0], np.cumsum(shape[:, 0] * shape[:, 1])])
    total = np.zeros(offsets[-1])
    for ours, theirs, key in _holding(texts, keys):
        pair = keys.pair[key]
        row, column = ours - texts.starts[pairs[pair, 0]], theirs - texts.starts[pairs[pair, 1]]
        cells = offsets[pair] + row * shape[pair, 1] + column
        total += np.bincount(cells, texts.weights[keys.left[key]], len(total))
    cell = np.flatnonzero(total >= MIN_WEIGHT)
    pair = np.searchsorted(offsets, cell, side="right") - 1
    row, column = np.divmod(cell - offsets[pair], np.maximum(shape[pair, 1], 1))
    left, right = texts.starts[pairs[pair, 0]] + row, texts.starts[pairs[pair, 1]] + column
    share = total[cell] / np.maximum(np.minimum(texts.totals[left], texts.totals[right]), 1e-9)
    good = share >= MATCH
    pair, left, right, share = pair[good], left[good], right[good], share[good]
    value = total[cell[good]] * np.minimum(share, 1)
    by_left = _best(pair, left, right, value)
    by_right = _best(pair, right, left, value)
    # a sentence may be one half of another one, which has its best counterpart in the other half
    every = (by_left & by_right) | ((by_left | by_right) & (share >= HALF))
    return pair[every] + number, left[every], right[every], (by_left & by_right)[every]


def _holding(texts: Sentences, keys: _Keys) -> Iterator[tuple[Index, Index, Index]]:
    """Sentences of both sides that have a common key, and the key, some at a time."""
    at, key = texts.holders.places(keys.left)
    times = texts.holders.sizes[keys.right][key]
    for part in np.array_split(np.arange(len(at)), 1 + int(times.sum()) // _AT_ONCE):
        each = np.repeat(part, times[part])
        place = run_places(texts.holders.starts[keys.right[key[part]]], times[part])
        yield texts.holders.flat[at[each]], texts.holders.flat[place], key[each]


def _best(pair: Index, ours: Index, theirs: Index, value: Array) -> Flags:
    """Which matches are the best of our sentence; of equal ones the first."""
    order = np.lexsort((theirs, -value, ours, pair))
    first = np.ones(len(order), np.bool_)
    first[1:] = (pair[order][1:] != pair[order][:-1]) | (ours[order][1:] != ours[order][:-1])
    best = np.zeros(len(order), np.bool_)
    best[order[first]] = True
    return best
