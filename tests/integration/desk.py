"""What the tests of push and pull do over and over: stock a project, label as somebody, look at the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from copydesk.console import quiet
from copydesk.dataset.store import Store
from copydesk.labeling import annotators, desks, layers
from copydesk.labeling import pull as pulling
from copydesk.labeling import push as pushing
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.pull import Pulled
from copydesk.labeling.push import Pushed
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import SUPERSEDED
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import an_article

RAIN, SNOW = "Rain fell on Oslo 🌧️ on Monday.", "Snow fell on Bergen."
NOW = "2031-01-01T00:00:00Z"


def stock(project: Project, texts: Iterable[str] | dict[str, str]) -> None:
    """Put articles into ``build/``; a dict gives them ids of their own, so that their text may change."""
    named = texts if isinstance(texts, dict) else {}
    articles = [an_article(text) for text in texts] if not named else []
    articles += [an_article(text, article_id=article_id) for article_id, text in named.items()]
    articles.sort(key=lambda article: article["article_id"])
    arrow = Schemas.packaged().arrow
    Store(project).write(articles=articles, links=[], families=[], rejects=[], stats={}, arrow=arrow)


def layer(project: Project, name: str = "entities") -> Layer:
    return layers.load(project, [name])[0]


def push(project: Project, name: str = "entities", **options: Any) -> Pushed:
    return pushing.push(project, [layer(project, name)], studio=Studio.connect(project), progress=quiet, **options)[
        name
    ]


def pull(project: Project, name: str = "entities", now: str = NOW, **options: Any) -> Pulled:
    studio = Studio.connect(project)
    return pulling.pull(project, [layer(project, name)], studio=studio, now=now, progress=quiet, **options)


def people(project: Project, *names: str) -> Studio:
    """Adds annotators; the server as its owner."""
    studio = Studio.connect(project)
    for name in names:
        annotators.add(project, name, studio)
    return studio


def tasks(project: Project, name: str = "entities") -> list[dict[str, Any]]:
    """Every task of the project's desks for a layer, with who it is for."""
    studio = Studio.connect(project)
    found = []
    for desk, places in desks.find(project, studio.projects()).items():
        if desk.layer == name:
            for place in places:
                for task in studio.tasks(place.project_id, ("id", "data", "total_annotations")):
                    found.append(task | {"annotator": desk.annotator, "place": place.project_id})
    return found


def live(project: Project, name: str = "entities") -> list[dict[str, Any]]:
    return [task for task in tasks(project, name) if not task["data"].get(SUPERSEDED)]


def user_id(project: Project, name: str) -> int:
    by_name = {who: number for number, who in annotators.users(project, Studio.connect(project)).items()}
    return by_name[name]


def span(start: int, end: int, label: str, text: str) -> dict[str, Any]:
    """One region as the page makes it."""
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": f"r{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def state(project: Project, name: str = "entities") -> dict[str, str]:
    """Who stands where, by annotator and article."""
    records = latest(history(layer(project, name)))
    return {f"{record['annotator']} {record['article_id'][-1]}": record["status"] for record in records}


def answer(project: Project, who: str, article: int, *regions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Label one article as one annotator, on their own desk."""
    studio = Studio.connect(project)
    for task in live(project):
        if task["annotator"] == who and task["data"]["article_id"].endswith(str(article)):
            return studio.annotate(task["id"], regions, completed_by=user_id(project, who), **fields)
    raise LookupError(who)
