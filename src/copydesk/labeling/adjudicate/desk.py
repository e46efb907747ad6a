"""Adjudicate a layer: from people's answers to gold units and disputes.

In:  a layer, its latest annotations, the articles, how many answers each task asks for.
Out: ``Adjudication``: gold and dispute records in a fixed order, and counts. The rules stand in docs/agreement.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from copydesk import files
from copydesk.issues import Issue
from copydesk.labeling.adjudicate import choice, marked
from copydesk.labeling.adjudicate.opinions import Model, Opinions
from copydesk.labeling.adjudicate.sheet import Sheet
from copydesk.labeling.annotations import instant
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current, tasks_of

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Adjudication:
    """What was decided in one layer, and what was not."""

    gold: list[Record] = field(default_factory=list)
    disputed: list[Record] = field(default_factory=list)
    by: dict[str, int] = field(default_factory=dict)  #: gold units by how they were decided
    waiting: int = 0  #: tasks with fewer answers than asked: not decided yet
    left_out: int = 0  #: spans that more than half did not mark
    unclear: list[Record] = field(default_factory=list)  #: cases that an adjudicator holds the guideline to leave open
    issues: list[Issue] = field(default_factory=list)  #: answers that belong to another text or version


@dataclass(frozen=True, slots=True)
class _Task:
    """People's answers to one task, and an adjudicator's word if there is one."""

    article: Mapping[str, Any]
    target: str | None
    human: list[Mapping[str, Any]]
    word: Mapping[str, Any] | None

    def has(self, redundancy: int) -> bool:
        """Whether there is enough to decide on."""
        return self.word is not None or len(self.human) >= redundancy


def adjudicate(
    layer: Layer,
    annotations: Iterable[Mapping[str, Any]],
    articles: Mapping[str, Mapping[str, Any]],
    *,
    redundancy: int,
    model: Model | None = None,
) -> Adjudication:
    """Decide every task that has ``redundancy`` answers, or an adjudicator's.

    ``model``: after unanimity and majority let a model decide what it is sure of; without it people do.
    """
    answers, issues = current(layer, annotations, articles)
    tasks = [_task(articles[task[0]], task[1], given) for task, given in tasks_of(answers).items()]
    ready = [task for task in tasks if task.has(redundancy)]
    opinions = Opinions.of(model, layer, [(task.article, task.human) for task in ready]) if model else None
    sheets = [_decided(layer, task, opinions) for task in ready]
    gold = [unit for sheet in sheets for unit in sheet.gold]
    return Adjudication(
        gold=gold,
        disputed=[dispute for sheet in sheets for dispute in sheet.disputes],
        by=dict(sorted(Counter(unit["how"] for unit in gold).items())),
        waiting=sum(1 for task in tasks if task.human and not task.has(redundancy)),
        left_out=sum(sheet.left_out for sheet in sheets),
        unclear=[
            _case(task.word) for task in tasks if task.word and (task.word["review"] or {}).get("unclear_guideline")
        ],
        issues=issues,
    )


def _case(word: Mapping[str, Any]) -> Record:
    """What the guideline's author needs to find it: the answer, and what it is about."""
    return {name: word[name] for name in ("annotation_id", "article_id", "target", "annotator")} | dict(word["review"])


def _task(article: Mapping[str, Any], target: str | None, given: Iterable[Mapping[str, Any]]) -> _Task:
    human = [answer for answer in given if answer["role"] == "human"]
    words = [answer for answer in given if answer["role"] == "adjudicator"]
    word = max(words, key=lambda each: (instant(each["updated_at"]), each["annotation_id"]), default=None)
    return _Task(article, target, human, word)


def _decided(layer: Layer, task: _Task, opinions: Opinions | None) -> Sheet:
    sheet = Sheet(layer, task.article, task.target, opinions)
    (choice if layer.kind == "choice" else marked).decide(sheet, task.human, task.word)
    sheet.close([task.word] if task.word else task.human)
    return sheet


def write(layer: Layer, adjudication: Adjudication) -> None:
    """Replace the layer's gold and disputes."""
    files.write_jsonl(layer.gold, adjudication.gold)
    files.write_jsonl(layer.disputes, adjudication.disputed)
