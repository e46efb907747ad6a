"""Which marks of different people mean the same stretch of the text.

In:  marks of several annotators on one article.
Out: pairs (two annotators), or groups with at most one mark of each (all of them), best overlap first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from copydesk.labeling.layers import Layer
from copydesk.spans import Span


class Mark(NamedTuple):
    """One span that one annotator marked, with the record it came from."""

    annotator: str
    annotation_id: str
    span: Span
    label: str | None
    record: Mapping[str, Any]

    @property
    def order(self) -> tuple[int, int, str, str]:
        return (self.span.start, self.span.end, self.label or "", self.annotator)


def marks(layer: Layer, answer: Mapping[str, Any]) -> list[Mark]:
    """The spans of one answer in a spans layer."""
    return [
        Mark(
            answer["annotator"],
            answer["annotation_id"],
            Span(record["start"], record["end"]),
            record["label"] if layer.labels else None,
            record,
        )
        for record in answer["value"]["spans"]
    ]


def groups(found: Iterable[Mark], *, least: float = 0.0) -> list[list[Mark]]:
    """Marks that mean the same stretch: each overlaps another of its group by IoU ``least`` or more (0: at all).

    A group has at most one mark of each annotator. Same range and label are joined first, then the best overlaps.
    """
    ordered = sorted(found, key=lambda mark: mark.order)
    return [group for stretch in _stretches(ordered) for group in _grouped(stretch, least)]


def _stretches(ordered: Sequence[Mark]) -> Iterator[Sequence[Mark]]:
    """Runs of marks of which none overlaps one of another run."""
    first, reach = 0, -1
    for index, mark in enumerate(ordered):
        start, end = mark.span.start, mark.span.end
        if start >= reach and index > first:
            yield ordered[first:index]
            first = index
        reach = max(reach, end)
    if ordered:
        yield ordered[first:]


def _grouped(ordered: Sequence[Mark], least: float) -> list[list[Mark]]:
    """The groups of one stretch."""
    if len(ordered) == 1:
        return [[ordered[0]]]
    first = ordered[0]
    alike = all(mark.span == first.span and mark.label == first.label for mark in ordered)
    if alike and len({mark.annotator for mark in ordered}) == len(ordered):
        return [list(ordered)]
    return _joined(ordered, least)


def _joined(ordered: Sequence[Mark], least: float) -> list[list[Mark]]:
    """The groups of any marks in order, the best candidates joined first."""
    home = [[index] for index in range(len(ordered))]
    for one, other in _candidates(ordered, least):
        mine, theirs = home[one], home[other]
        if mine is theirs or _shares_annotator(ordered, mine, theirs):
            continue
        mine.extend(theirs)
        for index in theirs:
            home[index] = mine
    members = (sorted(each) for index, each in enumerate(home) if index == min(each))
    return [[ordered[index] for index in each] for each in members]


def _shares_annotator(ordered: Sequence[Mark], ones: list[int], others: list[int]) -> bool:
    if len(ones) == len(others) == 1:
        return False  # candidates are of two annotators
    return not {ordered[index].annotator for index in ones}.isdisjoint(ordered[index].annotator for index in others)


def paired(ones: Sequence[Mark], others: Sequence[Mark], *, least: float = 0.0) -> list[tuple[Mark, Mark]]:
    """One-to-one pairs of two annotators' marks."""
    first = {id(mark) for mark in ones}
    pairs = [group for group in groups([*ones, *others], least=least) if len(group) == 2]
    return [(a, b) if id(a) in first else (b, a) for a, b in pairs]


def _candidates(ordered: Sequence[Mark], least: float) -> list[tuple[int, int]]:
    """Overlapping marks of two annotators, those that should be joined first in front."""
    found = []
    alive: list[int] = []  # marks that reach beyond the start of this one: ``ordered`` is sorted by start
    for index, mark in enumerate(ordered):
        if alive:
            start = mark.span.start
            alive = [each for each in alive if ordered[each].span.end > start]
            for each in alive:
                other = ordered[each]
                if other.annotator != mark.annotator and (iou := other.span.iou(mark.span)) >= least:
                    found.append((-iou, other.label != mark.label, each, index))
        alive.append(index)
    found.sort()
    return [(one, other) for _, _, one, other in found]
