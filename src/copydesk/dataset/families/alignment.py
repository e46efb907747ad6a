"""Which passages of two texts correspond: the evidence for a link, and what the wording is judged by.

In:  fingerprints, and pairs of them.
Out: an :class:`Alignment` of each: pairs of passages by code points, the share of each text that they cover, how the
     words inside them differ. Sentences match as sentences.py has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families.prints import Array, Index, Prints, fingerprint, letters, run_places
from copydesk.dataset.families.sentences import Matches, Sentences

MAX_ORDERED = 10_000  #: words of the matched sentences whose order is compared


@dataclass(frozen=True, slots=True)
class Passages:
    """A passage of each text: ``a[a_start:a_end]`` says what ``b[b_start:b_end]`` says."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int

    def as_record(self) -> dict[str, int]:
        return {"a_start": self.a_start, "a_end": self.a_end, "b_start": self.b_start, "b_end": self.b_end}


@dataclass(frozen=True, slots=True)
class Wording:
    """How the words of corresponding passages differ."""

    same: float = 0.0  #: share of the shorter side's words that the other has in the same order
    same_of_longer: float = 0.0
    gaps: float = 0.0  #: places where the wording differs, for each ten words
    gap_words: float = 0.0  #: words in such a place, on the longer side, on average
    swaps: float = 0.0  #: share of them in which one to three words stand for one to three


@dataclass(frozen=True, slots=True)
class Alignment:
    """What corresponds in two texts, and how it is worded."""

    passages: tuple[Passages, ...]  #: by place in a
    a_covered: float  #: share of a's words in them
    b_covered: float
    a_weight: float  #: share of a's content weight that b has too
    b_weight: float
    words: tuple[int, int]  #: of a and b
    wording: Wording


def align(a: str, b: str) -> Alignment:
    """The alignment of two texts."""
    return aligned(fingerprint([a, b]), np.array([(0, 1)]))[0]


def aligned(prints: Prints, pairs: Index) -> list[Alignment]:
    """The alignment of each of ``pairs``. Shape: (n, 2) rows of ``prints``."""
    sentences = Sentences.of(prints)
    matches = Matches.of(prints, sentences, pairs)
    sizes, of_pair = prints.words.sizes[pairs], np.searchsorted(matches.pair, np.arange(len(pairs) + 1)).tolist()
    covered = [
        _covered(sentences, matches.pair, told, sizes[:, n]) for n, told in enumerate((matches.left, matches.right))
    ]
    weight = [matches.shared / np.maximum(sentences.whole[texts], 1e-9) for texts in pairs.T]
    columns = (column.tolist() for column in (*covered, *weight, *sizes.T))
    passages = [_passages(sentences, matches, slice(*some)) for some in pairwise(of_pair)]
    return [
        Alignment(found, a_covered, b_covered, a_weight, b_weight, (a_words, b_words), how)
        for found, how, a_covered, b_covered, a_weight, b_weight, a_words, b_words in zip(
            passages, _wordings(prints, sentences, matches, pairs), *columns, strict=True
        )
    ]


def _covered(sentences: Sentences, pair: Index, told: Index, sizes: Index) -> Array:
    """Share of each pair's words, on one side, that stand in the sentences told."""
    n = max(1, len(sentences.sizes))
    each = np.unique(pair * n + told)
    covered: Array = np.bincount(each // n, sentences.sizes[each % n], len(sizes)) / np.maximum(sizes, 1)
    return covered


def _passages(sentences: Sentences, matches: Matches, some: slice) -> tuple[Passages, ...]:
    """Matches that follow one another on both sides, joined."""
    blocks: list[list[int]] = []
    for i, j in zip(matches.left[some].tolist(), matches.right[some].tolist(), strict=True):
        for block in reversed(blocks[-8:]):
            if block[1] <= i <= block[1] + 1 and block[3] <= j <= block[3] + 1:
                block[1], block[3] = i, j
                break
        else:
            blocks.append([i, i, j, j])
    if not blocks:
        return ()
    places = sentences.places[np.array(blocks)]  # of each block: first and last sentence of a, of b
    return tuple(Passages(*each) for each in places[:, [0, 1, 2, 3], [0, 1, 0, 1]].tolist())


def _wordings(prints: Prints, sentences: Sentences, matches: Matches, pairs: Index) -> Iterator[Wording]:
    """How the words differ in sentences that are each other's best counterparts; in the whole texts without any."""
    pair = matches.pair[matches.mutual]
    sides = []
    for texts, told in zip(pairs.T, (matches.left, matches.right), strict=True):
        told = told[matches.mutual]
        sizes = sentences.sizes[told]
        told_words = letters(prints.words.flat[run_places(sentences.first[told], sizes)])
        ends = np.cumsum([0, *np.bincount(pair, sizes, len(pairs)).astype(np.int64)]).tolist()
        sides.append([told_words[a : min(b, a + MAX_ORDERED)] for a, b in pairwise(ends)])
        for n in np.flatnonzero(np.diff(ends) == 0).tolist():
            sides[-1][n] = letters(prints.words[int(texts[n])][:MAX_ORDERED])
    return map(_wording, *sides)


def _wording(ours: str, theirs: str) -> Wording:
    shorter, longer = sorted((len(ours), len(theirs)))
    if not shorter:
        return Wording()
    gaps = _gaps(ours, theirs)
    same = len(ours) - sum(x for x, _ in gaps)
    swaps = sum(min(gap) > 0 and max(gap) <= 3 for gap in gaps)
    return Wording(
        same / shorter,
        same / longer,
        10 * len(gaps) / shorter,
        sum(map(max, gaps)) / len(gaps) if gaps else 0.0,
        swaps / len(gaps) if gaps else 1.0,
    )


def _gaps(ours: str, theirs: str) -> list[tuple[int, int]]:
    """Words of a and of b in each stretch between equal ones."""
    gaps, i, j = list[tuple[int, int]](), 0, 0
    for a, b, size in LCSseq.editops(ours, theirs).as_matching_blocks():
        if a > i or b > j:
            gaps.append((a - i, b - j))
        i, j = a + size, b + size
    return gaps
