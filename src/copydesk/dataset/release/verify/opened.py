"""A release folder opened for checking, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from copydesk import __version__, files
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts, read_manifest
from copydesk.dataset.release.leaks import Keys
from copydesk.dataset.release.papers.tally import Tally
from copydesk.dataset.release.personal import Scan
from copydesk.dataset.release.shards import RowDigests
from copydesk.errors import CopydeskError
from copydesk.executor import Executor, Here
from copydesk.issues import Issue, errors
from copydesk.labeling.layers import Layer
from copydesk.project import Project
from copydesk.schemas import RECORDS, Schemas

Record = dict[str, Any]
MOST = 100  #: issues of one check that are kept; a broken release would have millions


class Unreadable(Exception):
    """A part of the release cannot be read, so what rests on it cannot be checked."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` found."""

    checks: tuple[Check, ...]
    issues: tuple[Issue, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks) and not errors(self.issues)

    def as_json(self) -> Record:
        checks = [asdict(check) for check in self.checks]
        return {"ok": self.ok, "checks": checks, "issues": [issue.as_json() for issue in self.issues]}


@dataclass
class Found:
    """What one pass over the rows of a release gave, or of a part of it."""

    issues: dict[str, list[Issue]]  #: by check
    digests: RowDigests = field(default_factory=RowDigests)  #: of a part; the whole has none
    tally: Tally | None = None  #: None where rows are broken, or nobody asked
    scan: Scan | None = None  #: None where words are withheld, or nobody asked
    sentences: list[Keys] = field(default_factory=list)  #: of the articles searched in ``scan``

    @property
    def is_full(self) -> bool:
        """Whether there is no use in looking further."""
        return max(map(len, self.issues.values())) >= MOST


@dataclass
class Opened:
    """A release folder; its parts are read when a check first asks. Each may raise Unreadable."""

    folder: Path
    signers: Path | None
    project: Project | None = None  #: whose record and raw files the release is held against
    workers: Executor = field(default_factory=Here)  #: who read a large release
    documents: Mapping[str, bytes] | None = None  #: what its documents should be, when that was computed already
    found: Found | None = None  #: of the one pass over the rows, when it was made
    is_sent: bool = False  #: to another process

    def __getstate__(self) -> Record:
        """What another process needs to look at rows; the manifest, which lists every article, stays here."""
        documents: Record | None = None if self.documents is None else {}
        facts = replace(self.facts, disputes=(), held_out=())
        nothing = dict.fromkeys(("signers", "project", "found"))
        sent = {"folder": self.folder, "workers": Here(), "documents": documents, "facts": facts, "is_sent": True}
        return sent | nothing

    @cached_property
    def manifest(self) -> Record:
        try:
            manifest = read_manifest(self.folder)
        except OSError as error:
            raise Unreadable(f"{MANIFEST} cannot be read: {error.strerror or error}") from None
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"{MANIFEST} is no JSON: {error}") from None
        found = Schemas.packaged().check("manifest", manifest, MANIFEST)
        if found:
            raise Unreadable(f"{MANIFEST} breaks its schema: {found[0].path} {found[0].message}")
        return dict(manifest)

    @cached_property
    def facts(self) -> ReleaseFacts:
        try:
            return ReleaseFacts.of(self.folder, self.manifest)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"its facts cannot be read: {error}") from None

    @property
    def is_of_this_version(self) -> bool:
        """Whether this Copydesk made the release: then its schemas and rules are ours."""
        return self.facts.tools.get("copydesk") == __version__

    @cached_property
    def schemas(self) -> Schemas:
        """The schemas of its rows, derived from its layers and their released value schemas."""
        packaged = Schemas.packaged()
        try:
            layers = [(layer, self._value_schema(layer)) for layer in self.facts.layers]
            return Schemas({name: packaged[name] for name in RECORDS}, layers, [])
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"schemas/ cannot be read: {error}") from None

    def _value_schema(self, layer: Layer) -> Record:
        schema: Record = files.read_json(self.folder / f"schemas/{layer.name}.schema.json")
        return schema

    @cached_property
    def articles(self) -> Mapping[str, Record]:
        """What other rows are held against: id → family, split, length, rights; what many share is there once."""
        columns = ["article_id", "family_id", "split", "n_chars", "rights"]
        same: dict[bytes, Record] = {}
        found = {}
        for row in self.facts.rows("articles", columns=columns):
            shared = {"split": row["split"], "rights": row["rights"]}
            shared = same.setdefault(orjson.dumps(shared), shared)
            found[row["article_id"]] = {"family_id": row["family_id"], "n_chars": row["n_chars"], **shared}
        return found

    @cached_property
    def gone(self) -> set[str]:
        """Ids and digests of what was removed."""
        keys = ("article_id", "text_sha256", "raw_sha256")
        return {record[key] for record in self.facts.removals for key in keys if record[key]}

    def earlier(self) -> Iterator[Record]:
        """Records of earlier releases: folders beside this one, and the project's own if it stands in one."""
        for path in sorted(self.folder.absolute().parent.glob(f"*/{MANIFEST}")):
            yield from self._older(path)
        root = self.folder.absolute().parent.parent
        if (root / "copydesk.toml").is_file():
            for path in sorted((root / "dataset/releases").glob("*.json")):
                yield from self._older(path)

    def _older(self, path: Path) -> Iterator[Record]:
        from copydesk.dataset.release.versions import Version

        try:
            record = files.read_json(path)
            same = record.get("name", self.facts.name) == self.facts.name
            if same and Version.parse(record["version"]) < Version.parse(self.facts.version):
                yield record
        except (OSError, ValueError, KeyError, AttributeError, CopydeskError):
            return  # another folder's trouble is not this release's
