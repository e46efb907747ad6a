"""Which pairs are worth a look: texts that share rare keys, without comparing all with all.

In:  fingerprints of a corpus.
Out: pairs of rows. Cost is linear in the corpus: a key that more than :data:`CAP` texts have brings no pairs.

Here alone the corpus matters: it says which keys are rare. What a pair then scores is for the two texts to say.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.prints import Index, Prints, Ragged

CAP = 60  #: texts that may share a key
KEYS = 32  #: rarest words of a text that count, and as many runs of five words
SKETCH = 4  #: one in so many of the five-word runs is a key too, the same ones in every text
NEIGHBOURS = 12  #: texts with the most shared keys that each text is compared with
_CHUNK = 2048  # texts whose neighbours are looked up at a time


def candidates(prints: Prints, neighbours: int = NEIGHBOURS) -> Index:
    """Pairs of rows, smaller row first, sorted. Shape: (n, 2)."""
    postings = _postings(prints)
    found = [_neighbours(postings, first, len(prints), neighbours) for first in range(0, len(prints), _CHUNK)]
    pairs = np.concatenate(found) if found else np.zeros((0, 2), np.int64)
    return np.unique(np.sort(pairs, axis=1), axis=0)


class _Postings:
    """Which texts have which key, both ways, with the weight of each key."""

    def __init__(self, rows: Index, keys: npt.NDArray[np.int64], n_rows: int) -> None:
        by_key = np.argsort(keys, kind="stable")
        self.texts = Ragged(rows[by_key], np.concatenate([[0], np.cumsum(np.bincount(keys))]))
        self.keys = Ragged(keys, np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))]))
        self.weights = np.log2(2 * CAP / np.maximum(self.texts.sizes, 1))


def _postings(prints: Prints) -> _Postings:
    rows, keys, standing = _all_keys(prints)
    return _Postings(*_rare(rows, keys, standing), len(prints))


def _all_keys(prints: Prints) -> tuple[Index, npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
    """Text, key and standing of each key; names and numbers stand higher among equally rare ones."""
    rows = np.repeat(np.arange(len(prints)), prints.keys.sizes)
    standing = np.where(prints.key_kinds.flat > 2, 1.5, 1.0)
    sketch = prints.fives.flat % np.uint32(SKETCH) == 0
    sketch_rows = np.repeat(np.arange(len(prints)), prints.fives.sizes)[sketch]
    keys = np.concatenate([prints.keys.flat.astype(np.uint64), prints.fives.flat[sketch] | np.uint64(1 << 32)])
    return (
        np.concatenate([rows, sketch_rows]),
        keys,
        np.concatenate([standing, np.ones(len(sketch_rows))]),
    )


def _rare(
    rows: Index, keys: npt.NDArray[np.uint64], standing: npt.NDArray[np.float64]
) -> tuple[Index, npt.NDArray[np.int64]]:
    """The rarest keys of each text among those that 2 to CAP texts have, numbered from 0."""
    _, number, texts_with = np.unique(keys, return_inverse=True, return_counts=True)
    shared = (texts_with[number] >= 2) & (texts_with[number] <= CAP)
    rows, number, standing = rows[shared], number[shared], standing[shared]
    rarity = np.log2(2 * CAP / texts_with[number]) * standing
    run = keys[shared] >> np.uint64(32)  # words and runs of words are ranked apart: a reprint shares all its runs
    order = np.lexsort((number, -rarity, run, rows))
    rows, number, run = rows[order], number[order], run[order]
    group = 2 * rows + run.astype(np.int64)
    best = np.arange(len(rows)) - np.searchsorted(group, group) < KEYS
    rows, number = rows[best], number[best]
    _, number = np.unique(number, return_inverse=True)
    return rows, number


def _neighbours(postings: _Postings, first: int, n_rows: int, most: int) -> Index:
    """For texts ``first`` and on, each with its best neighbours. Shape: (n, 2)."""
    texts = np.arange(first, min(first + _CHUNK, n_rows))
    keys = postings.keys.take(texts)
    ours = np.repeat(texts, keys.sizes)
    theirs = postings.texts.take(keys.flat)
    left = np.repeat(ours, theirs.sizes)
    weights = np.repeat(postings.weights[keys.flat], theirs.sizes)
    other = theirs.flat != left
    pairs, at = np.unique(left[other] * n_rows + theirs.flat[other], return_inverse=True)
    total = np.bincount(at, weights=weights[other], minlength=len(pairs))
    count = np.bincount(at, minlength=len(pairs))
    pairs, total = pairs[count >= 2], total[count >= 2]
    left, right = pairs // n_rows, pairs % n_rows
    order = np.lexsort((right, -total, left))
    left, right = left[order], right[order]
    best = np.arange(len(left)) - np.searchsorted(left, left) < most
    return np.stack([left[best], right[best]], axis=1)
