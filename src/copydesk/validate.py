"""``copydesk validate``: schema and meaning of any record file.

In:  paths (none: everything in the project), each file's kind from its place or from ``--schema``.
Out: how many records were checked, and every issue. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.dataset import sources
from copydesk.dataset.parquet import NotParquet
from copydesk.errors import BadConfig
from copydesk.executor import Executor, Here
from copydesk.issues import Issue
from copydesk.labeling import layers, page
from copydesk.project import Project
from copydesk.schemas import Schemas, kinds, reading
from copydesk.schemas.surroundings import Surroundings, annotator_roles
from copydesk.schemas.together import MEANINGS, Placed, nothing
from copydesk.schemas.upgrade import NewerRecord, upgrade

#: After these a record can still be read; after any other its meaning is not looked at.
_READABLE = frozenset({"unknown-field", "unknown-label"})


@dataclass(frozen=True, slots=True)
class Validation:
    """What ``validate`` found."""

    checked: int  #: records and settings files looked at
    issues: list[Issue]

    def as_json(self) -> dict[str, Any]:
        return {"checked": self.checked, "issues": [issue.as_json() for issue in self.issues]}


def validate(
    project: Project | None, paths: Sequence[Path] = (), schema: str | None = None, run: Executor | None = None
) -> Validation:
    """Check record files against schema and meaning, each file by itself, on ``run``; without it, here.

    Without a project only what travels with Copydesk is known: its schemas and starter layers, no texts.
    Raises: NoSuchFile, UnknownKind, UnknownSchema; BadConfig when the project's own schemas are unfit.
    """
    schemas = Schemas.of(project) if project else Schemas.packaged()
    if schema is not None and schema not in schemas:
        raise kinds.UnknownSchema(schema, schemas)
    named = kinds.of_project(project.root) if project and not paths else kinds.record_files(paths, schema)
    work = [_work(path, kind, project, schemas) for path, kind in named]
    found = list((run or Here()).map(_look, work))
    issues = [*schemas.issues, *(issue for each in found for issue in each.issues)]
    return Validation(sum(each.checked for each in found), issues)


def _work(path: Path, kind: str | None, project: Project | None, schemas: Schemas) -> _Sound | _Setting:
    if kind in kinds.SETTINGS:
        return _Setting(path, kind)
    kind = kind or reading.stated_kind(path)
    if kind is None or kind not in schemas:
        raise kinds.UnknownKind(path)
    return _Sound(schemas, kind, Surroundings.of(path, project, schemas))


def _look(work: _Sound | _Setting) -> Validation:
    return work.look()


@dataclass(frozen=True, slots=True)
class _Setting:
    """A settings file: it is right when the code that uses it can read it."""

    path: Path
    kind: str

    def look(self) -> Validation:
        try:
            if self.kind == "project":
                Project.load(self.path.parent)
            elif self.kind == "layer":
                return Validation(1, page.check(layers.read(self.path.parent)))
            elif self.kind == "source":
                sources.read(self.path)
            elif self.kind == "annotators":
                annotator_roles(Project.load(self.path.parents[1]))
        except BadConfig as error:
            return Validation(1, [Issue("bad-setting", error.where, error.problem, hint=error.hint)])
        return Validation(1, [])


@dataclass
class _Sound:
    """Records of one file that can be read for their meaning, once; counts all, and keeps what is wrong with them."""

    schemas: Schemas
    kind: str
    around: Surroundings
    checked: int = 0
    issues: list[Issue] = field(default_factory=list)

    def look(self) -> Validation:
        meaning = MEANINGS.get(self.kind.partition("/")[0], nothing)
        try:
            found = list(meaning(self, self.around))
        except NotParquet as error:  # the articles that these records are about
            found = [Issue("unreadable-file", self.around.shown, error.message, hint=error.hint)]
        return Validation(self.checked, _once(self.issues + found))

    def __iter__(self) -> Iterator[Placed]:
        version = reading.stated_version(self.around.path)  # of all its records, where the file states one
        if version is not None and not self._known({}, self.around.shown, version):
            return
        for entry in reading.entries(self.around.path, self.around.shown):
            self.checked += 1
            if isinstance(entry, Issue):
                self.issues.append(entry)
                continue
            where, record = entry
            if self._known(record, where, version):
                record = upgrade(self.kind, record, self.schemas.version(self.kind), version)
                if self._readable(record, where):
                    yield where, record

    def _known(self, record: Any, where: str, version: int | None) -> bool:
        """Whether this Copydesk can read records of that version."""
        try:
            upgrade(self.kind, record, self.schemas.version(self.kind), version, steps={})
        except NewerRecord as newer:
            self.issues.append(Issue("newer-record", where, newer.message, hint=newer.hint))
            return False
        return True

    def _readable(self, record: Any, where: str) -> bool:
        if self.schemas.is_valid(self.kind, record):
            return True
        found = self.schemas.check(self.kind, record, where)
        self.issues += found
        return all(issue.code in _READABLE for issue in found)


def _once(issues: list[Issue]) -> list[Issue]:
    """In the order of the file. The schema and the layer may both know that a label is unknown: it is said once."""
    found: dict[tuple[str, ...], Issue] = {}
    for issue in issues:
        said = "" if issue.code == "unknown-label" else issue.message
        found.setdefault((issue.code, issue.where, issue.path, said), issue)
    return sorted(found.values(), key=_line)


def _line(issue: Issue) -> int:
    line = issue.where.rpartition(":")[2]
    return int(line) if line.isdigit() else 0
