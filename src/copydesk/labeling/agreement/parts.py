"""What agreement adds up, article by article: parts of a corpus are counted apart and joined, to the same figures.

In:  parts of one layer, in any order; no article stands in two of them.
Out: one part, its articles in the order of their ids, so that a resample draws the same ones however a corpus was cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Numbers = NDArray[Any]  #: in as few bytes as hold them: most are small counts
FIXED = 5  #: columns of ``Marks.fixed``: disagreement, marked-up length, marks, sum l(l-1), sum 2l³-3l²+l


@dataclass(frozen=True, slots=True)
class Sums:
    """What one measure needs: a row of sums per article."""

    rows: Numbers
    units: int
    people: frozenset[str]
    sizes: frozenset[int] = frozenset()  #: how many votes units have, where that matters


@dataclass(frozen=True, slots=True)
class Marks:
    """What alpha_U needs of one label: sums per article, and the lengths of its marks and gaps with their article."""

    fixed: Numbers
    marks: Numbers  #: [mark, 2]: article (its row), length
    gaps: Numbers  #: [gap, 2]: the same


@dataclass(frozen=True, slots=True)
class Part:
    """Some articles of one layer."""

    articles: tuple[str, ...]  #: those that two people or more answered, sorted
    sums: Mapping[str, Sums] = field(default_factory=dict)  #: by measure
    marks: Mapping[str | None, Marks] = field(default_factory=dict)  #: by label


def packed(table: Numbers) -> Numbers:
    """The same numbers in the smallest type that holds every one of them as it is."""
    if table.min(initial=0) >= 0:
        for kind in (np.uint8, np.uint16, np.uint32):
            if table.max(initial=0) <= np.iinfo(kind).max and np.array_equal(small := table.astype(kind), table):
                return small
    return table


def travelling(part: Part) -> Part:
    """The same part, for who keeps many of them."""
    sums = {name: replace(each, rows=packed(each.rows)) for name, each in part.sums.items()}
    marks = {
        label: Marks(packed(each.fixed), packed(each.marks), packed(each.gaps)) for label, each in part.marks.items()
    }
    return Part(part.articles, sums, marks)


def join(parts: Iterable[Part]) -> Part:
    """The articles of all ``parts`` together. Raises ValueError, when there is no part."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    articles = [article_id for part in found for article_id in part.articles]
    order = np.array(sorted(range(len(articles)), key=articles.__getitem__), dtype=np.int64)
    sums = {name: _joined([part.sums[name] for part in found], order) for name in found[0].sums}
    starts = np.cumsum([0, *(len(part.articles) for part in found)])
    marks = {label: _moved([part.marks[label] for part in found], starts, order) for label in found[0].marks}
    return Part(tuple(articles[row] for row in order), sums, marks)


def _joined(each: Sequence[Sums], order: Indices) -> Sums:
    return Sums(
        np.vstack([sums.rows for sums in each])[order],
        sum(sums.units for sums in each),
        frozenset().union(*(sums.people for sums in each)),
        frozenset().union(*(sums.sizes for sums in each)),
    )


def _moved(each: Sequence[Marks], starts: Indices, order: Indices) -> Marks:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))

    def rows(tables: Iterable[Numbers]) -> Numbers:
        moved = np.vstack([table + np.array([start, 0]) for table, start in zip(tables, starts, strict=False)])
        moved[:, 0] = place[moved[:, 0]]
        return packed(moved[np.argsort(moved[:, 0], kind="stable")])

    fixed = np.vstack([marks.fixed for marks in each])[order]
    return Marks(fixed, rows(marks.marks for marks in each), rows(marks.gaps for marks in each))
