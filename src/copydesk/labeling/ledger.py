"""What the server holds: a cache in ``build/ledger.jsonl`` that saves looking at every task, and the looking itself.

One line per desk. It is believed only while the number of tasks and the newest change on the server are those that it
names, and while no write went unanswered; else every task is looked at, and of tasks with one key all but one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from copydesk.cycles import unsearched
from copydesk.errors import BrokenLine
from copydesk.files import read_jsonl, write_jsonl
from copydesk.labeling.desks import Place
from copydesk.labeling.studio import Extent, Studio
from copydesk.labeling.tasks import KEY, SUPERSEDED, is_intact
from copydesk.project import Project

DUPLICATE = "duplicate"
_TRIES = 3  #: how often to look again while the server's tasks change under one's eyes


class Held(NamedTuple):
    """A task that the server holds."""

    project_id: int
    task_id: int
    article_id: str


@dataclass(slots=True)
class Entry:
    """One desk's tasks on one server."""

    server: str
    desk: str
    projects: list[list[Any]]  #: [id, created_at] of each place: ids start anew when a server's data is replaced
    extent: list[list[Any]] = field(default_factory=list)  #: [tasks, newest change] of each place
    sure: bool = False  #: whether every write was answered
    live: dict[str, Held] = field(default_factory=dict)  #: by key
    superseded: dict[str, Held] = field(default_factory=dict)
    others: int = 0  #: tasks that are not ours, and copies kept because someone touched them


class Ledger:
    """The entries of a project; saved whenever something is about to be written, and after."""

    def __init__(self, project: Project, studio: Studio) -> None:
        self._path = project.build / "ledger.jsonl"
        self._studio = studio
        try:
            rows = [_entry(row) for row in read_jsonl(self._path)]
        except (BrokenLine, TypeError):
            rows = []  # only a cache: what it said is on the server
        self._entries = {(row.server, row.desk): row for row in rows}

    def save(self) -> None:
        write_jsonl(self._path, (_row(self._entries[key]) for key in sorted(self._entries)))

    def entry(self, places: Sequence[Place], *, look: bool = False) -> Entry:
        """What the server holds for one desk; duplicates are gone when this returns.

        ``look``: look at every task, whatever the cache says.
        """
        extent = self._extent(_projects(places))
        known = None if look else self._known(places, extent)
        if known and (known.extent == extent or self._follow(known, extent)):
            return known
        return self._look(places, extent)

    def tidy(self, places: Sequence[Place], *, look: bool = False) -> dict[int, Extent]:
        """See that no task is there twice, where the number of tasks does not rule it out.

        How many tasks each Label Studio project has, and the newest change of any, as it was before.
        """
        extent = self._extent(_projects(places))
        if look or not self._known(places, extent):
            self._look(places, extent)
        return {place.project_id: (total, newest) for place, (total, newest) in zip(places, extent, strict=True)}

    def _known(self, places: Sequence[Place], extent: list[list[Any]]) -> Entry | None:
        """The cached entry, if it may be believed about which tasks there are."""
        known = self._entries.get((self._studio.place, places[0].desk.name))
        if known is None or not known.sure or known.projects != _projects(places):
            return None
        return known if [total for total, _ in known.extent] == [total for total, _ in extent] else None

    def _follow(self, known: Entry, extent: list[list[Any]]) -> bool:
        """Look at the tasks that changed since; whether each is still the one that the cache names."""
        held = {task.task_id: key for tasks in (known.live, known.superseded) for key, task in tasks.items()}
        for (project_id, _), (_, since) in zip(known.projects, known.extent, strict=True):
            for task in self._studio.tasks(project_id, ("id", "data"), since=since or None):
                data = task.get("data")
                if not is_intact(data) or held.get(task["id"]) != data[KEY]:
                    return False
                if bool(data.get(SUPERSEDED)) != (data[KEY] in known.superseded):
                    return False
        known.extent = extent
        self.save()
        return True

    def _look(self, places: Sequence[Place], extent: list[list[Any]]) -> Entry:
        """Look at every task. ``extent``: as it was before, so what changes meanwhile is looked at the next time."""
        for _ in range(_TRIES):
            entry = Entry(self._studio.place, places[0].desk.name, _projects(places))
            tidied = _look(entry, self._studio)
            self._entries[entry.server, entry.desk] = entry
            if self._believe(entry, self._extent(entry.projects) if tidied else extent):
                break
            extent = self._extent(entry.projects)
        return entry

    def _extent(self, projects: Iterable[Sequence[Any]]) -> list[list[Any]]:
        return [list(self._studio.extent(project_id)) for project_id, _ in projects]

    def doubt(self, entry: Entry) -> None:
        """Before a write: until `settle`, nothing that the cache says of this desk is believed."""
        entry.sure = False
        self.save()

    def settle(self, entry: Entry) -> bool:
        """After writes that were all answered: believe the cache, if the server holds as many tasks as it names.

        More means that somebody else pushed at the same time, or that a write thought lost arrived after all.
        """
        return self._believe(entry, self._extent(entry.projects))

    def _believe(self, entry: Entry, extent: list[list[Any]]) -> bool:
        entry.extent = extent
        held = sum(total for total, _ in extent)
        entry.sure = held == len(entry.live) + len(entry.superseded) + entry.others
        self.save()
        return entry.sure


def _projects(places: Sequence[Place]) -> list[list[Any]]:
    return [[place.project_id, place.record.get("created_at")] for place in places]


def _row(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in entry.__slots__}
    row["live"] = {key: list(held) for key, held in entry.live.items()}
    row["superseded"] = {key: list(held) for key, held in entry.superseded.items()}
    return row


def _entry(row: dict[str, Any]) -> Entry:
    entry = Entry(**row)
    entry.live = {key: Held(*held) for key, held in entry.live.items()}
    entry.superseded = {key: Held(*held) for key, held in entry.superseded.items()}
    return entry


def _look(entry: Entry, studio: Studio) -> bool:
    """Enter every task. Whether any had to go, or be marked, because another has its key."""
    by_key: dict[str, list[_Copy]] = {}
    with unsearched():
        for project_id, _ in entry.projects:
            for task in studio.tasks(project_id, ("id", "data", "total_annotations", "cancelled_annotations")):
                if not is_intact(data := task.get("data")):
                    entry.others += 1
                    continue
                answered = bool(task.get("total_annotations") or task.get("cancelled_annotations"))
                held = Held(project_id, task["id"], data["article_id"])
                by_key.setdefault(data[KEY], []).append(_Copy(held, bool(data.get(SUPERSEDED)), answered))
    for key, copies in by_key.items():
        kept = copies if len(copies) == 1 else _keep_one(copies, studio)
        entry.others += len(kept) - 1
        (entry.superseded if kept[0].superseded else entry.live)[key] = kept[0].held
    return any(len(copies) > 1 for copies in by_key.values())


class _Copy(NamedTuple):
    """One of the tasks with one key."""

    held: Held
    superseded: bool
    answered: bool


def _keep_one(copies: list[_Copy], studio: Studio) -> list[_Copy]:
    """Of tasks with one key: the oldest that somebody touched, else the oldest; after it, other touched ones.

    No answer and no draft is deleted. The choice depends on the server's state alone, so two machines that tidy at
    once keep the same task.
    """
    touched = [copy for copy in copies if _touched(copy, studio)]
    kept = sorted(touched or copies)[: len(touched) or 1]
    for copy in kept[1:]:
        if not copy.superseded:
            studio.mark_tasks(copy.held.project_id, [copy.held.task_id], SUPERSEDED, DUPLICATE)
    for copy in copies:
        if copy not in kept:
            studio.delete_tasks(copy.held.project_id, [copy.held.task_id])
    return kept


def _touched(copy: _Copy, studio: Studio) -> bool:
    """Whether anyone answered, skipped or began to answer."""
    if copy.answered:
        return True
    now = studio.task(copy.held.task_id)
    return bool(now and (now.get("annotations") or now.get("drafts")))


def ids_by_project(held: Iterable[Held]) -> dict[int, list[int]]:
    """Task ids grouped by the Label Studio project that holds them."""
    grouped: dict[int, list[int]] = {}
    for task in held:
        grouped.setdefault(task.project_id, []).append(task.task_id)
    return grouped
