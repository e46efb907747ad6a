"""Which pairs are worth a look: texts that share rare keys, without comparing all with all.

In:  fingerprints of a corpus.
Out: pairs of rows. Cost is linear in the corpus: a key that more than :data:`CAP` texts have brings no pairs.

Here alone the corpus matters: it says which keys are rare. What a pair then scores is for the two texts to say.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.crowds import sampled
from copydesk.dataset.families.prints import Array, Index, Prints, Ragged
from copydesk.dataset.families.words import WORD

Flags = npt.NDArray[np.bool_]

CAP = 200  #: texts that may share a key
KEYS = 32  #: rarest words of a text that count, and as many runs of five words
NAMES_STAND = 1.5  #: names and numbers count as so much rarer than other words
FEW = 6  #: words of at most CAP texts, below which a text's crowded keys are asked too
RARE = 6.0  #: weight by the word table from which a crowded word says anything
HUBS = 6  #: texts with a crowded key that another one with it is compared with
NEIGHBOURS = 24  #: texts with the most shared keys that each text is compared with
_CHUNK = 2048  # texts whose neighbours are looked up at a time


def candidates(prints: Prints, full: Flags | None = None, neighbours: int = NEIGHBOURS) -> Index:
    """Pairs of rows, smaller row first, sorted. Shape: (n, 2).

    ``full``: texts that many others repeat throughout (crowds.py); they are compared with a few of those.
    """
    keys = _keys(prints)
    usual = keys.take((keys.texts_with >= 2) & (keys.texts_with <= CAP)).rarest()
    postings = _Postings(usual.rows, usual.number, len(prints))
    found = [_neighbours(postings, first, len(prints), neighbours) for first in range(0, len(prints), _CHUNK)]
    few = np.bincount(usual.rows[~usual.run], minlength=len(prints)) < FEW
    found.append(_hubs(keys, few if full is None else few | full, len(prints)))
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys of texts, one line each: words, and sampled runs of five words."""

    rows: Index  # the text
    number: Index  # the key, from 0
    run: Flags  # whether it is a run of words
    standing: Array  # how much rarer than others a word counts: names and numbers stand higher
    weight: Array  # by the word table; runs weigh most
    texts_with: Index

    def take(self, kept: Array) -> _Keys:
        return _Keys(*(getattr(self, field.name)[kept] for field in fields(self)))

    def rarest(self) -> _Keys:
        """The rarest words of each text, and as many runs: a reprint shares all its runs."""
        rarity = np.log2(2 * CAP / self.texts_with) * self.standing
        ranked = self.take(np.lexsort((self.number, -rarity, self.run, self.rows)))
        return ranked.take(_among_first(2 * ranked.rows + ranked.run, KEYS))


def _keys(prints: Prints) -> _Keys:
    rows = np.repeat(np.arange(len(prints)), prints.keys.sizes)
    run_rows, runs = sampled(prints.fives)
    keys = np.concatenate([prints.keys.flat.astype(np.uint64), runs | np.uint64(1 << 32)])
    _, number, texts_with = np.unique(keys, return_inverse=True, return_counts=True)
    ones = np.ones(len(runs), np.float32)
    return _Keys(
        np.concatenate([rows, run_rows]),
        number,
        np.concatenate([np.zeros(len(rows), np.bool_), np.ones(len(runs), np.bool_)]),
        np.concatenate([np.where(prints.key_kinds.flat > WORD, NAMES_STAND, 1).astype(np.float32), ones]),
        np.concatenate([prints.key_weights.flat, 100 * ones]),
        texts_with[number],
    )


def _among_first(group: Array, count: int) -> Flags:
    """Which elements are among the first ``count`` of their group; groups stand together, in rising order."""
    first: Flags = np.arange(len(group)) - np.searchsorted(group, group) < count
    return first


class _Postings:
    """Which texts have which key, both ways, with the weight of each key."""

    def __init__(self, rows: Index, keys: Index, n_rows: int) -> None:
        _, keys = np.unique(keys, return_inverse=True)
        by_key = np.argsort(keys, kind="stable")
        self.texts = Ragged(rows[by_key], np.concatenate([[0], np.cumsum(np.bincount(keys))]))
        self.keys = Ragged(keys, np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))]))
        self.weights = np.log2(2 * CAP / np.maximum(self.texts.sizes, 1))


def _neighbours(postings: _Postings, first: int, n_rows: int, most: int) -> Index:
    """For texts ``first`` and on, each with its best neighbours. Shape: (n, 2)."""
    texts = np.arange(first, min(first + _CHUNK, n_rows))
    keys = postings.keys.take(texts)
    theirs = postings.texts.take(keys.flat)
    left = np.repeat(np.repeat(texts, keys.sizes), theirs.sizes)
    return _best(left, theirs.flat, np.repeat(postings.weights[keys.flat], theirs.sizes), n_rows, most)


def _best(left: Index, right: Index, weights: Array, n_rows: int, most: int) -> Index:
    """The partners of each text with most shared weight, from two shared keys on."""
    other = left != right
    pairs, at = np.unique(left[other] * n_rows + right[other], return_inverse=True)
    total = np.round(np.bincount(at, weights=weights[other], minlength=len(pairs)), 6)
    shared = np.bincount(at, minlength=len(pairs)) >= 2
    pairs, total = pairs[shared], total[shared]
    order = np.lexsort((pairs % n_rows, -total, pairs // n_rows))
    pairs = pairs[order]
    pairs = pairs[_among_first(pairs // n_rows, most)]
    return np.stack([pairs // n_rows, pairs % n_rows], axis=1)


def _hubs(keys: _Keys, wanted: Flags, n_rows: int) -> Index:
    """For texts whose rare keys are all crowded: the first texts that have such a key, and the next one after it."""
    crowded = keys.take((keys.texts_with > CAP) & ((keys.weight >= RARE) | keys.run))
    crowded = crowded.take(np.lexsort((crowded.rows, crowded.number)))
    place = np.arange(len(crowded.rows))
    begins = np.searchsorted(crowded.number, crowded.number)
    ends = np.searchsorted(crowded.number, crowded.number, side="right")
    asking = np.flatnonzero(wanted[crowded.rows])
    order = np.lexsort((crowded.number[asking], -crowded.weight[asking], crowded.rows[asking]))
    asking = asking[order]
    asking = asking[_among_first(crowded.rows[asking], KEYS // 2)]
    places = [np.minimum(begins[asking] + n, ends[asking] - 1) for n in range(HUBS)]
    places.append(np.minimum(place[asking] + 1, ends[asking] - 1))
    left = np.tile(crowded.rows[asking], len(places))
    right = crowded.rows[np.concatenate(places)]
    return _best(left, right, np.ones(len(left)), n_rows, HUBS + KEYS // 2)
