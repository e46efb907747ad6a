"""Which pairs are worth a look: texts that share rare keys, without comparing all with all.

In:  fingerprints of a corpus, a shard at a time.
Out: pairs of rows. Cost is linear in the corpus: a key that more than :data:`CAP` texts have brings no pairs.

Here alone the corpus matters: it says which keys are rare. What a pair then scores is for the two texts to say. The
steps (:class:`Keys` → :class:`Frequencies` → :class:`Chosen` → :class:`Postings` → :func:`partners`) are functions of
one shard, or of one range of keys; search.py runs them over shards, :func:`candidates` over fingerprints in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.prints import Array, Index, Prints, Ragged
from copydesk.dataset.families.words import WORD

Flags = npt.NDArray[np.bool_]

CAP = 200  #: texts that may share a key
KEYS = 32  #: rarest words of a text that it asks by, and as many runs of five words
NAMES_STAND = 1.5  #: names and numbers count as so much rarer than other words
FEW = 6  #: words of at most CAP texts, below which a text's crowded keys are asked too
RARE = 6.0  #: weight by the word table from which a crowded word says anything
HUBS = 6  #: texts with a crowded key that another one with it is compared with
NEIGHBOURS = 24  #: texts with the most shared keys that each text is compared with
SAMPLE = 4  #: one in so many runs of words is a key, the same ones in every text
_CHUNK = 250_000  # neighbours that are looked up at a time, about


def candidates(prints: Prints, full: Flags | None = None, neighbours: int = NEIGHBOURS) -> Index:
    """Pairs of rows, smaller row first, sorted. Shape: (n, 2).

    ``full``: texts that many others repeat throughout (crowds.py); they are compared with a few of those.
    """
    keys, rows = Keys.of(prints), np.arange(len(prints))
    frequent = Frequencies.of([keys.counted()])
    chosen = Chosen.of(keys, frequent, np.zeros(len(prints), np.bool_) if full is None else full, rows)
    known, crowded = Postings.of([chosen.known]), Postings.of([chosen.crowded])
    found = partners(chosen.usual, chosen.asking, known, crowded, len(prints), neighbours)
    return unpaired(np.unique(found), len(prints))


def unpaired(codes: Index, n_rows: int) -> Index:
    """Pairs from their codes."""
    return np.stack([codes // n_rows, codes % n_rows], axis=1)


def sampled(fives: Ragged) -> tuple[Index, Array]:
    """Row and hash of the runs that count as keys."""
    kept = fives.flat % np.uint32(SAMPLE) == 0
    return np.repeat(np.arange(len(fives.sizes)), fives.sizes)[kept], fives.flat[kept]


def run_keys(runs: Array) -> Array:
    """The keys of runs of words; words have the even numbers."""
    keys: Array = runs.astype(np.uint64) * np.uint64(2) + np.uint64(1)
    return keys


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a shard's texts, one line each: words, and sampled runs of five words."""

    rows: Index  #: the text in the shard
    key: Array  #: uint64; odd: a run of words
    standing: Array  #: how much rarer than others a word counts: names and numbers stand higher
    weight: Array  #: by the word table; runs weigh most

    @classmethod
    def of(cls, prints: Prints) -> Keys:
        rows = np.repeat(np.arange(len(prints)), prints.keys.sizes)
        run_rows, runs = sampled(prints.fives)
        ones = np.ones(len(runs), np.float32)
        return cls(
            np.concatenate([rows, run_rows]),
            np.concatenate([prints.keys.flat.astype(np.uint64) * np.uint64(2), run_keys(runs)]),
            np.concatenate([np.where(prints.key_kinds.flat > WORD, NAMES_STAND, 1).astype(np.float32), ones]),
            np.concatenate([prints.key_weights.flat, 100 * ones]),
        )

    @property
    def run(self) -> Flags:
        is_run: Flags = self.key % np.uint64(2) == 1
        return is_run

    def take(self, kept: Array) -> Keys:
        return Keys(*(getattr(self, field.name)[kept] for field in fields(self)))

    def counted(self) -> tuple[Array, Array]:
        """Each key of the shard, rising, and how many of its texts have it."""
        keys, counts = np.unique(self.key, return_counts=True)
        return keys, counts.astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many texts of the corpus have a key; only keys that at least two have are held."""

    keys: Array  #: rising
    counts: Array

    @classmethod
    def of(cls, parts: Sequence[tuple[Array, Array]]) -> Frequencies:
        """Summed over shards, or over some range of keys in them."""
        keys, counts = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
        order = np.argsort(keys)
        return cls.summed(keys[order], counts[order])

    @classmethod
    def summed(cls, keys: Array, counts: Array) -> Frequencies:
        """From keys that stand side by side where they are the same."""
        first = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
        total = np.add.reduceat(counts, first) if len(first) else counts
        return cls(keys[first][total > 1], total[total > 1])

    def __call__(self, keys: Array) -> Array:
        """How many texts have each of these keys, which the corpus has."""
        if not len(self.keys):
            return np.ones(len(keys), np.int64)
        order = np.argsort(keys)  # looked up in order, as each look-up then is near the one before
        rising = keys[order]
        at = np.minimum(np.searchsorted(self.keys, rising), len(self.keys) - 1)
        found = np.empty(len(keys), np.int64)
        found[order] = np.where(self.keys[at] == rising, self.counts[at], 1)
        return found


Entries = tuple[Index, Array]  #: texts by their number in the corpus, and a key of each


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a shard's keys is looked at; texts have their numbers in the corpus."""

    usual: Entries  #: the rarest words of each text, and as many runs: what it asks for others by
    #: what others find it by: the same words, and all its runs. A long text has rarer runs than those that a part of it
    #: asks by, such as all that a live ticker gained since
    known: Entries
    #: keys that more than CAP texts have; of one of many reprints, also the runs that more have than it is compared
    #: with: of two states of a story, each with many copies, a copy's nearest are all of its own
    crowded: Entries
    asking: Entries  #: of texts whose rare keys are all crowded, which of those to ask

    @classmethod
    def of(cls, keys: Keys, frequent: Frequencies, full: Flags, numbers: Index) -> Chosen:
        """``full``: as in :func:`candidates`; ``numbers``: of the shard's texts in the corpus, rising."""
        texts_with = frequent(keys.key)
        kept = (texts_with >= 2) & (texts_with <= CAP)
        usual = keys.take(kept)
        rarity = np.log2(2 * CAP / texts_with[kept]) * usual.standing
        usual = usual.take(np.lexsort((usual.key, -rarity, 2 * usual.rows + usual.run)))
        asked = _asked_by(usual)
        known, usual = usual.take(asked | usual.run), usual.take(asked)
        few = np.bincount(usual.rows[~usual.run], minlength=len(numbers)) < FEW
        repeated = keys.run & full[keys.rows] & (texts_with > NEIGHBOURS)
        crowded = keys.take((texts_with > CAP) & ((keys.weight >= RARE) | keys.run) | repeated)
        asking = crowded.take((few | full)[crowded.rows])
        asking = asking.take(np.lexsort((asking.key, -asking.weight, asking.rows)))
        asking = asking.take(_among_first(asking.rows, KEYS // 2))
        return cls(*((numbers[each.rows], each.key) for each in (usual, known, crowded, asking)))


@dataclass(frozen=True, slots=True)
class Postings:
    """Which texts have a key."""

    keys: Array  #: rising
    starts: Index  #: the texts of ``keys[i]`` are ``texts[starts[i]:starts[i + 1]]``, rising
    texts: Array  #: int32

    @classmethod
    def of(cls, parts: Sequence[Entries]) -> Postings:
        """From the entries of all shards, or of some range of keys in them."""
        texts, keys = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
        order = np.lexsort((texts, keys))
        found, counts = np.unique(keys, return_counts=True)
        return cls(found, np.concatenate([[0], np.cumsum(counts)]), texts[order].astype(np.int32))

    def at(self, keys: Array) -> Index:
        """Where keys stand that are among them."""
        return np.searchsorted(self.keys, keys)


def partners(
    usual: Entries, asking: Entries, known: Postings, crowded: Postings, n_rows: int, neighbours: int = NEIGHBOURS
) -> Index:
    """The pairs that a shard's texts bring, as codes: smaller row × ``n_rows`` + larger row."""
    rows, keys = usual
    found = [_asked(*asking, crowded, n_rows)]
    for first, end in pairwise(_parted(rows, np.diff(known.starts)[known.at(keys)])):
        found.append(_neighbours(rows[first:end], keys[first:end], known, n_rows, neighbours))
    pairs = np.sort(np.concatenate(found), axis=1)
    codes: Index = np.unique(pairs[:, 0] * n_rows + pairs[:, 1])
    return codes


def _parted(rows: Index, sizes: Index) -> list[int]:
    """Where keys are parted, between two texts, so that few partners are counted at a time."""
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    part = (np.cumsum(sizes) - sizes)[begins] // _CHUNK
    return [*begins[np.diff(part, prepend=-1) > 0].tolist(), len(rows)]


def _neighbours(rows: Index, keys: Array, postings: Postings, n_rows: int, most: int) -> Index:
    """The best neighbours of texts. Shape: (n, 2)."""
    theirs = Ragged(postings.texts, postings.starts).take(postings.at(keys))
    weights = np.log2(2 * CAP / np.maximum(theirs.sizes, 1))
    return _best(np.repeat(rows, theirs.sizes), theirs.flat, np.repeat(weights, theirs.sizes), n_rows, most)


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


def _asked_by(keys: Keys) -> Flags:
    """Which keys a text asks by, of those that stand by text, words before runs, the rarest first.

    Of runs, half are the rarest and half drawn by their hash, the same ones in every text: where all runs of a story
    are rare, a copy of all of it has the rarest, and those that it shares with a part alone would never be asked.
    """
    asked = _among_first(2 * keys.rows + keys.run, np.where(keys.run, KEYS // 2, KEYS))
    rest = np.flatnonzero(keys.run & ~asked)
    rest = rest[np.lexsort((keys.key[rest], keys.rows[rest]))]
    asked[rest[_among_first(keys.rows[rest], KEYS // 2)]] = True
    return asked


def _among_first(group: Array, count: int | Index) -> Flags:
    """Which elements are among the first ``count`` of their group; groups stand together, in rising order."""
    first: Flags = np.arange(len(group)) - np.searchsorted(group, group) < count
    return first


def _asked(rows: Index, keys: Array, crowded: Postings, n_rows: int) -> Index:
    """For texts whose rare keys are all crowded: the first texts that have such a key, and the next one after it."""
    if not len(rows):
        return np.zeros((0, 2), np.int64)
    at = crowded.at(keys)
    begins, ends = crowded.starts[at], crowded.starts[at + 1]
    after = np.array(
        [b + np.searchsorted(crowded.texts[b:e], row) + 1 for b, e, row in zip(begins, ends, rows, strict=True)]
    )
    places = [np.minimum(begins + n, ends - 1) for n in range(HUBS)] + [np.minimum(after, ends - 1)]
    right = crowded.texts[np.concatenate(places)].astype(np.int64)
    left = np.tile(rows, len(places))
    return _best(left, right, np.ones(len(left)), n_rows, HUBS + KEYS // 2)
