"""Where one text may tell a part of another: the passages of the two that have most in common, as texts of their own.

In:  fingerprints, pairs of them, what these share.
Out: which pairs are worth it; fingerprints of the two passages of each.

A rewrite of one section of a long report shares little with the report as a whole, and much with that section.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.features import NAMES, Matrix
from copydesk.dataset.families.prints import Array, Index, Prints, cut_out

Flags = npt.NDArray[np.bool_]

LEAST = (("passage_of_less", 0.35), ("keys_of_less", 0.15))  #: shares from which parts of two texts may be alike
UNLIKE = 0.75  #: length of the shorter text to the longer one, up to which it may tell a part of that
LONGEST = 20_000  #: words of a text whose parts are looked for: each pair costs as much as both texts are long
HELD = 0.6  #: share of one of the two texts' content weight that its passage must hold
DENSE = 13 / 64  #: share of a sentence's content weight that the other text has, above which a passage gains by it; in
#: the longer text, where every sentence may be about the same subject, it must be above that text's usual share, too
_STEPS = 64  # of such shares: sums of weights stay exact
SHORTEST = 25  #: words of a passage


def worth_a_look(shared: Matrix) -> Flags:
    """In which pairs one text may tell a part of the other. Shape: shared is (n, len(NAMES)); the result (n,)."""
    ratio, shorter = shared[:, NAMES.index("length_ratio")], np.expm1(shared[:, NAMES.index("words")])
    unlike: Flags = (ratio <= UNLIKE) & (shorter <= LONGEST * ratio)
    for name, least in LEAST:
        unlike &= shared[:, NAMES.index(name)] >= least
    return unlike


def passages(prints: Prints, pairs: Index) -> tuple[Prints, Flags]:
    """The two passages of each pair, side by side (2n texts), and in which pairs one holds most of its text."""
    texts = pairs.ravel()
    gain, weight, starts = _sentences(prints, texts, pairs[:, ::-1].ravel())
    gains = gain.tolist()
    runs = np.array([_densest(gains[first:end]) for first, end in pairwise(starts.tolist())]).reshape(-1, 2)
    total = np.concatenate([[0.0], np.cumsum(weight)])
    begins = starts[:-1, None] + runs
    share = (total[begins[:, 1]] - total[begins[:, 0]]) / np.maximum(total[starts[1:]] - total[starts[:-1]], 1e-9)
    found = cut_out(prints, texts, *runs.T)
    held: Flags = share.reshape(-1, 2).max(axis=1) >= HELD
    return found, held & (found.words.sizes.reshape(-1, 2).min(axis=1) >= SHORTEST)


def _sentences(prints: Prints, texts: Index, others: Index) -> tuple[Array, Array, Index]:
    """For each sentence of ``texts`` what a passage gains by it, and its content weight; where each text's begin."""
    keys, theirs = prints.keys.take(texts), prints.keys.take(others)
    shared = np.isin(_coded(keys.rows(), keys.flat), _coded(theirs.rows(), theirs.flat), assume_unique=True)
    content = prints.content.take(texts)
    at = content.flat + keys.starts[content.rows()]
    weights = prints.key_weights.take(texts).flat[at].astype(np.float64)
    sums = np.concatenate([np.zeros((2, 1)), np.cumsum([weights * shared[at], weights], axis=1)], axis=1)
    held, whole = np.diff(sums[:, content.starts], axis=1)
    usual = np.floor(_STEPS * held / np.maximum(whole, 1)) / _STEPS
    longer = prints.words.sizes[texts] > prints.words.sizes[others]
    dense = np.where(longer, np.maximum(DENSE, usual), DENSE)
    sentences = prints.sentences.take(texts)
    text = sentences.rows()[::4]
    held, whole = np.diff(sums[:, np.append(sentences.flat[1::4] + content.starts[text], content.starts[-1])], axis=1)
    return held - dense[text] * whole, whole, sentences.starts // 4


def _densest(gains: Sequence[float]) -> tuple[int, int]:
    """The run of sentences that gains most (Kadane's algorithm): its first, and its end."""
    total = lowest = 0.0
    first, most, best = 0, -1.0, (0, len(gains))
    for n, gain in enumerate(gains):
        total += gain
        if total - lowest > most:
            most, best = total - lowest, (first, n + 1)
        if total < lowest:
            lowest, first = total, n + 1
    return best


def _coded(rows: Index, hashes: Array) -> Array:
    coded: Array = (rows.astype(np.uint64) << np.uint64(32)) | hashes
    return coded
