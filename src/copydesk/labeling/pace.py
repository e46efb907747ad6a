"""How far each annotator is in a layer, and how long the rest will take them.

In:  the ledger of what a server holds, the layer's answers.
Out: one ``Pace`` per annotator with a task. The time left is the median time of their own answers for each open task;
     before their first answer, of everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from copydesk.labeling import tasks
from copydesk.labeling.annotations import TRAINING
from copydesk.labeling.annotators import EVERYONE
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import Task, is_training
from copydesk.project import Project

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """One annotator in one layer."""

    answered: int
    asked: int
    median_s: float | None  #: of their own answers
    left_s: float | None  #: expected; null while nobody's time is known, and of one person at a desk of all


def asked(
    project: Project, layer: Layer, rows: Iterable[Record], articles: Mapping[str, Record]
) -> dict[str | None, set[Task]]:
    """Live tasks on texts of today by pseudonym, training aside; None: whoever comes. ``rows``: the ledger's."""
    found: dict[str | None, set[Task]] = {}
    for row in rows:
        place, _, end = row["desk"].rpartition("/")
        purpose, _, name = end.rpartition(":")
        if place != f"{project.name}/{layer.name}@{layer.version}" or purpose == TRAINING:
            continue
        who = None if end == EVERYONE else name
        for key, (_, _, article_id) in row["live"].items():
            for target in layer.target_ids if article_id in articles else ():
                if tasks.key(tasks.parts(articles[article_id], layer, target, who)) == key:
                    found.setdefault(who, set()).add((article_id, target))
    return found


def paces(
    layer: Layer,
    held: Mapping[str | None, set[Task]],
    annotations: Iterable[Record],
    articles: Mapping[str, Record],
    redundancy: int,
) -> dict[str, Pace]:
    """Each annotator's pace. ``held``: what `asked` gave. A skipped task is answered, too.

    At a desk that everyone shares nobody has tasks of their own: what is left is ``everyone``'s, until each task has
    ``redundancy`` answers.
    """
    done: dict[str, set[Task]] = {}
    given: dict[Task, set[str]] = {}
    times: dict[str, list[float]] = {}
    asked = {who: set(theirs) for who, theirs in held.items() if who is not None}
    for answer in annotations:
        who, article = answer["annotator"], articles.get(answer["article_id"])
        if answer["status"] == "withdrawn" or answer["role"] == "model" or is_training(answer):
            continue
        if article is None or article["text_sha256"] != answer["text_sha256"]:
            continue
        if answer["layer_version"] != layer.version or answer["target"] not in layer.target_ids:
            continue
        task = answer["article_id"], answer["target"]
        done.setdefault(who, set()).add(task)
        if answer["status"] == "submitted":
            given.setdefault(task, set()).add(who)
            if answer["lead_time_s"] is not None:
                times.setdefault(who, []).append(answer["lead_time_s"])
    everybody = [each for own in times.values() for each in own]
    found = {}
    for who in sorted(asked.keys() | done.keys()):
        own = median(times[who]) if who in times else None
        usual = own if own is not None else median(everybody) if everybody else None
        n_open = len(asked.get(who, set()) - done.get(who, set()))
        total = len(asked.get(who, set()) | done.get(who, set()))
        left = None if None in held and who not in asked else _left(n_open, usual)
        found[who] = Pace(total - n_open, total, _rounded(own), left)
    if shared := held.get(None):
        usual = median(everybody) if everybody else None
        n_open = sum(max(0, redundancy - len(given.get(task, ()))) for task in shared)
        total = redundancy * len(shared)
        found[EVERYONE] = Pace(total - n_open, total, _rounded(usual), _left(n_open, usual))
    return found


def _left(n_open: int, usual: float | None) -> float | None:
    return 0.0 if not n_open else None if usual is None else round(usual * n_open, 1)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
