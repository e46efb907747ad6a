"""Each annotator beside the others: how far they agree, what they confuse, and who stands apart.

In:  a layer, its latest annotations, the articles.
Out: one ``Person`` per annotator who answered something that another answered, too.

Agreement here is the plain share (choices) or strict F1 (spans) of pairs, since it compares people on the same tasks.
Somebody stands apart when the others agree among themselves more than with them, beyond what resampling the articles
explains. It takes three people to see that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np

from copydesk.labeling.agreement.coefficients import Floats, f1
from copydesk.labeling.agreement.marking import same
from copydesk.labeling.agreement.matching import marks, paired
from copydesk.labeling.agreement.metric import resamples
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current, tasks_of

Record = Mapping[str, Any]
NOTHING = "(nothing)"  #: in a confusion: the other marked no such span


@dataclass(frozen=True, slots=True)
class Confused:
    """How often this annotator said one thing where another said the other."""

    own: str
    other: str
    count: int


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator."""

    annotator: str
    answers: int  #: submitted, that count today
    shared: int  #: of these, with an answer by another
    median_lead_time_s: float | None
    agreement: float | None  #: with the others, pair by pair
    among_others: float | None  #: of the others among themselves on the same tasks; null with fewer than two of them
    apart_low: float | None  #: 95 % interval of ``among_others`` less ``agreement``
    apart_high: float | None
    stands_apart: bool  #: whether all of that interval is above 0
    confusions: tuple[Confused, ...]  #: most frequent first, agreement left out
    says: str


def people(
    layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record], *, rounds: int = 1000, seed: int = 0
) -> list[Person]:
    """Every annotator, by pseudonym."""
    answers = [answer for answer in current(layer, annotations, articles)[0] if answer["role"] == "human"]
    tasks = [given for given in tasks_of(answers).values() if len(given) > 1]
    pairs = list(_pairs(layer, tasks))
    return [
        _person(layer, name, answers, tasks, pairs, rounds, seed)
        for name in sorted({each["annotator"] for each in answers})
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two people's answers to one task: what matched, what each gave, and every (one's, other's) label."""

    task: int
    one: str
    other: str
    sums: tuple[float, float, float]
    labels: Counter[tuple[str, str]]


def _pairs(layer: Layer, tasks: Sequence[Sequence[Record]]) -> Iterator[_Pair]:
    for n, given in enumerate(tasks):
        for one, other in combinations(given, 2):
            if found := compared(layer, one, other):
                yield _Pair(n, one["annotator"], other["annotator"], *found)


Compared = tuple[tuple[float, float, float], Counter[tuple[str, str]]]  #: matched, one's, other's; labels of both


def compared(layer: Layer, one: Record, other: Record) -> Compared | None:
    """Two answers to one task, beside each other; None where one of them abstains from a choice."""
    return _choices(one, other) if layer.kind == "choice" else _spans(layer, one, other)


def _choices(one: Record, other: Record) -> Compared | None:
    mine, theirs = one["value"]["label"], other["value"]["label"]
    if mine is None or theirs is None:
        return None
    return (float(mine == theirs), 1.0, 1.0), Counter([(mine, theirs)])


def _spans(layer: Layer, one: Record, other: Record) -> Compared:
    """Spans that overlap are compared by label; a span that the other did not mark is compared with nothing."""
    mine, theirs = marks(layer, one), marks(layer, other)
    met = paired(mine, theirs)
    seen = {id(mark) for pair in met for mark in pair}
    labels = Counter((_name(layer, a.label), _name(layer, b.label)) for a, b in met)
    labels.update((_name(layer, mark.label), NOTHING) for mark in mine if id(mark) not in seen)
    labels.update((NOTHING, _name(layer, mark.label)) for mark in theirs if id(mark) not in seen)
    matched = float(len(list(same(mine, theirs))))
    return (matched, float(len(mine)), float(len(theirs))), labels


def _name(layer: Layer, label: str | None) -> str:
    return label or layer.span_name


def _person(
    layer: Layer,
    name: str,
    answers: Sequence[Record],
    tasks: Sequence[Sequence[Record]],
    pairs: Sequence[_Pair],
    rounds: int,
    seed: int,
) -> Person:
    own = [answer for answer in answers if answer["annotator"] == name]
    mine = [n for n, given in enumerate(tasks) if any(answer["annotator"] == name for answer in given)]
    articles = {article_id: row for row, article_id in enumerate(sorted({tasks[n][0]["article_id"] for n in mine}))}
    row_of = {n: articles[tasks[n][0]["article_id"]] for n in mine}
    rows = np.zeros((len(articles), 6))  # with the others: matched, own, theirs; the others among themselves
    labels = Counter[tuple[str, str]]()
    for pair in pairs:
        if pair.task in row_of:
            takes_part = name in (pair.one, pair.other)
            rows[row_of[pair.task], slice(0, 3) if takes_part else slice(3, 6)] += pair.sums
            if takes_part:
                turned = {(b, a): count for (a, b), count in pair.labels.items()}
                labels.update(pair.labels if pair.one == name else turned)
    low, high = _apart(rows, rounds, seed)
    with_others, among = (_value(rows.sum(axis=0)[part]) for part in (slice(0, 3), slice(3, 6)))
    confusions = confused(labels)
    lead_times = [answer["lead_time_s"] for answer in own if answer["lead_time_s"] is not None]
    return Person(
        annotator=name,
        answers=len(own),
        shared=len(mine),
        median_lead_time_s=round(median(lead_times), 3) if lead_times else None,
        agreement=with_others,
        among_others=among,
        apart_low=low,
        apart_high=high,
        stands_apart=low is not None and low > 0,
        confusions=confusions,
        says=_says(with_others, among, low, confusions),
    )


def confused(labels: Counter[tuple[str, str]]) -> tuple[Confused, ...]:
    """Pairs of (own, other) labels that differ, most frequent first."""
    found = [Confused(*pair, count) for pair, count in labels.items() if pair[0] != pair[1]]
    return tuple(sorted(found, key=lambda each: (-each.count, each.own, each.other)))


def _value(sums: Floats) -> float | None:
    value = float(f1(sums))
    return None if np.isnan(value) else round(value, 6)


def _apart(rows: Floats, rounds: int, seed: int) -> tuple[float | None, float | None]:
    """95 % interval of the others' agreement less this person's; None where resamples do not tell."""
    if len(rows) < 2:
        return None, None
    drawn = []
    for weights in resamples(len(rows), rounds, seed):
        sums = weights @ rows
        drawn.append(f1(sums[:, 3:]) - f1(sums[:, :3]))
    told = np.concatenate(drawn)
    told = told[~np.isnan(told)]
    if len(told) < rounds / 2:
        return None, None
    low, high = np.percentile(told, [2.5, 97.5])
    return round(float(low), 6), round(float(high), 6)


def _says(
    agreement: float | None, among_others: float | None, apart_low: float | None, confusions: Sequence[Confused]
) -> str:
    if agreement is None:
        return "No answer of another can be compared with theirs yet."
    if among_others is None:
        told = "No two others answered the same tasks, so there is no telling who stands apart."
    elif apart_low is None:
        told = "Too few articles in common with the others to tell who stands apart."
    elif apart_low > 0:
        told = "Stands apart from the others: look at their answers together."
    else:
        told = "Within the others' range."
    return f"{told} {_confusion(confusions[0])}" if confusions else told


def _confusion(most: Confused) -> str:
    times = "once" if most.count == 1 else f"{most.count} times"
    if most.own == NOTHING:
        return f"Most often leaves out what another marks as {most.other} ({times})."
    if most.other == NOTHING:
        return f"Most often marks as {most.own} what another leaves out ({times})."
    return f"Most often says {most.own} where another says {most.other} ({times})."
