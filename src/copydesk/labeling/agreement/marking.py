"""Agreement on spans: where people mark, what they call it, and what they say of it.

In:  answers by article, each answered by two people or more.
Out: measures: strict and overlap F1 of pairs of people and alpha_U, over all labels and each; with attributes or a
linked span also F1 of matched spans and, on those, alpha of each attribute and F1 of the links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from copydesk.labeling.agreement import coefficients, says
from copydesk.labeling.agreement.coefficients import Floats
from copydesk.labeling.agreement.matching import Mark, groups, marks, paired
from copydesk.labeling.agreement.metric import Measure
from copydesk.labeling.agreement.unitizing import AlphaU, Continuum, ratio
from copydesk.labeling.agreement.voting import Answers, alpha_measure
from copydesk.labeling.layers import Layer
from copydesk.spans import Span

MATCH = 0.5  #: intersection over union from which two spans count as the same claim
NOBODY = "no article was answered by two annotators"

Panel = Mapping[str, Sequence[Mark]]  #: annotator → marks on one article


def spans_measures(layer: Layer, tasks: Answers, articles: Mapping[str, Mapping[str, Any]]) -> list[Measure]:
    order = sorted(tasks, key=lambda task: task[0])
    panels = [{answer["annotator"]: marks(layer, answer) for answer in tasks[task]} for task in order]
    lengths = [articles[article_id]["n_chars"] for article_id, _ in order]
    people = len({name for panel in panels for name in panel})
    measures = [
        *_pairwise("span_f1_strict", layer, panels, people, same),
        *_pairwise("span_f1_overlap", layer, panels, people, _overlap),
        *_unitized(layer, panels, lengths, people),
    ]
    if layer.attributes or layer.linked:
        measures += _matched(layer, panels, people)
    return measures


def same(ones: Sequence[Mark], others: Sequence[Mark]) -> Iterable[Mark]:
    """Marks that the other made too: same range and label."""
    theirs = {(mark.span, mark.label) for mark in others}
    return [mark for mark in ones if (mark.span, mark.label) in theirs]


def _overlap(ones: Sequence[Mark], others: Sequence[Mark]) -> Iterable[Mark]:
    """Marks that the other made too: same label, at least one code point shared, each counted once."""
    labels = {mark.label for mark in ones} & {mark.label for mark in others}
    for label in sorted(labels, key=str):
        mine, theirs = ([mark for mark in side if mark.label == label] for side in (ones, others))
        yield from (one for one, _ in paired(mine, theirs))


def _pairwise(
    name: str,
    layer: Layer,
    panels: Sequence[Panel],
    people: int,
    agreed: Callable[[Sequence[Mark], Sequence[Mark]], Iterable[Mark]],
) -> list[Measure]:
    """F1 of every pair of annotators, added up; overall and for each label."""
    n_marks = _n_marks(panels)
    place = {label: index for index, label in enumerate(layer.labels)}
    table = np.zeros((len(panels), 1 + len(place), 3))
    for row, panel in zip(table, panels, strict=True):
        for one, other in combinations(sorted(panel), 2):
            for column, side in enumerate((agreed(panel[one], panel[other]), panel[one], panel[other])):
                for mark in side:
                    row[0, column] += 1
                    if mark.label in place:
                        row[1 + place[mark.label], column] += 1
    return [
        Measure(
            name + (f".{label}" if label else ""),
            table[:, index],
            coefficients.f1,
            n_marks[label],
            people,
            "nobody marked a span" + (f" of {label}" if label else "") if len(panels) else NOBODY,
            says.SPANS[name],
        )
        for index, label in enumerate((None, *layer.labels))
    ]


def _n_marks(panels: Sequence[Panel]) -> Counter[str | None]:
    """How many marks there are of each label; None: of all."""
    n_marks = Counter(mark.label for panel in panels for made in panel.values() for mark in made)
    n_marks[None] = n_marks.total()
    return n_marks


def _unitized(layer: Layer, panels: Sequence[Panel], lengths: Sequence[int], people: int) -> list[Measure]:
    """alpha_U of each label, and of all of them: their disagreements added up."""
    n_marks = _n_marks(panels)
    labels: tuple[str | None, ...] = layer.labels or (None,)
    parts = [
        AlphaU.of([_continuum(panel, length, label) for panel, length in zip(panels, lengths, strict=True)])
        for label in labels
    ]
    edges = np.cumsum([part.rows.shape[1] for part in parts])[:-1]

    def together(sums: Floats) -> Floats:
        each = [part.parts(own) for part, own in zip(parts, np.split(sums, edges, axis=-1), strict=True)]
        observed, expected = (np.nansum(np.stack(side), axis=0) for side in zip(*each, strict=True))
        return ratio(observed, expected)

    empty = "nobody marked a span" if panels else NOBODY
    rows = np.hstack([part.rows for part in parts])
    measures = [Measure("alpha_u", rows, together, n_marks[None], people, empty, says.alpha)]
    for label, part in zip(layer.labels, parts, strict=False):
        units = n_marks[label]
        missing = f"nobody marked a span of {label}" if panels else NOBODY
        measures.append(Measure(f"alpha_u.{label}", part.rows, part.statistic, units, people, missing, says.alpha))
    return measures


def _continuum(panel: Panel, length: int, label: str | None) -> Continuum:
    made = [
        _merged(mark.span for mark in panel[name] if label is None or mark.label == label) for name in sorted(panel)
    ]
    return Continuum(length, made)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted, overlapping ones as one: sections of a continuum do not overlap."""
    flat: list[Span] = []
    for span in sorted(spans):
        if flat and span.start < flat[-1].end:
            flat[-1] = Span(flat[-1].start, max(flat[-1].end, span.end))
        else:
            flat.append(span)
    return flat


def _matched(layer: Layer, panels: Sequence[Panel], people: int) -> list[Measure]:
    """Spans matched at IoU ≥ ``MATCH``: how many are, and agreement on what was said of those that are."""
    f1 = np.zeros((len(panels), 3))
    linked = np.zeros((len(panels), 3))
    units: list[list[Mark]] = []
    row_of: list[int] = []
    for place, panel in enumerate(panels):
        for one, other in combinations(sorted(panel), 2):
            pairs = paired(panel[one], panel[other], least=MATCH)
            f1[place] += len(pairs), len(panel[one]), len(panel[other])
            linked[place] += _links(layer, pairs)
        matched = [group for group in groups(_all(panel), least=MATCH) if len(group) > 1]
        units += matched
        row_of += [place] * len(matched)
    name = f"{layer.span_name.lower()}_match_f1"
    n_marks = _n_marks(panels)[None]
    empty = "nobody marked a span" if panels else NOBODY
    measures = [Measure(name, f1, coefficients.f1, n_marks, people, empty, says.SPANS["match_f1"])]
    places = np.array(row_of, dtype=np.int64)
    for attribute in layer.attributes:
        votes = [[mark.record[attribute.name] for mark in unit] for unit in units]
        measures.append(
            alpha_measure(
                f"alpha_{attribute.name}", votes, attribute.labels, attribute.scale, places, len(panels), people
            )
        )
    if layer.linked:
        missing = f"no matched span has a {layer.linked}"
        measures.append(
            Measure("linked_f1", linked, coefficients.f1, len(units), people, missing, says.SPANS["linked_f1"])
        )
    return measures


def _links(layer: Layer, pairs: Sequence[tuple[Mark, Mark]]) -> tuple[int, int, int]:
    """Links that agree (spans matched at IoU ≥ ``MATCH``), links of the one, links of the other."""
    if not layer.linked:
        return 0, 0, 0
    links = [(one.record[layer.linked], other.record[layer.linked]) for one, other in pairs]
    both = [(Span(a["start"], a["end"]), Span(b["start"], b["end"])) for a, b in links if a and b]
    return sum(a.iou(b) >= MATCH for a, b in both), sum(bool(a) for a, _ in links), sum(bool(b) for _, b in links)


def _all(panel: Panel) -> list[Mark]:
    return [mark for name in sorted(panel) for mark in panel[name]]
