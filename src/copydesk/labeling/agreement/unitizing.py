"""Krippendorff's alpha for unitizing: do people mark the same stretches of a text, beyond chance?

In:  per article its length and what each annotator marked.
Out: per article one row of sums; ``alpha_u`` of any sum of rows. Articles lie end to end as one continuum, and no gap
runs across an article's edge.

Source: Krippendorff (2004), Measuring the reliability of qualitative text analysis data, Quality & Quantity 38.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copydesk.labeling.agreement.coefficients import Floats
from copydesk.labeling.agreement.parts import FIXED, Indices, Marks, Numbers, packed
from copydesk.spans import Span


@dataclass(frozen=True, slots=True)
class Continuum:
    """One article: its length in code points and the spans of one label, by annotator, each list sorted and flat."""

    length: int
    marks: Sequence[Sequence[Span]]


@dataclass(frozen=True, slots=True)
class AlphaU:
    """Sums of one label over articles, and the coefficient of their total.

    ``rows`` has, after the fixed columns, for each distinct length how many marks have it, and how many places a mark
    of that length finds inside the gaps.
    """

    rows: Numbers
    lengths: Floats

    @classmethod
    def of(cls, made: Marks) -> AlphaU:
        lengths = np.unique(made.marks[:, 1]).astype(np.int64)
        having = np.zeros((len(made.fixed), len(lengths)), np.uint32)
        np.add.at(having, (made.marks[:, 0], np.searchsorted(lengths, made.marks[:, 1])), 1)
        tables = [packed(made.fixed), packed(having), packed(_room(made, lengths))]
        return cls(np.hstack(tables), lengths.astype(np.float64))

    def parts(self, sums: Floats) -> tuple[Floats, Floats]:
        """Observed and expected disagreement of summed rows; shape [...]."""
        observed, total, marks, pairs, cubes = (sums[..., column] for column in range(FIXED))
        n = len(self.lengths)
        having, room = sums[..., FIXED : FIXED + n], sums[..., FIXED + n :]
        across = (np.square(self.lengths) * having * room).sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = 2 * ((marks - 1) / 3 * cubes + across) / (total * (total - 1) - pairs)
            return observed / total, expected

    def statistic(self, sums: Floats) -> Floats:
        return ratio(*self.parts(sums))


def ratio(observed: Floats, expected: Floats) -> Floats:
    """One minus observed over expected disagreement; nan where none is to be expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)


def _room(made: Marks, lengths: Indices) -> Numbers:
    """How many places a mark of each length finds in an article's gaps."""
    room = np.zeros((len(made.fixed), len(lengths)), np.uint32)  # all gaps of an article are no longer than its text
    gaps = made.gaps[:, 1].astype(np.int64)
    for place, length in enumerate(lengths):  # a column at a time: gaps are many
        fits = np.maximum(gaps - length + 1, 0).astype(np.float64)
        room[:, place] = np.bincount(made.gaps[:, 0], weights=fits, minlength=len(room))
    return room


def counted(continua: Sequence[Continuum]) -> Marks:
    """Articles as the sums that alpha_U is made of."""
    fixed = np.zeros((len(continua), FIXED))
    marks: list[tuple[int, int]] = []
    gaps: list[tuple[int, int]] = []
    for row, each in enumerate(continua):
        annotators = len(each.marks)
        fixed[row, 1] = annotators * each.length
        if not any(each.marks):
            gaps += [(row, each.length)] * annotators
            continue
        sizes = [len(span) for spans in each.marks for span in spans]
        marks += [(row, size) for size in sizes]
        gaps += [(row, gap) for spans in each.marks for gap in _gaps(spans, each.length)]
        fixed[row, 0] = _disagreement(each.marks) / (annotators - 1)
        fixed[row, 2:] = len(sizes), sum(n * (n - 1) for n in sizes), sum(2 * n**3 - 3 * n**2 + n for n in sizes)
    return Marks(fixed, _pairs(marks), _pairs(gaps))


def _pairs(found: list[tuple[int, int]]) -> Indices:
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _disagreement(marks: Sequence[Sequence[Span]]) -> int:
    return sum(_difference(one, other) for i, one in enumerate(marks) for j, other in enumerate(marks) if i != j)


def _difference(one: Sequence[Span], other: Sequence[Span]) -> int:
    """Squared differences of ``one``'s marks to ``other``'s marks, and of marks of either that lie in the other's gaps.

    Each unordered pair of marks and each mark in a gap is met once in each direction, as the ordered sum wants.
    """
    total, first = 0, 0
    for span in one:
        while first < len(other) and other[first].end <= span.start:
            first += 1
        met = first
        while met < len(other) and other[met].start < span.end:
            total += (span.start - other[met].start) ** 2 + (span.end - other[met].end) ** 2
            met += 1
        if met == first:
            total += 2 * len(span) ** 2  # wholly in a gap: mark against gap, and gap against mark
    return total


def _gaps(spans: Sequence[Span], length: int) -> list[int]:
    """Lengths of what is not marked."""
    gaps, at = [], 0
    for span in spans:
        if span.start > at:
            gaps.append(span.start - at)
        at = max(at, span.end)
    return [*gaps, length - at] if at < length else gaps
