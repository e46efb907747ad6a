"""Where every article stands in every layer: counts, read from the stores on disk.

In:  ``build/``, the layers' annotations, gold and disputes, the ledger of the tasks that a server holds.
Out: a frozen :class:`Status`. A count of a choice layer is of articles × targets, else of articles. Of each annotator:
     how far they are, how long the rest will take, and how they did in the training round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from copydesk import files
from copydesk.dataset import removals
from copydesk.dataset.store import Store
from copydesk.errors import BrokenLine, NotBuilt
from copydesk.labeling import annotators, layers
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.pace import Pace, asked, paces
from copydesk.labeling.scores import Score, scores
from copydesk.labeling.standing import Task, current, tasks_by_status, tasks_of, whole
from copydesk.project import Project
from copydesk.schemas import records as stored

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LayerStatus:
    """How far one layer is."""

    tasks: int  #: asked of people, as the ledger of what the server holds says, or answered
    annotated: int  #: of these, with an answer or more that counts today
    gold: int  #: decided whole
    disputed: int  #: with something left for people to decide


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """How far one annotator is in one layer."""

    layer: str
    annotator: str
    pace: Pace
    training: Score | None  #: null without a training round

    def as_json(self) -> dict[str, Any]:
        own = {"layer": self.layer, "annotator": self.annotator, **asdict(self.pace)}
        return own | {"training": self.training and asdict(self.training)}


@dataclass(frozen=True, slots=True)
class Status:
    """How far the project is."""

    articles: int  #: of the last build, those that were removed aside
    families: int
    removed: int  #: articles of the last build that are in no later release
    layers: dict[str, LayerStatus] = field(default_factory=dict)
    people: list[PersonStatus] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        counted = {name: asdict(each) for name, each in self.layers.items()}
        people = [each.as_json() for each in self.people]
        counts = {"articles": self.articles, "families": self.families, "removed": self.removed}
        return counts | {"layers": counted, "annotators": people}


def status(project: Project) -> Status:
    """Count; before the first build there are no articles. Raises BrokenHistory."""
    store = Store(project)
    try:
        built, families = store.by_id, store.families()
    except NotBuilt:
        built, families = {}, []
    gone = {removal["article_id"] for removal in removals.read(project)} & built.keys()
    articles = {article_id: article for article_id, article in built.items() if article_id not in gone}
    counted, people = {}, []
    for layer in layers.load(project):
        records = _Records.read(layer)
        held = _held(project, layer, articles)
        counted[layer.name] = _layer(layer, records, articles, held)
        people += _people(project, layer, records, articles, held)
    n_families = sum(not gone.issuperset(family["members"]) for family in families)
    return Status(len(articles), n_families, len(gone), counted, people)


@dataclass(frozen=True, slots=True)
class _Records:
    """What a layer's files hold."""

    answers: list[Record]
    gold: list[Record]
    disputes: list[Record]

    @classmethod
    def read(cls, layer: Layer) -> _Records:
        answers = latest(history(layer))
        return cls(answers, stored.read("gold", layer.gold), stored.read("dispute", layer.disputes))


def _held(project: Project, layer: Layer, articles: Mapping[str, Record]) -> dict[str | None, set[Task]]:
    """Tasks that a server holds, by pseudonym. The ledger is a cache: unreadable, it says nothing."""
    try:
        return asked(project, layer, files.read_jsonl(project.build / "ledger.jsonl"), articles)
    except (BrokenLine, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _layer(
    layer: Layer, records: _Records, articles: Mapping[str, Record], held: Mapping[str | None, set[Task]]
) -> LayerStatus:
    answered = set(tasks_of(current(layer, records.answers, articles)[0]))
    standing = tasks_by_status(articles, layer, records.answers, records.gold, records.disputes)
    found = list(standing.values())
    n_asked = len(answered.union(*held.values()))
    return LayerStatus(n_asked, len(answered), found.count("gold"), found.count("disputed"))


def _people(
    project: Project,
    layer: Layer,
    records: _Records,
    articles: Mapping[str, Record],
    held: Mapping[str | None, set[Task]],
) -> list[PersonStatus]:
    """Everybody who was asked or has answered, and every annotator while there is a training round."""
    found = paces(layer, held, records.answers, articles, project.labeling_settings.redundancy)
    chosen = {each: articles[each] for each in project.labeling_settings.training if each in articles}
    humans = [each.name for each in annotators.read(project) if each.role == "human"] if chosen else []
    known = whole(layer, records.answers, records.gold, records.disputes, chosen)
    trained = scores(layer, records.answers, records.gold, chosen, known, humans)
    return [
        PersonStatus(layer.name, who, found.get(who, Pace(0, 0, None, None)), trained.get(who))
        for who in sorted(found.keys() | trained.keys())
    ]
