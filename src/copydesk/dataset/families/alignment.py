"""Which passages of two texts correspond: the evidence for a link, and what the wording is judged by.

In:  two texts.
Out: an :class:`Alignment`: pairs of passages by code points, the share of each text that they cover, how the words
     inside them differ. Sentences match by the weight of the content words they share, in whatever order they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families import words as w
from copydesk.dataset.families.prints import letters

MATCH = 0.35  #: share of the lighter sentence's content weight that must stand in the other sentence
HALF = 0.55  #: the same where only one of the two is the other's best counterpart
MIN_WEIGHT = 8.0  #: and the least weight that is evidence at all: two rare words
LONGEST = 45  #: words of a sentence; longer ones are cut, texts without full stops stay comparable
MAX_SENTENCES = 600  #: of a text; what comes after is not aligned
MAX_ORDERED = 10_000  #: words of the matched sentences whose order is compared
_AT_ONCE = 1_000_000  # sentence pairs with a key in common that are summed at a time
SCRAP = 2  #: words that make no sentence of their own

Matrix = npt.NDArray[Any]
Index = npt.NDArray[np.int64]
Pairs = list[tuple[int, int]]  # a sentence of a, and of b


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


@dataclass(frozen=True, slots=True)
class _Side:
    """One text cut in sentences, with the content words of each."""

    hashes: w.Hashes
    spans: w.Spans
    starts: Index  # first word of each sentence, and one past the last
    keys: w.Hashes  # content words; sorted, each once
    weights: Matrix  # beside keys
    places: Index  # of each content word of the text in keys
    sentences: Index  # and its sentence
    totals: Matrix  # content weight of each sentence


@lru_cache(maxsize=512)
def _side(text: str) -> _Side:
    words, spans, opens = w.lexicon().read(text)
    starts = np.array(_cuts(np.flatnonzero(opens).tolist(), len(spans))[: MAX_SENTENCES + 1])
    content = np.flatnonzero(words.kinds[: starts[-1]] > w.COMMON)
    keys, first, places = np.unique(words.hashes[content], return_index=True, return_inverse=True)
    weights = words.weights[content].astype(np.float64)
    sentences = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[content]
    totals = np.bincount(sentences, weights=weights, minlength=len(starts) - 1)
    return _Side(words.hashes, spans, starts, keys, weights[first], places, sentences, totals)


def _cuts(opens: Sequence[int], end: int) -> list[int]:
    """Where sentences begin, and the end: long ones cut, scraps such as "U.S." left with what follows."""
    cuts = [0]
    for first in [*opens, end]:
        while first - cuts[-1] > LONGEST:
            cuts.append(cuts[-1] + LONGEST)
        if first - cuts[-1] > SCRAP:
            cuts.append(first)
    if cuts[-1] < end:
        cuts = [*(cuts[:-1] or cuts), end]
    return cuts


def align(a: str, b: str) -> Alignment:
    """The alignment of two texts."""
    left, right = _side(a), _side(b)
    _, in_left, in_right = np.intersect1d(left.keys, right.keys, assume_unique=True, return_indices=True)
    common = _common(left, right, in_left, in_right)
    matches, mutual = _matches(common, left.totals, right.totals)
    a_used, b_used = (np.unique([pair[n] for pair in matches]).astype(np.int64) for n in range(2))
    a_told, b_told = (np.array([pair[n] for pair in mutual], np.int64) for n in range(2))
    return Alignment(
        passages=_passages(left, right, matches),
        a_covered=_covered(left, a_used),
        b_covered=_covered(right, b_used),
        a_weight=float(left.weights[in_left].sum() / max(left.weights.sum(), 1e-9)),
        b_weight=float(right.weights[in_right].sum() / max(right.weights.sum(), 1e-9)),
        words=(len(left.hashes), len(right.hashes)),
        wording=_wording(_inside(left, a_told), _inside(right, b_told)),
    )


def _common(left: _Side, right: _Side, in_left: Index, in_right: Index) -> Matrix:
    """Weight of the keys that a sentence of one and a sentence of the other share. Shape: (sentences, sentences).

    Summed over the few sentences that have each key, which takes a fraction of what a product of tables does.
    """
    (left_keys, ours), (right_keys, theirs) = _holders(left, in_left), _holders(right, in_right)
    starts = np.searchsorted(right_keys, np.arange(len(in_right) + 1))
    times = np.diff(starts)[left_keys]
    shape = len(left.starts) - 1, len(right.starts) - 1
    total = np.zeros(shape[0] * shape[1])
    for part in np.array_split(np.arange(len(ours)), 1 + int(times.sum()) // _AT_ONCE):
        each = np.repeat(part, times[part])
        first = np.cumsum(times[part]) - times[part]
        place = starts[left_keys[each]] + np.arange(len(each)) - np.repeat(first, times[part])
        cells = ours[each] * shape[1] + theirs[place]
        total += np.bincount(cells, left.weights[in_left][left_keys[each]], len(total))
    return total.reshape(shape)


def _holders(side: _Side, columns: Index) -> tuple[Index, Index]:
    """The common keys, by number, and the sentences that have them; sorted, each pair once."""
    number = np.full(len(side.keys), -1)
    number[columns] = np.arange(len(columns))
    of_word = number[side.places]
    kept = of_word >= 0
    n = len(side.starts)
    pairs = np.unique(of_word[kept] * n + side.sentences[kept])
    return pairs // n, pairs % n


def _matches(common: Matrix, a_total: Matrix, b_total: Matrix) -> tuple[Pairs, Pairs]:
    """Sentences that say the same, and those among them that are each other's best counterpart."""
    if not common.size:
        return [], []
    share = common / np.maximum(np.minimum.outer(a_total, b_total), 1e-9)
    good = (common >= MIN_WEIGHT) & (share >= MATCH)
    value = np.where(good, common * np.minimum(share, 1), 0.0)
    by_a, by_b = np.zeros_like(good), np.zeros_like(good)
    by_a[np.arange(len(value)), value.argmax(axis=1)] = True
    by_b[value.argmax(axis=0), np.arange(value.shape[1])] = True
    mutual = by_a & by_b & good
    # a sentence may be one half of another one, which has its best counterpart in the other half
    every = mutual | ((by_a | by_b) & good & (share >= HALF))
    return [(i, j) for i, j in np.argwhere(every).tolist()], [(i, j) for i, j in np.argwhere(mutual).tolist()]


def _passages(left: _Side, right: _Side, matches: Pairs) -> tuple[Passages, ...]:
    """Matches that follow one another on both sides, joined."""
    blocks: list[list[int]] = []
    for i, j in matches:
        for block in reversed(blocks[-8:]):
            if block[1] <= i <= block[1] + 1 and block[3] <= j <= block[3] + 1:
                block[1], block[3] = i, j
                break
        else:
            blocks.append([i, i, j, j])
    return tuple(Passages(*_place(left, *block[:2]), *_place(right, *block[2:])) for block in blocks)


def _place(side: _Side, first: int, last: int) -> tuple[int, int]:
    return int(side.spans[side.starts[first], 0]), int(side.spans[side.starts[last + 1] - 1, 1])


def _covered(side: _Side, sentences: Index) -> float:
    return float(np.diff(side.starts)[sentences].sum() / max(len(side.hashes), 1))


def _inside(side: _Side, sentences: Index) -> w.Hashes:
    """The words of sentences, in the order given; of the whole text when there are none."""
    if not len(sentences):
        return side.hashes[:MAX_ORDERED]
    return np.concatenate([side.hashes[side.starts[s] : side.starts[s + 1]] for s in sentences])[:MAX_ORDERED]


def _wording(ours: w.Hashes, theirs: w.Hashes) -> Wording:
    shorter, longer = sorted((len(ours), len(theirs)))
    if not shorter:
        return Wording()
    gaps = _gaps(LCSseq.opcodes(letters(ours), letters(theirs)))
    same = len(ours) - sum(x for x, _ in gaps)
    swaps = sum(min(gap) > 0 and max(gap) <= 3 for gap in gaps)
    return Wording(
        same / shorter,
        same / longer,
        10 * len(gaps) / shorter,
        sum(map(max, gaps)) / len(gaps) if gaps else 0.0,
        swaps / len(gaps) if gaps else 1.0,
    )


def _gaps(codes: Iterable[Any]) -> list[tuple[int, int]]:
    """Words of a and of b in each stretch between equal ones."""
    found: list[tuple[int, int]] = []
    open_gap = False
    for code in codes:
        if code.tag == "equal":
            open_gap = False
            continue
        size = (code.src_end - code.src_start, code.dest_end - code.dest_start)
        if open_gap:
            size = (found[-1][0] + size[0], found.pop()[1] + size[1])
        found.append(size)
        open_gap = True
    return found
