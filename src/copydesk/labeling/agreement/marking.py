"""Agreement on spans: where people mark, what they call it, and what they say of it.

In:  answers by article, each answered by two people or more.
Out: measures: strict and overlap F1 of pairs of people and alpha_U, over all labels and each; with attributes or a
linked span also F1 of matched spans and, on those, alpha of each attribute and F1 of the links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from operator import attrgetter
from typing import Any

import numpy as np

from copydesk.labeling.agreement import coefficients, says
from copydesk.labeling.agreement.coefficients import Floats
from copydesk.labeling.agreement.matching import Mark, groups, marks, paired
from copydesk.labeling.agreement.metric import Measure
from copydesk.labeling.agreement.parts import Marks, Part, Sums
from copydesk.labeling.agreement.unitizing import AlphaU, Continuum, counted, ratio
from copydesk.labeling.agreement.voting import Answers, alpha_measure, alpha_sums
from copydesk.labeling.layers import Layer
from copydesk.spans import Span

MATCH = 0.5  #: intersection over union from which two spans count as the same claim
NOBODY = "no article was answered by two annotators"
STRICT, OVERLAP, MATCHED, LINKED = "span_f1_strict", "span_f1_overlap", "match_f1", "linked_f1"

Panel = Mapping[str, Sequence[Mark]]  #: annotator → marks on one article
Agreed = Callable[[Sequence[Mark], Sequence[Mark]], Iterable[Mark]]


def spans_part(layer: Layer, tasks: Answers, articles: Mapping[str, Mapping[str, Any]]) -> Part:
    """What the measures need of some articles."""
    order = sorted(tasks, key=lambda task: task[0])
    panels = [{answer["annotator"]: marks(layer, answer) for answer in tasks[task]} for task in order]
    people = frozenset(name for panel in panels for name in panel)
    n_marks = Counter(mark.label for panel in panels for made in panel.values() for mark in made)
    sums = {_units(label): Sums(np.zeros((len(order), 0)), n, people) for label, n in _by_label(layer, n_marks)}
    sums |= {name: Sums(_pairwise(layer, panels, agreed), 0, people) for name, agreed in PAIRWISE.items()}
    if layer.attributes or layer.linked:
        sums |= _matched(layer, panels, people)
    lengths = [articles[article_id]["n_chars"] for article_id, _ in order]
    return Part(tuple(article_id for article_id, _ in order), sums, _unitized(layer, panels, lengths))


def spans_measures(layer: Layer, part: Part) -> list[Measure]:
    """The measures of a whole corpus."""
    measures = [measure for name in PAIRWISE for measure in _f1_measures(name, layer, part)]
    measures += _alpha_u_measures(layer, part)
    return measures + (_matched_measures(layer, part) if layer.attributes or layer.linked else [])


def same(ones: Sequence[Mark], others: Sequence[Mark]) -> Iterable[Mark]:
    """Marks that the other made too: same range and label."""
    theirs = {(mark.span, mark.label) for mark in others}
    return [mark for mark in ones if (mark.span, mark.label) in theirs]


def _overlap(ones: Sequence[Mark], others: Sequence[Mark]) -> Iterable[Mark]:
    """Marks that the other made too: same label, at least one code point shared, each counted once."""
    mine, theirs = ({(mark.span, mark.label) for mark in side} for side in (ones, others))
    if mine == theirs and len(mine) == len(ones) == len(others):
        return ones
    return _overlapping(ones, others)


def _overlapping(ones: Sequence[Mark], others: Sequence[Mark]) -> Iterator[Mark]:
    labels = {mark.label for mark in ones} & {mark.label for mark in others}
    for label in sorted(labels, key=str):
        mine, theirs = ([mark for mark in side if mark.label == label] for side in (ones, others))
        yield from (one for one, _ in paired(mine, theirs))


PAIRWISE: dict[str, Agreed] = {STRICT: same, OVERLAP: _overlap}


def _units(label: str | None) -> str:
    return "marks" + (f".{label}" if label else "")


def _by_label(layer: Layer, n_marks: Counter[str | None]) -> Iterable[tuple[str | None, int]]:
    """How many marks there are of each label; None: of all."""
    yield None, n_marks.total()
    yield from ((label, n_marks[label]) for label in layer.labels)


def _pairwise(layer: Layer, panels: Sequence[Panel], agreed: Agreed) -> Floats:
    """Per article what F1 of every pair of annotators adds up: overall, then for each label."""
    place = {label: 1 + index for index, label in enumerate(layer.labels)}
    table = np.zeros((len(panels), 1 + len(place), 3))
    for row, panel in zip(table, panels, strict=True):
        made = {name: Counter([mark.label for mark in own]) for name, own in panel.items()}
        for one, other in combinations(sorted(panel), 2):
            both = list(agreed(panel[one], panel[other]))
            shared = made[one] if len(both) == len(panel[one]) else Counter([mark.label for mark in both])
            for column, counts in enumerate((shared, made[one], made[other])):
                row[0, column] += counts.total()
                for label, count in counts.items():
                    if label in place:
                        row[place[label], column] += count
    return table.reshape(len(panels), 3 + 3 * len(place))


def _f1_measures(name: str, layer: Layer, part: Part) -> list[Measure]:
    found = part.sums[name]
    return [
        Measure(
            name + (f".{label}" if label else ""),
            (found.rows,),
            partial(_f1_at, 3 * index),
            part.sums[_units(label)].units,
            len(found.people),
            "nobody marked a span" + (f" of {label}" if label else "") if part.articles else NOBODY,
            says.SPANS[name],
        )
        for index, label in enumerate((None, *layer.labels))
    ]


def _f1_at(column: int, sums: Floats) -> Floats:
    return coefficients.f1(sums[..., column : column + 3])


def _alpha_u_measures(layer: Layer, part: Part) -> list[Measure]:
    """alpha_U of each label, and of all of them: their disagreements added up."""
    each = [AlphaU.of(part.marks[label]) for label in layer.labels or (None,)]
    edges = np.cumsum([alpha.rows.shape[1] for alpha in each])[:-1]

    def together(sums: Floats) -> Floats:
        sides = [alpha.parts(own) for alpha, own in zip(each, np.split(sums, edges, axis=-1), strict=True)]
        observed, expected = (np.nansum(np.stack(side), axis=0) for side in zip(*sides, strict=True))
        return ratio(observed, expected)

    units, people = part.sums[_units(None)].units, len(part.sums[STRICT].people)
    empty = "nobody marked a span" if part.articles else NOBODY
    tables = tuple(alpha.rows for alpha in each)
    measures = [Measure("alpha_u", tables, together, units, people, empty, says.alpha)]
    for label, alpha in zip(layer.labels, each, strict=False):
        units = part.sums[_units(label)].units
        missing = f"nobody marked a span of {label}" if part.articles else NOBODY
        measures.append(Measure(f"alpha_u.{label}", (alpha.rows,), alpha.statistic, units, people, missing, says.alpha))
    return measures


def _unitized(layer: Layer, panels: Sequence[Panel], lengths: Sequence[int]) -> dict[str | None, Marks]:
    """What alpha_U needs, by label."""
    continua: dict[str | None, list[Continuum]] = {label: [] for label in layer.labels or (None,)}
    for panel, length in zip(panels, lengths, strict=True):
        nothing = Continuum(length, [()] * len(panel))
        here = {mark.label if layer.labels else None for made in panel.values() for mark in made}
        for label, found in continua.items():
            found.append(_continuum(panel, length, label) if label in here else nothing)
    return {label: counted(found) for label, found in continua.items()}


def _continuum(panel: Panel, length: int, label: str | None) -> Continuum:
    return Continuum(
        length, [_merged(mark.span for mark in panel[name] if label in (None, mark.label)) for name in sorted(panel)]
    )


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted, overlapping ones as one: sections of a continuum do not overlap."""
    flat: list[Span] = []
    for span in sorted(spans, key=attrgetter("start", "end")):
        if flat and span.start < flat[-1].end:
            flat[-1] = Span(flat[-1].start, max(flat[-1].end, span.end))
        else:
            flat.append(span)
    return flat


def _matched(layer: Layer, panels: Sequence[Panel], people: frozenset[str]) -> dict[str, Sums]:
    """Spans matched at IoU ≥ ``MATCH``: how many are, and what was said of those that are."""
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
    sums = {MATCHED: Sums(f1, 0, people), LINKED: Sums(linked, len(units), people)}
    places = np.array(row_of, dtype=np.int64)
    for attribute in layer.attributes:
        votes = [[mark.record[attribute.name] for mark in unit] for unit in units]
        sums[f"alpha_{attribute.name}"] = alpha_sums(votes, attribute.labels, places, len(panels), people)
    return sums


def _matched_measures(layer: Layer, part: Part) -> list[Measure]:
    matched, linked = part.sums[MATCHED], part.sums[LINKED]
    people, n_marks = len(matched.people), part.sums[_units(None)].units
    name = f"{layer.span_name.lower()}_match_f1"
    empty = "nobody marked a span" if part.articles else NOBODY
    measures = [Measure(name, (matched.rows,), coefficients.f1, n_marks, people, empty, says.SPANS["match_f1"])]
    for attribute in layer.attributes:
        sums = part.sums[f"alpha_{attribute.name}"]
        measures.append(alpha_measure(f"alpha_{attribute.name}", sums, attribute.labels, attribute.scale))
    if layer.linked:
        missing = f"no matched span has a {layer.linked}"
        measures.append(
            Measure(
                "linked_f1", (linked.rows,), coefficients.f1, linked.units, people, missing, says.SPANS["linked_f1"]
            )
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
