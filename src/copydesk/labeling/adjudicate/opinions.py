"""The model step: what people's answers say together, when each is weighed by how often they are right.

In:  the answers to all tasks of a layer.
Out: ``Opinions``: for a choice, an attribute, a span's label the probability of each option (Dawid-Skene); for a span's
range how sure each marked range is (a vote on every code point, weighed by how often each annotator misses and adds).

An option: without it no unit is decided by a model. Where it is not sure enough, the unit stays in dispute.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from copydesk.labeling.adjudicate import trust
from copydesk.labeling.agreement.matching import Mark, groups, marks
from copydesk.labeling.layers import Layer
from copydesk.spans import Span

Record = Mapping[str, Any]
Shares = list[dict[str, Any]]
Key = tuple[Hashable, ...]  #: what an opinion is about
LEAST = 0.9  #: probability from which the model decides


@dataclass(frozen=True, slots=True)
class Model:
    """The model step's option: how sure it must be."""

    least: float = LEAST


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the model holds likely, by unit."""

    least: float
    shares: dict[Key, Shares] = field(default_factory=dict)
    inside: dict[str, list[tuple[Span, float]]] = field(default_factory=dict)  #: article → stretches, P(marked)

    @classmethod
    def of(cls, model: Model, layer: Layer, tasks: Iterable[tuple[Record, Sequence[Record]]]) -> Opinions:
        """From every task's article and answers."""
        opinions = cls(model.least)
        if layer.kind == "choice":
            opinions._learn_choices(layer, tasks)
        else:
            opinions._learn_spans(layer, tasks)
        return opinions

    def sure(self, *key: Hashable) -> Shares | None:
        """The probabilities of a unit's options, most likely first, if the first is likely enough."""
        shares = self.shares.get(key)
        return shares if shares and shares[0]["share"] >= self.least else None

    def range_of(self, article_id: str, made: Sequence[Mark]) -> Span | None:
        """The marked range that the vote on every code point agrees with best, if it agrees well enough."""
        hull = Span(min(mark.span.start for mark in made), max(mark.span.end for mark in made))
        votes = [
            (Span(max(stretch.start, hull.start), min(stretch.end, hull.end)), share)
            for stretch, share in self.inside.get(article_id, [])
            if stretch.overlaps(hull)
        ]
        found = [(_agrees(mark.span, votes) / len(hull), mark.span) for mark in made]
        sureness, span = max(found, key=lambda each: (each[0], -each[1].start, -each[1].end))
        return span if sureness >= self.least else None

    def _learn_choices(self, layer: Layer, tasks: Iterable[tuple[Record, Sequence[Record]]]) -> None:
        votes = [
            (("label", answer["article_id"], answer["target"]), answer["annotator"], answer["value"]["label"])
            for _, answers in tasks
            for answer in answers
            if answer["value"]["label"] is not None
        ]
        self._learn(votes, layer.labels)

    def _learn_spans(self, layer: Layer, tasks: Iterable[tuple[Record, Sequence[Record]]]) -> None:
        labels: list[tuple[Key, str, str]] = []
        said: dict[str, list[tuple[Key, str, str]]] = {attribute.name: [] for attribute in layer.attributes}
        stretches = _Stretches()
        for article, answers in tasks:
            made = {answer["annotator"]: marks(layer, answer) for answer in answers}
            stretches.add(article, made)
            for group in groups([mark for each in made.values() for mark in each]):
                key = group_key(group)
                labels += [(("span", key), mark.annotator, mark.label) for mark in group if mark.label]
                for name, votes in said.items():
                    given = ((mark.annotator, mark.record[name]) for mark in group)
                    votes += [((name, key), who, label) for who, label in given if label is not None]
        self._learn(labels, layer.labels)
        for attribute in layer.attributes:
            self._learn(said[attribute.name], attribute.labels)
        self.inside.update(stretches.voted())

    def _learn(self, votes: Sequence[tuple[Key, str, str]], labels: Sequence[str]) -> None:
        if not votes:
            return
        units = {key: n for n, key in enumerate(sorted({key for key, _, _ in votes}, key=repr))}
        people = {who: n for n, who in enumerate(sorted({who for _, who, _ in votes}))}
        place = {label: n for n, label in enumerate(labels)}
        triples = [(units[key], people[who], place[label]) for key, who, label in votes]
        found = trust.estimate(triples, (len(units), len(people), len(labels)))
        for key, row in zip(units, found.posterior, strict=True):
            order = sorted(range(len(labels)), key=lambda n: (-row[n], n))
            self.shares[key] = [{"label": labels[n], "share": round(float(row[n]), 6)} for n in order if row[n] >= 5e-7]


def group_key(group: Sequence[Mark]) -> Key:
    """What tells a group of marks from every other."""
    return tuple((mark.annotation_id, mark.span.start, mark.span.end, mark.label or "") for mark in group)


def _agrees(span: Span, votes: Sequence[tuple[Span, float]]) -> float:
    """Expected number of code points on which a range is right: inside where marked, outside where not."""
    total = 0.0
    for stretch, share in votes:
        shared = max(0, min(span.end, stretch.end) - max(span.start, stretch.start))
        total += shared * share + (len(stretch) - shared) * (1 - share)
    return total


class _Stretches:
    """Every article cut where somebody's mark begins or ends: in a stretch all code points have the same votes."""

    def __init__(self) -> None:
        self._stretches: list[tuple[str, Span]] = []
        self._votes: list[tuple[int, str, int]] = []

    def add(self, article: Record, made: Mapping[str, Sequence[Mark]]) -> None:
        edges = {0, len(article["text"])}
        for each in made.values():
            edges |= {edge for mark in each for edge in (mark.span.start, mark.span.end)}
        ordered = sorted(edges)
        first = len(self._stretches)
        self._stretches += [(article["article_id"], Span(*pair)) for pair in pairwise(ordered)]
        at = {edge: n for n, edge in enumerate(ordered)}
        for who in sorted(made):
            inside = {n for mark in made[who] for n in range(at[mark.span.start], at[mark.span.end])}
            self._votes += [(first + n, who, int(n in inside)) for n in range(len(ordered) - 1)]

    def voted(self) -> dict[str, list[tuple[Span, float]]]:
        """Per article its stretches and the probability that they belong to a span."""
        if not self._stretches:
            return {}
        people = {name: n for n, name in enumerate(sorted({who for _, who, _ in self._votes}))}
        triples = [(unit, people[who], vote) for unit, who, vote in self._votes]
        lengths = np.array([len(span) for _, span in self._stretches], dtype=np.float64)
        estimate = trust.estimate(triples, (len(self._stretches), len(people), 2), weights=lengths)
        found: dict[str, list[tuple[Span, float]]] = {}
        for (article_id, span), row in zip(self._stretches, estimate.posterior, strict=True):
            found.setdefault(article_id, []).append((span, float(row[1])))
        return found
