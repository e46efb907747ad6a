"""Agreement on choices: one label per article (and target).

In:  answers by task, each answered by two people or more.
Out: measures: alpha nominal (and ordinal, off-scale labels as missing), Fleiss' kappa, and alpha of each target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.labeling.agreement import coefficients, says
from copydesk.labeling.agreement.coefficients import Floats
from copydesk.labeling.agreement.metric import Measure
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import Task

Answers = Mapping[Task, Sequence[Mapping[str, Any]]]
Rows = NDArray[np.int64]  #: the article (its row) that each unit belongs to
ONE_LABEL = "every answer is the same label, so chance explains all of it"


def choice_measures(layer: Layer, tasks: Answers) -> list[Measure]:
    article_ids = sorted({article_id for article_id, _ in tasks})
    measures = _votes_measures(layer, tasks, article_ids, "")
    for target in layer.target_ids if len(layer.target_ids) > 1 else ():
        own = {task: given for task, given in tasks.items() if task[1] == target}
        measures += _votes_measures(layer, own, article_ids, f".{target}")
    return measures


def _votes_measures(layer: Layer, tasks: Answers, article_ids: Sequence[str], suffix: str) -> list[Measure]:
    order = sorted(tasks, key=lambda task: (task[0], task[1] or ""))
    at = {article_id: place for place, article_id in enumerate(article_ids)}
    row_of = np.array([at[article_id] for article_id, _ in order], dtype=np.int64)
    votes = [[answer["value"]["label"] for answer in tasks[task]] for task in order]
    people = len({answer["annotator"] for task in order for answer in tasks[task]})
    found = [alpha_measure(f"alpha_nominal{suffix}", votes, layer.labels, "nominal", row_of, len(at), people)]
    if layer.scale == "ordinal":
        on_scale = tuple(label for label in layer.labels if label not in layer.off_scale)
        found.append(alpha_measure(f"alpha_ordinal{suffix}", votes, on_scale, "ordinal", row_of, len(at), people))
    if not suffix:
        found.append(_fleiss(votes, layer.labels, row_of, len(at), people))
    return found


def alpha_measure(
    name: str,
    votes: Sequence[Sequence[str | None]],
    labels: Sequence[str],
    scale: str,
    row_of: Rows,
    n: int,
    people: int,
) -> Measure:
    """Alpha of votes[unit][annotator]; a vote that is not among ``labels`` is missing."""
    known = set(labels)
    table = coefficients.counts([[vote if vote in known else None for vote in unit] for unit in votes], labels)
    units = int((table.sum(axis=1) > 1).sum())
    rows = _by_article(coefficients.coincidences(table).reshape(len(table), len(labels) ** 2), row_of, n)
    size = len(labels)

    def statistic(sums: Floats) -> Floats:
        return coefficients.alpha(sums.reshape(*sums.shape[:-1], size, size), scale)

    empty = "no unit has two answers" if units == 0 else ONE_LABEL
    return Measure(name, rows, statistic, units, people, empty, says.alpha)


def _fleiss(votes: Sequence[Sequence[str | None]], labels: Sequence[str], row_of: Rows, n: int, people: int) -> Measure:
    table = coefficients.counts(votes, labels)
    sizes = set(table.sum(axis=1))
    if len(sizes) == 1 and min(sizes) > 1:
        rows = _by_article(coefficients.fleiss_sums(table), row_of, n)
        empty = ONE_LABEL
    else:
        rows = np.zeros((n, 2 + len(labels)))
        empty = "Fleiss' kappa needs the same number of answers, two or more, to every unit; alpha does not"
    return Measure("fleiss_kappa", rows, coefficients.fleiss_kappa, len(votes), people, empty, says.alpha)


def _by_article(rows: Floats, row_of: Rows, n: int) -> Floats:
    """Rows of units added up into rows of articles."""
    total = np.zeros((n, rows.shape[1]))
    np.add.at(total, row_of, rows)
    return total
