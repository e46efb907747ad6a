"""Agreement on choices: one label per article (and target).

In:  answers by task, each answered by two people or more.
Out: measures: alpha nominal (and ordinal, off-scale labels as missing), Fleiss' kappa, and alpha of each target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from copydesk.labeling.agreement import coefficients, says
from copydesk.labeling.agreement.coefficients import Floats
from copydesk.labeling.agreement.metric import Measure
from copydesk.labeling.agreement.parts import Indices, Part, Sums
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import Task

Answers = Mapping[Task, Sequence[Mapping[str, Any]]]
NOMINAL, ORDINAL, FLEISS = "alpha_nominal", "alpha_ordinal", "fleiss_kappa"
ONE_LABEL = "every answer is the same label, so chance explains all of it"
UNEVEN = "Fleiss' kappa needs the same number of answers, two or more, to every unit; alpha does not"


def choice_part(layer: Layer, tasks: Answers) -> Part:
    """What the measures need of some articles."""
    article_ids = sorted({article_id for article_id, _ in tasks})
    at = {article_id: place for place, article_id in enumerate(article_ids)}
    sums: dict[str, Sums] = {}
    for suffix, targets in _targets(layer):
        order = sorted((task for task in tasks if task[1] in targets), key=lambda task: (task[0], task[1] or ""))
        row_of = np.array([at[article_id] for article_id, _ in order], dtype=np.int64)
        votes = [[answer["value"]["label"] for answer in tasks[task]] for task in order]
        people = frozenset(answer["annotator"] for task in order for answer in tasks[task])
        for name, labels, _ in _alphas(layer):
            sums[name + suffix] = alpha_sums(votes, labels, row_of, len(at), people)
        if not suffix:
            sums[FLEISS] = _fleiss_sums(votes, layer.labels, row_of, len(at), people)
    return Part(tuple(article_ids), sums)


def choice_measures(layer: Layer, part: Part) -> list[Measure]:
    """The measures of a whole corpus."""
    measures = []
    for suffix, _ in _targets(layer):
        for name, labels, scale in _alphas(layer):
            measures.append(alpha_measure(name + suffix, part.sums[name + suffix], labels, scale))
        if not suffix:
            measures.append(_fleiss(part.sums[FLEISS]))
    return measures


def _targets(layer: Layer) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """What is measured apart: all targets together, then each of several."""
    yield "", layer.target_ids
    if len(layer.target_ids) > 1:
        yield from ((f".{target}", (target,)) for target in layer.target_ids)


def _alphas(layer: Layer) -> Iterator[tuple[str, tuple[str, ...], str]]:
    yield NOMINAL, layer.labels, "nominal"
    if layer.scale == "ordinal":
        yield ORDINAL, tuple(label for label in layer.labels if label not in layer.off_scale), "ordinal"


def alpha_sums(
    votes: Sequence[Sequence[str | None]], labels: Sequence[str], row_of: Indices, n: int, people: frozenset[str]
) -> Sums:
    """Coincidences of votes[unit][annotator]; a vote that is not among ``labels`` is missing."""
    known = set(labels)
    table = coefficients.counts([[vote if vote in known else None for vote in unit] for unit in votes], labels)
    rows = coefficients.coincidences(table).reshape(len(table), len(labels) ** 2)
    return Sums(_by_article(rows, row_of, n), int((table.sum(axis=1) > 1).sum()), people)


def alpha_measure(name: str, sums: Sums, labels: Sequence[str], scale: str) -> Measure:
    """Alpha of summed coincidences."""
    size = len(labels)

    def statistic(total: Floats) -> Floats:
        return coefficients.alpha(total.reshape(*total.shape[:-1], size, size), scale)

    empty = "no unit has two answers" if sums.units == 0 else ONE_LABEL
    told = says.ordinal if scale == "ordinal" else says.alpha
    return Measure(name, (sums.rows,), statistic, sums.units, len(sums.people), empty, told)


def _fleiss_sums(
    votes: Sequence[Sequence[str | None]], labels: Sequence[str], row_of: Indices, n: int, people: frozenset[str]
) -> Sums:
    table = coefficients.counts(votes, labels)
    sizes = frozenset(int(size) for size in table.sum(axis=1))
    rows: Floats = np.zeros((n, 2 + len(labels)))
    if _are_even(sizes):
        rows = _by_article(coefficients.fleiss_sums(table), row_of, n)
    return Sums(rows, len(votes), people, sizes)


def _are_even(sizes: frozenset[int]) -> bool:
    return len(sizes) == 1 and min(sizes) > 1


def _fleiss(sums: Sums) -> Measure:
    even = _are_even(sums.sizes)
    rows, empty = (sums.rows, ONE_LABEL) if even else (np.zeros_like(sums.rows), UNEVEN)
    return Measure(FLEISS, (rows,), coefficients.fleiss_kappa, sums.units, len(sums.people), empty, says.alpha)


def _by_article(rows: Floats, row_of: Indices, n: int) -> Floats:
    """Rows of units added up into rows of articles."""
    total = np.zeros((n, rows.shape[1]))
    np.add.at(total, row_of, rows)
    return total
