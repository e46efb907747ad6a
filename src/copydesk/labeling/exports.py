"""What the server said, kept: one compressed export per pull and layer, in ``project.private``.

People are pseudonyms in it before it is written. ``annotations.jsonl`` is a function of these files in their order.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from copydesk.files import canonical, write_bytes
from copydesk.labeling.annotators import UNKNOWN
from copydesk.project import Project

OPERATOR = f"{UNKNOWN}operator"  #: whose key Copydesk works with


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tasks of one Label Studio project, as exported."""

    server: str
    desk: str  #: name of the desk, such as corpus/entities@1.0.0/ann-a
    annotator: str | None  #: whose desk it is
    project_id: int
    created_at: str  #: of the Label Studio project: ids start anew when a server's data is replaced
    newest: str  #: newest change of any task when it was exported
    whole: bool  #: whether every task is in it
    familiar: bool  #: whether answers were pulled from this place before
    tasks: list[Any]


@dataclass(frozen=True, slots=True)
class Export:
    """One pull of one layer."""

    number: int
    layer: str
    at: str  #: UTC instant of the pull
    roles: dict[str, str]  #: role by annotator
    sheets: list[Sheet]
    gaps: list[list[str]] = field(default_factory=list)  #: from when to when the server remembers nothing


def keep(project: Project, export: Export) -> Path:
    """Write an export where only the user of this machine can read it."""
    path = _folder(project, export.layer) / f"{export.number:06d}.json.gz"
    sheets = [{name: getattr(sheet, name) for name in sheet.__slots__} for sheet in export.sheets]  # not copied: large
    fields = {name: getattr(export, name) for name in export.__slots__} | {"sheets": sheets}
    write_bytes(path, gzip.compress(canonical(fields), compresslevel=3, mtime=0), mode=0o600)
    return path


def kept(project: Project, layer: str, after: int = 0) -> Iterator[Export]:
    """The layer's exports in their order, from the one after ``after``."""
    for path in sorted(_folder(project, layer).glob("*.json.gz")):
        if int(path.name.split(".")[0]) > after:
            fields = orjson.loads(gzip.decompress(path.read_bytes()))
            yield Export(**fields | {"sheets": [Sheet(**sheet) for sheet in fields["sheets"]]})


def last(project: Project, layer: str) -> int:
    """The number of the newest export; 0 when there is none."""
    return max((int(path.name.split(".")[0]) for path in _folder(project, layer).glob("*.json.gz")), default=0)


def pseudonymous(tasks: object, names: Mapping[int, str]) -> list[Any]:
    """Exported tasks with people as pseudonyms, or as ``user-17`` where nobody says who they are.

    ``tasks`` may be anything a server could return; what is no list of tasks has none.
    """
    if not isinstance(tasks, list):
        return []
    return [_pseudonymous(task, names) for task in tasks]


def _pseudonymous(task: object, names: Mapping[int, str]) -> object:
    if not isinstance(task, dict):
        return task
    changed = {field: _name(task[field], names) for field in _TASK_PEOPLE if field in task}
    answers = task.get("annotations")
    if isinstance(answers, list):
        changed["annotations"] = [_answer(answer, names) for answer in answers]
    return {**task, **changed}


_TASK_PEOPLE = ("updated_by", "comment_authors", "annotators")
_ANSWER_PEOPLE = ("completed_by", "updated_by", "last_created_by", "created_username")


def _answer(answer: object, names: Mapping[int, str]) -> object:
    if not isinstance(answer, dict):
        return answer
    return {**answer, **{field: _name(answer[field], names) for field in _ANSWER_PEOPLE if field in answer}}


def _name(user: object, names: Mapping[int, str]) -> object:
    """A pseudonym for a user id or a user's record; anything that could be a name or an address is dropped."""
    if isinstance(user, list):
        return [_name(each, names) for each in user]
    if isinstance(user, dict):
        user = user.get("id") or user.get("user_id")
    if isinstance(user, int) and not isinstance(user, bool):
        return names.get(user, f"{UNKNOWN}{user}")
    return None


def _folder(project: Project, layer: str) -> Path:
    return project.private / "exports" / layer


def answers_by_task(sheets: Sequence[Sheet]) -> dict[str, dict[str, list[int]]]:
    """Ids of the annotations that each sheet shows, by Label Studio project and task: to notice what is gone."""
    found: dict[str, dict[str, list[int]]] = {}
    for sheet in sheets:
        tasks = found.setdefault(str(sheet.project_id), {})
        for task in sheet.tasks:
            if isinstance(task, dict) and isinstance(task.get("annotations"), list):
                ids = [answer.get("id") for answer in task["annotations"] if isinstance(answer, dict)]
                tasks[str(task.get("id"))] = [each for each in ids if isinstance(each, int)]
    return found
