"""Where every article stands in every layer: counts, read from the stores on disk.

In:  ``build/``, the layers' annotations, gold and disputes, the ledger of the tasks that a server holds.
Out: a frozen :class:`Status`. A count of a choice layer is of articles × targets, else of articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from copydesk import files
from copydesk.dataset.store import Store
from copydesk.errors import BrokenLine, NotBuilt
from copydesk.labeling import annotators, layers, tasks
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import Task, current, tasks_by_status, tasks_of
from copydesk.project import Project
from copydesk.schemas import records as stored


@dataclass(frozen=True, slots=True)
class LayerStatus:
    """How far one layer is."""

    tasks: int  #: asked of people, as the ledger of what the server holds says, or answered
    annotated: int  #: of these, with an answer or more that counts today
    gold: int  #: decided whole
    disputed: int  #: with something left for people to decide


@dataclass(frozen=True, slots=True)
class Status:
    """How far the project is."""

    articles: int
    families: int
    layers: dict[str, LayerStatus] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def status(project: Project) -> Status:
    """Count; before the first build there are no articles. Raises BrokenHistory."""
    store = Store(project)
    try:
        articles, families = store.by_id, len(store.families())
    except NotBuilt:
        articles, families = {}, 0
    counted = {layer.name: _layer(layer, articles, _asked(project, layer, articles)) for layer in layers.load(project)}
    return Status(len(articles), families, counted)


def _asked(project: Project, layer: Layer, articles: Mapping[str, Mapping[str, Any]]) -> set[Task]:
    """Tasks on the articles' texts of today that a server holds. The ledger is a cache: unreadable, it says nothing."""
    try:
        held = {key for row in files.read_jsonl(project.build / "ledger.jsonl") for key in row["live"]}
    except (BrokenLine, KeyError, TypeError):
        return set()
    people = (None, *(annotator.name for annotator in annotators.read(project))) if held else ()
    return {
        (article_id, target)
        for article_id, article in articles.items()
        for target in layer.target_ids
        if any(tasks.key(tasks.parts(article, layer, target, name)) in held for name in people)
    }


def _layer(layer: Layer, articles: Mapping[str, Mapping[str, Any]], asked: set[Task]) -> LayerStatus:
    annotations = latest(history(layer))
    answers, _ = current(layer, annotations, articles)
    answered = set(tasks_of(answers))
    standing = tasks_by_status(
        articles, layer, annotations, stored.read("gold", layer.gold), stored.read("dispute", layer.disputes)
    )
    found = list(standing.values())
    return LayerStatus(len(asked | answered), len(answered), found.count("gold"), found.count("disputed"))
