"""What an adjudicator is shown: every answer to a disputed task under its pseudonym, and what they disagree on.

In:  a layer, its latest annotations, the articles, an adjudication.
Out: one ``Review`` per task with something left to decide: pure data, for the labelling pages to show. What the
adjudicator then submits comes back through ``pull`` with role ``adjudicator`` and wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.labeling.adjudicate.agreed import agreed
from copydesk.labeling.adjudicate.desk import Adjudication
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import NOT_HOLDING_BACK, Task, current, skipped, tasks_of

Record = Mapping[str, Any]
SHOWN = 80  #: code points of a quote at most

REASONS = {
    "only-some-marked": "marked by some only",
    "boundaries-differ": "where it begins or ends",
    "labels-differ": "what it is",
    "overlapping": "overlaps another span that was agreed on",
    "no-majority": "no answer has a majority",
    "too-few-answers": "too few answered",
}


@dataclass(frozen=True, slots=True)
class Review:
    """One disputed task."""

    article_id: str
    target: str | None
    answers: tuple[Record, ...]  #: people's annotations, by annotator: each a prediction under its pseudonym
    agreed: Record  #: the value of what is decided, to start from
    disagreements: tuple[str, ...]  #: a sentence each, in the order of the text
    unit_ids: tuple[str, ...]  #: the units in dispute


def reviews(
    layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record], adjudication: Adjudication
) -> list[Review]:
    """The disputed tasks, by article and target. Those about nothing but evidence are complete and left out."""
    answers, _ = current(layer, annotations, articles)
    people = [answer for answer in answers if answer["role"] == "human"]
    names = {answer["annotation_id"]: answer["annotator"] for answer in people}
    quotes = {unit["unit_id"]: _quote(unit["span"]) for unit in adjudication.gold if unit["kind"] == "span"}
    decided = tasks_of(adjudication.gold)
    disputed: dict[Task, list[Record]] = {}
    for dispute in adjudication.disputed:
        disputed.setdefault((dispute["article_id"], dispute["target"]), []).append(dispute)
    given = tasks_of(people)
    return [
        Review(
            article_id=task[0],
            target=task[1],
            answers=tuple(given.get(task, ())),
            agreed=agreed(layer, decided.get(task, ())),
            disagreements=tuple(_sentence(dispute, names, quotes) for dispute in disputes),
            unit_ids=tuple(dispute["unit_id"] for dispute in disputes),
        )
        for task, disputes in sorted(disputed.items(), key=lambda each: (each[0][0], each[0][1] or ""))
        if any(dispute["kind"] not in NOT_HOLDING_BACK for dispute in disputes)
    ]


def passed_over(
    layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record], people: Collection[str], wanted: int
) -> list[Review]:
    """The tasks that too few answered because somebody skipped them, when none of ``people`` is left to ask.

    ``wanted``: answers to a task. Those on which an adjudicator spoke are left out.
    """
    records = list(annotations)
    given = tasks_of(current(layer, records, articles)[0])
    found = []
    for task, names in skipped(layer, records, articles).items():
        answers = [answer for answer in given.get(task, ()) if answer["role"] == "human"]
        has_word = any(answer["role"] == "adjudicator" for answer in given.get(task, ()))
        is_left = set(people) - names - {answer["annotator"] for answer in answers}
        if people and len(answers) < wanted and not has_word and not is_left:
            why = f"the whole ({REASONS['too-few-answers']}): skipped by {', '.join(sorted(names))}"
            found.append(Review(*task, tuple(answers), agreed(layer, ()), (why,), ()))
    return sorted(found, key=lambda each: (each.article_id, each.target or ""))


def _sentence(dispute: Record, names: Mapping[str, str], quotes: Mapping[str, str]) -> str:
    """Such as ``certainty of “nine roads were closed” (no answer has a majority): asserted: ann-1; hedged: ann-2``."""
    subject = dispute["name"] or dispute["kind"]
    if dispute["of"] in quotes:
        subject = f"{subject} of {quotes[dispute['of']]}"
    options = "; ".join(f"{_option(option)}: {_who(option, names)}" for option in dispute["options"])
    why = REASONS.get(dispute["reason"], dispute["reason"])
    return f"{subject} ({why}): {options}" if options else f"{subject} ({why})"


def _option(option: Record) -> str:
    told = [part for part in (_quote(option["span"]) if option["span"] else None, option["label"]) if part]
    return " ".join(told) or "none"


def _who(option: Record, names: Mapping[str, str]) -> str:
    return ", ".join(sorted(names.get(each, "?") for each in option["annotation_ids"]))


def _quote(span: Record) -> str:
    words = " ".join(str(span["text"]).split())
    return f"“{words}”" if len(words) <= SHOWN else f"“{words[: SHOWN - 1]}…”"


def summary(found: Sequence[Review]) -> str:
    """One line for the terminal."""
    return f"{sum(len(each.unit_ids) for each in found)} disagreements in {len(found)} tasks"
