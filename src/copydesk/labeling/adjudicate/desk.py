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
    issues: list[Issue] = field(default_factory=list)  #: answers that belong to another text or version


def adjudicate(
    layer: Layer,
    annotations: Iterable[Mapping[str, Any]],
    articles: Mapping[str, Mapping[str, Any]],
    *,
    redundancy: int,
) -> Adjudication:
    """Decide every task that has ``redundancy`` answers, or an adjudicator's."""
    answers, issues = current(layer, annotations, articles)
    sheets, waiting = [], 0
    for (article_id, target), given in tasks_of(answers).items():
        human = [answer for answer in given if answer["role"] == "human"]
        words = [answer for answer in given if answer["role"] == "adjudicator"]
        word = max(words, key=lambda each: (instant(each["updated_at"]), each["annotation_id"]), default=None)
        if word is None and len(human) < redundancy:
            waiting += bool(human)
            continue
        sheet = Sheet(layer, articles[article_id], target)
        (choice if layer.kind == "choice" else marked).decide(sheet, human, word)
        sheet.close([word] if word else human)
        sheets.append(sheet)
    gold = [unit for sheet in sheets for unit in sheet.gold]
    return Adjudication(
        gold=gold,
        disputed=[dispute for sheet in sheets for dispute in sheet.disputes],
        by=dict(sorted(Counter(unit["how"] for unit in gold).items())),
        waiting=waiting,
        left_out=sum(sheet.left_out for sheet in sheets),
        issues=issues,
    )


def write(layer: Layer, adjudication: Adjudication) -> None:
    """Replace the layer's gold and disputes."""
    files.write_jsonl(layer.gold, adjudication.gold)
    files.write_jsonl(layer.disputes, adjudication.disputed)
