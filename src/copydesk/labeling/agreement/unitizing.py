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
from copydesk.spans import Span


@dataclass(frozen=True, slots=True)
class Continuum:
    """One article: its length in code points and the spans of one label, by annotator, each list sorted and flat."""

    length: int
    marks: Sequence[Sequence[Span]]


FIXED = 5  #: columns before the per-length ones: disagreement, marked-up length, marks, sum l(l-1), sum 2l³-3l²+l


@dataclass(frozen=True, slots=True)
class AlphaU:
    """Sums of one label over articles, and the coefficient of their total.

    ``rows`` has, after the fixed columns, for each distinct length how many marks have it, and how many places a mark
    of that length finds inside the gaps.
    """

    rows: Floats
    lengths: Floats

    @classmethod
    def of(cls, continua: Sequence[Continuum]) -> AlphaU:
        lengths = sorted({len(span) for each in continua for spans in each.marks for span in spans})
        lengths_array = np.array(lengths, dtype=np.float64)
        rows = np.stack([_row(each, lengths_array) for each in continua]) if continua else np.zeros((0, FIXED))
        return cls(rows, lengths_array)

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


def _row(continuum: Continuum, lengths: Floats) -> Floats:
    annotators = len(continuum.marks)
    if not any(continuum.marks):
        room = annotators * np.maximum(continuum.length - lengths + 1, 0)
        return np.concatenate([[0, annotators * continuum.length, 0, 0, 0], np.zeros(len(lengths)), room])
    observed = sum(
        _difference(one, other)
        for i, one in enumerate(continuum.marks)
        for j, other in enumerate(continuum.marks)
        if i != j
    )
    size = np.array([len(span) for spans in continuum.marks for span in spans], dtype=np.float64)
    gaps = np.array([len(gap) for spans in continuum.marks for gap in _gaps(spans, continuum.length)], dtype=np.float64)
    room = np.maximum(gaps[None, :] - lengths[:, None] + 1, 0).sum(axis=1)
    having = (size[None, :] == lengths[:, None]).sum(axis=1)
    fixed = [
        observed / (annotators - 1),
        annotators * continuum.length,
        len(size),
        (size * (size - 1)).sum(),
        (2 * size**3 - 3 * size**2 + size).sum(),
    ]
    return np.concatenate([fixed, having, room])


def _difference(one: Sequence[Span], other: Sequence[Span]) -> float:
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


def _gaps(spans: Sequence[Span], length: int) -> list[Span]:
    gaps, at = [], 0
    for span in spans:
        if span.start > at:
            gaps.append(Span(at, span.start))
        at = max(at, span.end)
    return [*gaps, Span(at, length)] if at < length else gaps
