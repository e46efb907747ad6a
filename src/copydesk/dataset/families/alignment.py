"""Which passages of two texts correspond: the evidence for a link, and what the wording is judged by.

In:  two texts.
Out: an :class:`Alignment`: pairs of passages by code points, the share of each text that they cover, how the words
     inside them differ. Sentences match by the weight of the content words they share, in whatever order they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from copydesk.dataset.families import words as w
from copydesk.dataset.families.prints import letters

MATCH = 0.35  #: share of the lighter sentence's content weight that must stand in the other sentence
MIN_WEIGHT = 8.0  #: and the least weight that is evidence at all: two rare words
LONGEST = 45  #: words of a sentence; longer ones are cut, texts without full stops stay comparable
MAX_SENTENCES = 1500  #: of a text; what comes after is not aligned

Matrix = npt.NDArray[Any]


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
    """One text cut in sentences."""

    words: w.Words
    spans: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]  # first word of each sentence, and one past the last

    @classmethod
    def of(cls, text: str) -> _Side:
        words, spans = w.lexicon().words(text), w.spans(text)
        cuts, begun = [0], 0
        for n in range(1, len(spans)):
            between = text[spans[n - 1, 1] : spans[n, 0]]
            if n - begun >= LONGEST or (n - begun > 2 and any(mark in between for mark in w.ENDS)):
                cuts.append(n)
                begun = n
        return cls(words, spans, np.array([*cuts[:MAX_SENTENCES], len(spans)]))

    def sentence_of_words(self) -> npt.NDArray[np.int64]:
        return np.searchsorted(self.starts, np.arange(len(self.spans)), side="right") - 1


def align(a: str, b: str) -> Alignment:
    """The alignment of two texts."""
    left, right = _Side.of(a), _Side.of(b)
    weights = _shared_weights(left, right)
    matches = _matches(*weights)
    passages = _passages(left, right, matches)
    a_covered, b_covered = (_covered(side, {pair[n] for pair in matches}) for n, side in enumerate((left, right)))
    a_weight, b_weight = _weight_share(left, right), _weight_share(right, left)
    sizes = (len(left.spans), len(right.spans))
    wording = _wording(left, right, matches)
    return Alignment(tuple(passages), a_covered, b_covered, a_weight, b_weight, sizes, wording)


def _shared_weights(left: _Side, right: _Side) -> tuple[Matrix, Matrix, Matrix]:
    """Content weight that each sentence of a shares with each of b, and that each has in all."""
    keys, at = np.unique(np.concatenate([left.words.hashes, right.words.hashes]), return_inverse=True)
    value = np.zeros(len(keys))
    value[at] = np.concatenate([np.where(s.words.kinds > w.COMMON, s.words.weights, 0.0) for s in (left, right)])
    used = np.flatnonzero(np.bincount(at[: len(left.spans)], minlength=len(keys)) * value)
    column = np.full(len(keys), -1)
    column[used] = np.arange(len(used))
    has = [np.zeros((len(side.starts) - 1, len(used)), np.float32) for side in (left, right)]
    total = []
    for side, matrix, place in ((left, has[0], at[: len(left.spans)]), (right, has[1], at[len(left.spans) :])):
        sentence = np.minimum(side.sentence_of_words(), len(matrix) - 1)
        inside = column[place] >= 0
        matrix[sentence[inside], column[place][inside]] = 1
        total.append(np.bincount(sentence, weights=value[place], minlength=len(matrix)))
    return (has[0] * value[used]) @ has[1].T, total[0], total[1]


def _matches(common: Matrix, a_total: Matrix, b_total: Matrix) -> list[tuple[int, int]]:
    """Sentences that are each other's best, or the best of one side by a clear share."""
    if not common.size:
        return []
    share = common / np.maximum(np.minimum.outer(a_total, b_total), 1e-9)
    good = (common >= MIN_WEIGHT) & (share >= MATCH)
    value = np.where(good, common * np.minimum(share, 1), 0.0)
    best = np.zeros_like(good)
    best[np.arange(len(value)), value.argmax(axis=1)] = True
    best[value.argmax(axis=0), np.arange(value.shape[1])] = True
    return [(int(i), int(j)) for i, j in np.argwhere(best & good)]


def _passages(left: _Side, right: _Side, matches: list[tuple[int, int]]) -> list[Passages]:
    """Matches that follow one another on both sides, joined."""
    blocks: list[list[int]] = []
    for i, j in matches:
        for block in reversed(blocks[-8:]):
            if block[1] <= i <= block[1] + 1 and block[3] <= j <= block[3] + 1:
                block[1], block[3] = i, j
                break
        else:
            blocks.append([i, i, j, j])
    return [Passages(*_place(left, block[0], block[1]), *_place(right, block[2], block[3])) for block in blocks]


def _place(side: _Side, first: int, last: int) -> tuple[int, int]:
    return int(side.spans[side.starts[first], 0]), int(side.spans[side.starts[last + 1] - 1, 1])


def _covered(side: _Side, sentences: set[int]) -> float:
    sizes = np.diff(side.starts)
    return float(sizes[sorted(sentences)].sum() / max(len(side.spans), 1)) if sentences else 0.0


def _weight_share(one: _Side, other: _Side) -> float:
    weights = np.where(one.words.kinds > w.COMMON, one.words.weights, 0.0)
    found = weights[np.isin(one.words.hashes, other.words.hashes)]
    return float(found.sum() / max(float(weights.sum()), 1e-9))


def _wording(left: _Side, right: _Side, matches: list[tuple[int, int]]) -> Wording:
    texts = [
        letters(np.concatenate([_slice(side, s) for s in sorted({pair[n] for pair in matches})]))
        if matches
        else letters(side.words.hashes)
        for n, side in enumerate((left, right))
    ]
    shorter, longer = sorted(map(len, texts))
    if not shorter:
        return Wording()
    gaps = _gaps(LCSseq.opcodes(*texts))
    same = LCSseq.similarity(*texts)
    sizes = [max(x, y) for x, y in gaps]
    swaps = sum(min(x, y) > 0 and max(x, y) <= 3 for x, y in gaps)
    return Wording(
        same / shorter,
        same / longer,
        10 * len(gaps) / shorter,
        float(np.mean(sizes)) if sizes else 0.0,
        swaps / len(gaps) if gaps else 1.0,
    )


def _slice(side: _Side, sentence: int) -> Any:
    return side.words.hashes[side.starts[sentence] : side.starts[sentence + 1]]


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
