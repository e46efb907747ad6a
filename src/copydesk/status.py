"""Where every article stands in every layer: counts, read from the stores on disk.

In:  ``build/``, the layers' annotations, gold and disputes.
Out: a frozen :class:`Status`. A count of a choice layer is of articles × targets, else of articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from copydesk import files
from copydesk.dataset.store import Store
from copydesk.errors import NotBuilt
from copydesk.labeling import layers
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current, tasks_by_status, tasks_of
from copydesk.project import Project


@dataclass(frozen=True, slots=True)
class LayerStatus:
    """How far one layer is."""

    tasks: int  #: asked of people
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
    counted = {layer.name: _layer(layer, articles) for layer in layers.load(project)}
    return Status(len(articles), families, counted)


def _layer(layer: Layer, articles: Mapping[str, Mapping[str, Any]]) -> LayerStatus:
    annotations = latest(history(layer))
    answers, _ = current(layer, annotations, articles)
    answered = set(tasks_of(answers))
    standing = tasks_by_status(
        articles, layer, annotations, files.read_jsonl(layer.gold), files.read_jsonl(layer.disputes)
    )
    found = list(standing.values())
    return LayerStatus(len(answered), len(answered), found.count("gold"), found.count("disputed"))
