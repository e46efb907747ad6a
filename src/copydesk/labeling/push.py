"""Bring articles before annotators: tasks on Label Studio, each exactly once.

In:  the articles of ``build/``, layers, annotators, and what the server holds already.
Out: the missing tasks, imported; tasks that are no longer wanted, marked as superseded and kept.
Whatever broke an earlier push, this one looks before it writes, and looks again when an answer did not arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import orjson

from copydesk.console import Progress
from copydesk.dataset import removals
from copydesk.dataset.store import Store
from copydesk.files import locked, sha256
from copydesk.labeling import annotators, desks, page, predict, tasks
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.annotators import Annotator
from copydesk.labeling.assignment import answered_by_others, assign, skipped_by_holders
from copydesk.labeling.desks import Desk, Place
from copydesk.labeling.earlier import MODEL, Earlier
from copydesk.labeling.layers import Layer
from copydesk.labeling.ledger import Entry, Held, Ledger, ids_by_project
from copydesk.labeling.studio import Json, Studio, Unsure
from copydesk.project import Project
from copydesk.schemas import Schemas

BATCH_TASKS, BATCH_BYTES = 10_000, 48_000_000  # to a server that has half a project, each further import costs more
ATTEMPTS = 5  #: how often one push looks again after an answer that did not arrive
EXCHANGE = "the exchange with Label Studio"

COLUMNS = ("article_id", "text_sha256", "title", "publisher", "published")  #: of an article, beside its text

Article = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did for one layer, in tasks."""

    created: int = 0
    unchanged: int = 0
    superseded: int = 0  #: newly superseded by this push
    total: int = 0  #: wanted, and on the server

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def __add__(self, other: Pushed) -> Pushed:
        return Pushed(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def push(
    project: Project, layers: Sequence[Layer], *, studio: Studio, progress: Progress, reconcile: bool = False
) -> dict[str, Pushed]:
    """Make the server hold one live task for each article, target and annotator that ``layers`` ask for.

    ``reconcile``: look at every task on the server instead of believing the ledger.

    Raises: NotBuilt; BadConfig, for a page or a schema with which answers would be lost, or a predictor that cannot be
    loaded; PageDrift, before anything is written; BadPrediction; Locked, while another exchange runs here;
    OutsideError, after which the same call goes on where this one stopped.
    """
    Schemas.of(project)  # what cannot be pulled must not be asked
    for layer in layers:
        page.require(layer)
        predict.load(layer)
    with locked(project.private / "exchange.lock", EXCHANGE):
        gone = {removal["article_id"] for removal in removals.read(project)}
        articles = {
            each["article_id"]: each for each in Store(project).articles(COLUMNS) if each["article_id"] not in gone
        }
        people = annotators.read(project)
        found = desks.find(project, studio.projects())
        names = {layer.name for layer in layers}
        desks.check_pages(place for desk, places in found.items() if desk.layer in names for place in places)
        ledger, texts = Ledger(project, studio), cache(lambda: _texts(project))
        work = Pushing(project, articles, people, found, studio, ledger, progress, reconcile, texts)
        return {layer.name: work.layer(layer) for layer in layers}


def _texts(project: Project) -> dict[str, str]:
    """The text of every article: read when a task is to be made, which most pushes have none of."""
    return {each["article_id"]: each["text"] for each in Store(project).articles(("article_id", "text"))}


@dataclass(frozen=True, slots=True)
class Pushing:
    """One push under way: tasks to bring to the server, to retire and to revive there."""

    project: Project
    articles: Mapping[str, Article]
    people: Sequence[Annotator]
    found: Mapping[Desk, list[Place]]
    studio: Studio
    ledger: Ledger
    progress: Progress
    look: bool
    texts: Callable[[], Mapping[str, str]] = dict  #: of articles that come without

    def layer(self, layer: Layer) -> Pushed:
        """Bring one layer's desks up to date; desks that it no longer wants have all their tasks superseded."""
        wanted = desks.plan(self.project, layer, self.people)
        old = [
            desk
            for desk in self.found
            if desk.layer == layer.name and desk not in wanted and desk.purpose == desks.WORK
        ]
        places = {desk: self.found[desk] for desk in old}
        for desk in wanted:
            places[desk] = desks.open_desk(self.project, layer, desk, self.found.get(desk, []), self.studio)
        entries = {desk: self.ledger.entry(places[desk], look=self.look) for desk in places}
        answers = latest(history(layer))
        names = [desk.annotator for desk in wanted]
        known = (layer, answers, self.articles, names)
        shares = self._shares(wanted, entries, answered_by_others(*known), skipped_by_holders(*known))
        earlier = Earlier(layer, answers, predict.load(layer))
        held = [task for entry in entries.values() for task in (*entry.superseded.values(), *entry.live.values())]
        done = Pushed()
        for desk in old:
            done += Pushed(superseded=self.retire(entries[desk], list(entries[desk].live), queued=True))
            desks.close_desk(places[desk], self.studio)
        for desk in wanted:
            done += self._desk(layer, desk, places[desk], entries[desk], shares[desk], earlier, held)
        return done

    def _shares(
        self,
        wanted: Sequence[Desk],
        entries: Mapping[Desk, Entry],
        answered: Mapping[str, int],
        skipped: Mapping[str, int],
    ) -> dict[Desk, list[str]]:
        """The articles of each desk. ``answered``: by how many who have none any more; ``skipped``: who have one."""
        held: dict[str, set[str | None]] = {}
        for desk, entry in entries.items():
            for task in entry.live.values():
                held.setdefault(task.article_id, set()).add(desk.annotator)
        heirs = annotators.heirs(self.people)
        for desk in wanted:
            if desk.annotator in heirs:
                for article_id in self._open(entries[desk]):
                    held[article_id] = held[article_id] - {desk.annotator} | {heirs[desk.annotator]}
        names = [desk.annotator for desk in wanted]
        settings = self.project.labeling_settings
        dealt = [each for each in self.articles if each in held or each not in settings.training]
        assigned = assign(dealt, names, settings.redundancy, held, leaving=heirs, answered=answered, skipped=skipped)
        return {desk: [each for each in sorted(assigned) if desk.annotator in assigned[each]] for desk in wanted}

    def _open(self, entry: Entry) -> set[str]:
        """Articles of a desk with a task that nobody has answered."""
        fields = ("id", "total_annotations", "cancelled_annotations")
        answered = {
            task["id"]
            for project_id, _ in entry.projects
            for task in self.studio.tasks(project_id, fields)
            if task.get("total_annotations") or task.get("cancelled_annotations")
        }
        return {task.article_id for task in entry.live.values() if task.task_id not in answered}

    def _desk(
        self,
        layer: Layer,
        desk: Desk,
        places: Sequence[Place],
        entry: Entry,
        article_ids: Iterable[str],
        earlier: Earlier,
        held: Sequence[Held],
    ) -> Pushed:
        """Import what is missing on one desk, revive what is wanted again, retire what is not."""
        wanted: dict[str, tuple[Article, str | None]] = {}
        for article_id in article_ids:
            for target in layer.target_ids:
                article = self.articles[article_id]
                wanted[tasks.key(tasks.parts(article, layer, target, desk.annotator))] = article, target
        revived = [key for key in entry.superseded if key in wanted and key not in entry.live]
        self.revive(entry, revived)
        missing = [key for key in wanted if key not in entry.live]
        with self.progress(f"pushing {layer.name} to {desk.annotator or annotators.EVERYONE}", len(missing)) as step:
            new = []
            for known, target in (wanted[key] for key in missing):
                article = {**known, "text": self.texts()[known["article_id"]]}
                old = earlier.predictions(article, target, desk.annotator, lambda *key: self._text_of(held, *key))
                shown = {"predictions": old} if old else {}
                new.append({"data": tasks.render(article, layer, target, desk.annotator), **shown})
            entry = self.bring(places, entry, new, step)
        retired = self.retire(entry, [key for key in entry.live if key not in wanted])
        return Pushed(len(missing), len(wanted) - len(missing), retired, len(wanted))

    def bring(
        self, places: Sequence[Place], entry: Entry, wanted: Sequence[Json], step: Callable[[int], None]
    ) -> Entry:
        """Import ``wanted``; when an answer does not arrive, look what the server holds and go on from there.

        ``wanted``: each with its ``data``, and the ``predictions`` that it shows from the start, if any. After an
        answer that did not arrive, batches are smaller: the server may take longer than somebody between us waits.
        """
        for attempt in range(1, ATTEMPTS + 1):
            missing = [task for task in wanted if task["data"][tasks.KEY] not in entry.live]
            if not missing:
                break
            self.ledger.doubt(entry)
            try:
                for batch in batches(missing, 4 ** (attempt - 1)):
                    ids = self.studio.import_tasks(places[0].project_id, batch)
                    for task, task_id in zip(batch, ids, strict=True):
                        held = Held(places[0].project_id, task_id, task["data"]["article_id"])
                        entry.live[task["data"][tasks.KEY]] = held
                    step(len(batch))
                if self.ledger.settle(entry):
                    break
            except Unsure:
                if attempt == ATTEMPTS:
                    raise
            entry = self.ledger.entry(places, look=True)
        if not places[0].desk.review and any(
            task.get("predictions") for task in wanted
        ):  # the page shows the predictions of the project's model only
            self.studio.update_project(places[0].project_id, {"model_version": MODEL})
        return entry

    def _text_of(self, held: Sequence[Held], article_id: str, text_sha256: str) -> str | None:
        """A text that an article had, as a task on the server still shows it."""
        for each in held:
            if each.article_id == article_id:
                data = (self.studio.task(each.task_id) or {}).get("data")
                text = str(data.get("text")) if tasks.is_intact(data) and data["text_sha256"] == text_sha256 else ""
                if sha256(text.encode("utf-8", "surrogatepass")) == text_sha256:
                    return text
        return None

    def retire(self, entry: Entry, keys: Sequence[str], *, queued: bool = False) -> int:
        """Mark tasks as superseded, and take those that nobody answered out of the annotators' queue.

        ``queued``: leave them there. It is a call per task, and a desk that is closed says so in its title.
        """
        for project_id, task_ids in ids_by_project(entry.live[key] for key in keys).items():
            self.studio.mark_tasks(project_id, task_ids, tasks.SUPERSEDED, "superseded")
            for task_id in () if queued else task_ids:
                self.studio.update_task(task_id, {"is_labeled": True})
        for key in keys:
            entry.superseded[key] = entry.live.pop(key)
        if keys:
            self.ledger.settle(entry)
        return len(keys)

    def revive(self, entry: Entry, keys: Sequence[str]) -> None:
        """Put superseded tasks before people again, such as when an edit of the text was taken back."""
        for project_id, task_ids in ids_by_project(entry.superseded[key] for key in keys).items():
            self.studio.mark_tasks(project_id, task_ids, tasks.SUPERSEDED, "")
            for task_id in task_ids:
                task = self.studio.task(task_id)
                if task is not None and not task.get("annotations"):
                    self.studio.update_task(task_id, {"is_labeled": False})
        for key in keys:
            entry.live[key] = entry.superseded.pop(key)
        if keys:
            self.ledger.settle(entry)


def batches(items: Iterable[Json], parts: int = 1) -> Iterator[list[Json]]:
    """Groups of at most ``BATCH_TASKS / parts`` tasks and ``BATCH_BYTES / parts`` bytes, or of one larger task."""
    most, room = max(1, BATCH_TASKS // parts), BATCH_BYTES // parts
    batch: list[Json] = []
    size = 0
    for task in items:
        n_bytes = len(orjson.dumps(task))
        if batch and (len(batch) == most or size + n_bytes > room):
            yield batch
            batch, size = [], 0
        batch.append(task)
        size += n_bytes
    if batch:
        yield batch
