"""Replay answers that exist already through a real Label Studio, each as its own annotator, as if they had clicked.

In:  answers over article texts (``labeling.reference``), tasks that were pushed.
Out: annotations on the server; a task that has an answer already is left as it is, so a second replay does nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.console import Progress
from copydesk.labeling import annotators, desks, layers, results
from copydesk.labeling.reference import Answer
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import SUPERSEDED, is_intact
from copydesk.project import Project

Task = tuple[str, str, str | None]  #: layer, article_id, target


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did, in answers."""

    submitted: int = 0
    known: int = 0  #: their task had an answer already
    unasked: int = 0  #: no task on the server asks for them


def replay(
    project: Project,
    answers: Iterable[Answer],
    articles: Mapping[str, Mapping[str, Any]],
    *,
    studio: Studio,
    progress: Progress,
) -> Replayed:
    """Submit ``answers`` as the users behind their pseudonyms. Raises OutsideError; the same call goes on then."""
    by_name: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_name[answer.annotator].append(answer)
    known_layers = {layer.name: layer for layer in layers.load(project)}
    submitted = known = unasked = 0
    for name, given in sorted(by_name.items()):
        sign_in = annotators.add(project, name, studio)
        user = studio.sign_in(sign_in.email, sign_in.password)
        asked = _asked(project, name, studio)
        with progress(f"answering as {name}", len(given)) as step:
            for answer in given:
                task_id, answered = asked.get((answer.layer, answer.article_id, answer.target), (None, False))
                if task_id is None:
                    unasked += 1
                elif answered:
                    known += 1
                else:
                    text = articles[answer.article_id]["text"]
                    user.annotate(task_id, results.result(known_layers[answer.layer], answer.value, text))
                    submitted += 1
                step(1)
    return Replayed(submitted, known, unasked)


def _asked(project: Project, name: str, studio: Studio) -> dict[Task, tuple[int, bool]]:
    """The live tasks on one annotator's desks: their ids, and whether they have an answer."""
    found = {}
    for desk, places in desks.find(project, studio.projects()).items():
        if desk.annotator != name or desk.purpose != desks.WORK:
            continue
        for place in places:
            for task in studio.tasks(place.project_id, ("id", "data", "total_annotations")):
                data = task["data"]
                if is_intact(data) and not data.get(SUPERSEDED):
                    key = (desk.layer, data["article_id"], data["target"])
                    found[key] = (int(task["id"]), bool(task["total_annotations"]))
    return found
