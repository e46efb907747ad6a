"""How well newcomers do in a training round: their answers beside the gold that was known.

In:  a layer, its latest annotations and gold, the training articles.
Out: one ``Score`` per annotator who was asked. A choice is right or wrong. Spans are compared by range and label (F1);
     where more is asked of each span, ranges may differ (intersection over union of .5), and each question has a share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copydesk.labeling.adjudicate.agreed import agreed
from copydesk.labeling.agreement.coefficients import f1
from copydesk.labeling.agreement.marking import MATCH
from copydesk.labeling.agreement.matching import marks, paired
from copydesk.labeling.agreement.people import NOTHING, Confused, compared, confused
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import Task, current, practised, tasks_of

Record = Mapping[str, Any]
SHOWN = 3  #: confusions told of each person


@dataclass(frozen=True, slots=True)
class Score:
    """One annotator's training round in one layer."""

    answered: int  #: of the tasks whose gold is known
    asked: int
    score: float | None  #: share of right choices, or F1 of spans; null before the first answer
    questions: dict[str, float | None]  #: on spans that were found: share of right answers to each question
    confusions: tuple[Confused, ...]  #: ``own`` where ``other`` is right, most frequent first


def scores(
    layer: Layer,
    annotations: Iterable[Record],
    gold: Iterable[Record],
    articles: Mapping[str, Record],
    known: Iterable[Task],
    names: Iterable[str],
) -> dict[str, Score]:
    """The score of each of ``names`` on the ``known`` tasks that they did not help to decide, where there is any."""
    records = list(annotations)
    units = tasks_of(gold)
    right = {task: {"value": agreed(layer, units.get(task, ())), **_NAMED} for task in known}
    worked = _by_person(current(layer, records, articles)[0])
    given = _by_person(practised(layer, records, articles))
    found = {}
    for name in names:
        asked = right.keys() - worked[name].keys()
        pairs = [(given[name][task], right[task]) for task in sorted(asked & given[name].keys(), key=str)]
        if asked:
            found[name] = _score(layer, pairs, len(asked))
    return found


def _by_person(answers: Iterable[Record]) -> dict[str, dict[Task, Record]]:
    found: dict[str, dict[Task, Record]] = defaultdict(dict)
    for answer in answers:
        found[answer["annotator"]][answer["article_id"], answer["target"]] = answer
    return found


_NAMED = {"annotator": "gold", "annotation_id": "gold"}


def _score(layer: Layer, pairs: Sequence[tuple[Record, Record]], asked: int) -> Score:
    sums, labels = np.zeros(3), Counter[tuple[str, str]]()
    for own, right in pairs:
        found = compared(layer, own, right)
        if found is None:  # an open choice is a wrong one
            found = (0.0, 1.0, 1.0), Counter([(NOTHING, str(right["value"]["label"]))])
        sums += found[0] if not (layer.attributes or layer.linked) else _matched(layer, own, right)
        labels += found[1]
    value = float(f1(sums))
    score = None if np.isnan(value) else round(value, 6)
    return Score(len(pairs), asked, score, _questions(layer, pairs), confused(labels)[:SHOWN])


def _matched(layer: Layer, own: Record, right: Record) -> tuple[float, float, float]:
    mine, theirs = marks(layer, own), marks(layer, right)
    return float(len(paired(mine, theirs, least=MATCH))), float(len(mine)), float(len(theirs))


def _questions(layer: Layer, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float | None]:
    """The share of right answers to each question about a span, on spans that match, where the gold has an answer."""
    hits: dict[str, list[bool]] = {attribute.name: [] for attribute in layer.attributes}
    for own, right in pairs if hits else ():
        for mine, theirs in paired(marks(layer, own), marks(layer, right), least=MATCH):
            for name, told in hits.items():
                if theirs.record[name] is not None:
                    told.append(mine.record[name] == theirs.record[name])
    return {name: round(sum(told) / len(told), 6) if told else None for name, told in hits.items()}
