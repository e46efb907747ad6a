"""Fetch what people answered since the last pull.

In:  this project's desks on the server.
Out: a kept export per layer, then new lines in ``labeling/NAME/annotations.jsonl``, then a note of how far we came.
In that order: killed anywhere, the next pull first applies a kept export that was not, and ends in the same file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from copydesk.console import Progress
from copydesk.cycles import unsearched
from copydesk.files import append_jsonl, locked, read_json, write_json
from copydesk.issues import Issue
from copydesk.labeling import annotators, answers, backup, desks, exports
from copydesk.labeling.annotations import Annotation, history, latest
from copydesk.labeling.desks import Desk, Place
from copydesk.labeling.exports import Export, Sheet
from copydesk.labeling.layers import Layer
from copydesk.labeling.ledger import Ledger
from copydesk.labeling.push import EXCHANGE
from copydesk.labeling.studio import COUNTS, LOCAL, Extent, Studio
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.schemas.meaning.answers import check_annotation

OVERLAP_S = 5  #: looked at again: a change may become visible a moment after its own instant
MOST = 0.9  #: answers for each task, from which on all tasks are listed


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull found."""

    layers: dict[str, dict[str, int]]  #: new, changed, withdrawn, annotations (answers that stand now)
    issues: list[Issue]

    def as_json(self) -> dict[str, Any]:
        return {"layers": self.layers, "issues": [issue.as_json() for issue in self.issues]}


def pull(
    project: Project,
    layers: Sequence[Layer],
    *,
    studio: Studio,
    now: str,
    reconcile: bool = False,
    progress: Progress,
) -> Pulled:
    """Add every change on the server to the layers' histories.

    ``now``: UTC instant of this pull. ``reconcile``: look at every task; it happens by itself where the number of
    answers on the server does not fit what is known.

    Raises: Locked, while another exchange runs here; OutsideError, after which the same call goes on.
    """
    with locked(project.private / "exchange.lock", EXCHANGE), unsearched():
        work = _Pull(project, studio, now, reconcile, Schemas.of(project), _Mark(project))
        found = desks.find(project, studio.projects(COUNTS))
        names = {int(studio.me()["id"]): exports.OPERATOR} | annotators.users(project, studio)
        counts, issues = {}, []
        with progress("pulling", len(layers)) as step:
            for layer in layers:
                counts[layer.name], more = work.layer(layer, found, names)
                issues += more
                step(1)
        return Pulled(counts, issues)


def rebuild(project: Project, layer: Layer) -> list[Annotation]:
    """The layer's whole history, made again from the kept exports."""
    check = _checker(Schemas.of(project), layer)
    states: list[Annotation] = []
    for export in exports.kept(project, layer.name):
        known = {record["annotation_id"]: record for record in latest(states)}
        states += answers.read(export, layer, known, check).states
    return states


@dataclass(frozen=True, slots=True)
class _Pull:
    """One pull under way."""

    project: Project
    studio: Studio
    now: str
    reconcile: bool
    schemas: Schemas
    mark: _Mark

    def layer(
        self, layer: Layer, found: Mapping[Desk, list[Place]], names: Mapping[int, str]
    ) -> tuple[dict[str, int], list[Issue]]:
        """Bring one layer's history up to date."""
        book = _Book(layer, self.mark, _checker(self.schemas, layer))
        for export in exports.kept(self.project, layer.name, after=self.mark.applied(layer)):
            book.enter(export)
        sheets = []
        for desk, places in found.items():
            if desk.layer == layer.name:
                extents = Ledger(self.project, self.studio).tidy(places, look=self.reconcile)
                sheets += self._sheets(book, desk, places, names, extents)
        if sheets:
            roles = {each.name: each.role for each in annotators.read(self.project)}
            number = max(exports.last(self.project, layer.name), self.mark.applied(layer)) + 1
            gaps = backup.gaps(self.project) if self.studio.place == LOCAL else []
            export = Export(number, layer.name, self.now, roles, sheets, gaps)
            path = exports.keep(self.project, export)
            if not book.enter(export):
                path.unlink()  # the history owes it nothing
        return book.counts(), book.issues

    def _sheets(
        self, book: _Book, desk: Desk, places: list[Place], names: Mapping[int, str], extents: Mapping[int, Extent]
    ) -> list[Sheet]:
        """What is new at a desk. Of several places all are looked at whole or none: what one lacks another may have."""

        def sheets(whole: bool) -> list[Sheet]:
            found = [self._sheet(book, desk, place, names, extents[place.project_id], whole) for place in places]
            return [sheet for sheet in found if sheet is not None]

        found = sheets(self.reconcile)
        return sheets(whole=True) if len(places) > 1 and any(sheet.whole for sheet in found) else found

    def _sheet(
        self, book: _Book, desk: Desk, place: Place, names: Mapping[int, str], extent: Extent, whole: bool
    ) -> Sheet | None:
        """What is new at one place, or all that is there; None when nothing is."""
        n_tasks, newest = extent
        known = self.mark.place(book.layer, self.studio, place)
        n_answers = sum(int(place.record.get(name) or 0) for name in COUNTS)
        if known is None and n_answers == 0:
            return None
        whole = whole or known is None or known["pending"] or self.mark.lost_lines(book.layer, book.n_states)
        if not whole and known and known["newest"] == newest and known["n_answers"] == n_answers:
            return None
        sheet = Sheet(
            self.studio.place, desk.name, desk.annotator, place.project_id,
            str(place.record.get("created_at")), newest, True, known is not None, [],
        )  # fmt: skip
        if not whole and known:
            part = replace(sheet, whole=False, tasks=self._tasks(place, names, known["newest"]))
            expected = known["tasks"] | exports.answers_by_task([part])[str(place.project_id)]
            if sum(map(len, expected.values())) == n_answers:
                return part
        return replace(sheet, tasks=self._tasks(place, names, most=n_answers >= MOST * n_tasks))

    def _tasks(self, place: Place, names: Mapping[int, str], since: str | None = None, most: bool = False) -> list[Any]:
        if since:
            earlier = datetime.fromisoformat(since) - timedelta(seconds=OVERLAP_S)
            since = earlier.strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # the server passes over a filter in another form
        return exports.pseudonymous(list(self.studio.answered(place.project_id, since, most=most)), names)


class _Book:
    """A layer's history while exports are entered into it."""

    def __init__(self, layer: Layer, mark: _Mark, check: answers.Check) -> None:
        states = history(layer)
        self.layer, self.n_states = layer, len(states)
        self.issues: list[Issue] = []
        self._mark, self._check = mark, check
        self._known = {record["annotation_id"]: record for record in latest(states)}
        self._counts = Counter(new=0, changed=0, withdrawn=0)

    def enter(self, export: Export) -> int:
        """Add an export's new states to the history, then note that it was. How many there were."""
        reading = answers.read(export, self.layer, self._known, self._check)
        append_jsonl(self.layer.annotations, reading.states)
        for state in reading.states:
            withdrawn = state["status"] == "withdrawn"
            self._counts[
                "withdrawn" if withdrawn else "changed" if state["annotation_id"] in self._known else "new"
            ] += 1
        states = [*self._known.values(), *reading.states]
        self._known = {record["annotation_id"]: record for record in latest(states)}
        self.n_states += len(reading.states)
        self.issues += reading.issues
        self._mark.note(self.layer, export, reading.unsettled, self.n_states)
        return len(reading.states)

    def counts(self) -> dict[str, int]:
        standing = [record for record in self._known.values() if record["status"] != "withdrawn"]
        return {**self._counts, "annotations": len(standing)}


def _checker(schemas: Schemas, layer: Layer) -> answers.Check:
    """Schema first; meaning only of what the schema lets pass."""

    def check(record: Annotation, article: Mapping[str, Any], where: str) -> list[Issue]:
        shape = list(schemas.check_all("annotation", [record], lambda *_: where))  # the fast of its two validators
        return shape or check_annotation(record, layer, article, where)

    return check


class _Mark:
    """How far we came: ``pulled.json`` in ``project.private``.

    Without it a pull looks at everything, and adds nothing twice.
    """

    def __init__(self, project: Project) -> None:
        self._path = project.private / "pulled.json"
        try:
            self._marks: dict[str, Any] = read_json(self._path) if self._path.exists() else {}
        except orjson.JSONDecodeError:
            self._marks = {}

    def applied(self, layer: Layer) -> int:
        """The number of the last export that is in the history."""
        return int(self._marks.get(layer.name, {}).get("applied", 0))

    def lost_lines(self, layer: Layer, n_states: int) -> bool:
        """Whether the history is shorter than it was, such as on an older branch in git."""
        return bool(self._marks.get(layer.name, {}).get("n_states", 0) > n_states)

    def place(self, layer: Layer, studio: Studio, place: Place) -> dict[str, Any] | None:
        """What was seen at a place; None when it is new."""
        key = _place_key(studio.place, place.project_id, str(place.record.get("created_at")))
        found: dict[str, Any] | None = self._marks.get(layer.name, {}).get("places", {}).get(key)
        return found

    def note(self, layer: Layer, export: Export, unsettled: set[int], n_states: int) -> None:
        """Remember that ``export`` is in the history."""
        mark = self._marks.setdefault(layer.name, {"places": {}})
        for sheet in export.sheets:
            key = _place_key(sheet.server, sheet.project_id, sheet.created_at)
            before = {} if sheet.whole else mark["places"].get(key, {}).get("tasks", {})
            tasks = before | exports.answers_by_task([sheet])[str(sheet.project_id)]
            mark["places"][key] = {
                "newest": sheet.newest,
                "n_answers": sum(map(len, tasks.values())),
                "pending": sheet.project_id in unsettled,
                "tasks": tasks,
            }
        mark |= {"applied": export.number, "n_states": n_states}
        write_json(self._path, self._marks, mode=0o600)


def _place_key(server: str, project_id: int, created_at: str) -> str:
    return f"{server} {project_id} {created_at}"
