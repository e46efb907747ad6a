"""Text that many articles share: a site's furniture, or a story reprinted everywhere.

In:  fingerprints of some texts, and how many texts of the corpus have a key.
Out: for texts that are crowded, in part or throughout, what to make of it.

A *crowded* run of five words stands in more than :data:`CROWD` texts. Where such runs fill a text but leave passages of
its own, they are furniture: two such texts of one site are worth a look only if their own passages look derived. Where
they fill it and leave nothing, the text is one of many reprints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.blocking import Frequencies, run_keys, sampled
from copydesk.dataset.families.prints import Array, Index, Prints, from_words, runs
from copydesk.dataset.families.words import Words

CROWD = 20  #: texts that may share a passage before it counts as crowded
SHARE = 0.1  #: of a text's runs that are crowded, from which on we look closer
REACH = 12  #: words around a crowded run that are taken to belong to it: not every run is counted
STRETCH = 20  #: words on end that make a passage of the text's own
OWN = 40  #: words of a text that its own passages hold at least


@dataclass(frozen=True, slots=True)
class Crowds:
    """Which texts are crowded."""

    full: npt.NDArray[np.bool_]  #: for each text: crowded throughout, one of many reprints
    own: Prints  #: fingerprints of the own passages of texts with furniture
    own_row: Index  #: for each text its row in ``own``; -1: it has no furniture

    @classmethod
    def of(cls, prints: Prints, frequent: Frequencies) -> Crowds:
        """``frequent``: how many texts of the whole corpus have a key."""
        rows, fives = sampled(prints.fives)
        crowded = frequent(run_keys(fives)) > CROWD
        crowd = np.unique(fives[crowded])
        share = np.bincount(rows[crowded], minlength=len(prints)) / np.maximum(
            np.bincount(rows, minlength=len(prints)), 1
        )
        full, own_row = np.zeros(len(prints), np.bool_), np.full(len(prints), -1)
        own = list[_Own]()
        for row in np.flatnonzero(share > SHARE).tolist():
            kept = _own(prints.words[row], crowd)
            if kept.sum() >= OWN:
                own_row[row] = len(own)
                own.append(_words(prints, row, kept))
            else:
                full[row] = True
        return cls(full, from_words(_joined(own, prints.known[own_row >= 0])), own_row)


def _own(words: Array, crowd: Array) -> npt.NDArray[np.bool_]:
    """Which words stand in passages of the text's own."""
    hits = np.flatnonzero(np.isin(runs(words, 5), crowd))
    change = np.zeros(len(words) + 1, np.int64)
    np.add.at(change, np.maximum(hits - REACH, 0), 1)
    np.add.at(change, np.minimum(hits + 5 + REACH, len(words)), -1)
    free: npt.NDArray[np.bool_] = np.cumsum(change[:-1]) == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        if end - start < STRETCH:
            free[start:end] = False
    return free


_Own = tuple[Array, Array, Array]  # words, their weights and kinds


def _words(prints: Prints, row: int, kept: npt.NDArray[np.bool_]) -> _Own:
    """The words kept, with the weights and kinds that the text's keys have."""
    hashes, keys = prints.words[row][kept], prints.keys[row]
    at = np.minimum(np.searchsorted(keys, hashes), max(len(keys) - 1, 0))
    known = keys[at] == hashes if len(keys) else np.zeros(len(hashes), np.bool_)
    weights = np.where(known, prints.key_weights[row][at] if len(keys) else 0, 0).astype(np.float32)
    kinds = np.where(known, prints.key_kinds[row][at] if len(keys) else 0, 1).astype(np.uint8)
    return hashes, weights, kinds


def _joined(texts: Sequence[_Own], known: Array) -> Words:
    """The words of all texts; where they stand is of no matter."""
    ends = np.cumsum([0, *(len(text[0]) for text in texts)])
    kinds = (np.uint32, np.float32, np.uint8)
    columns = [np.concatenate([*(text[n] for text in texts), np.zeros(0, kind)]) for n, kind in enumerate(kinds)]
    nowhere = np.zeros(ends[-1], np.int64)
    return Words(ends, columns[0], columns[1], columns[2], nowhere.astype(np.bool_), nowhere, nowhere, known)
