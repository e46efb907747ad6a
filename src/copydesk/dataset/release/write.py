"""``copydesk release``: cut a version of the dataset, whole or not at all.

In:  a project with its build and labels; a version, or leave to choose it.
Out: a folder in ``dist/`` that ``verify`` has passed, its splits in ``dataset/splits.jsonl`` and its record in
``dataset/releases/``. With issues nothing is written. Earlier releases are never touched.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from copydesk import files
from copydesk.console import Progress, quiet
from copydesk.dataset.release import history, identities, leaks, manifest, papers, personal, sums
from copydesk.dataset.release.audience import AUDIENCES, LOCAL
from copydesk.dataset.release.corpus import SPLITS_FILE, Corpus, Dealt
from copydesk.dataset.release.draft import Draft
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts, read_manifest
from copydesk.dataset.release.papers.questions import answers
from copydesk.dataset.release.step import steps
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.versions import BadVersion, Version, allow, newest
from copydesk.dataset.release.waivers import expect_known
from copydesk.errors import CopydeskError
from copydesk.executor import Executor, Here, renewed, staying
from copydesk.issues import Issue, errors
from copydesk.project import Project
from copydesk.schemas import Schemas

Record = dict[str, Any]
WORKSHOP = ".release-"
FEW = 500  #: articles that are released sooner than processes are started
MANY = 10_000  #: articles after which it pays to start processes anew for verifying, as they hold much


@dataclass(frozen=True, slots=True)
class Released:
    """What ``release`` did; ``path`` and ``digest`` are None when issues kept it from being cut."""

    version: str | None  #: None when none was asked for and issues came first
    bump: str | None
    audience: str
    path: Path | None
    splits: dict[str, int]  #: articles per split
    digest: str | None
    issues: tuple[Issue, ...]
    unchanged_since: str | None = None  #: the version whose rows these are; its own when it was cut before

    def as_json(self) -> Record:
        keys = ("version", "bump", "audience", "splits", "digest", "unchanged_since")
        plain = {key: getattr(self, key) for key in keys}
        path = None if self.path is None else str(self.path)
        return plain | {"path": path, "issues": [issue.as_json() for issue in self.issues]}


def release(
    project: Project,
    version: str | None = None,
    *,
    audience: str = LOCAL,
    bump_auto: bool = False,
    sign: Path | None = None,
    jobs: int | None = None,
    now: str,
    progress: Progress = quiet,
) -> Released:
    """Cut ``version``, or with ``bump_auto`` the one that the change calls for.

    jobs: processes; one per core without it. It changes no byte, nor does the order of any input.

    Cutting a version again, also for another audience, reuses its date and gives the same bytes.

    Raises: BadConfig, for a waiver of nothing that is known;
            BadVersion, when the version understates the change, goes back, or was cut with other rows;
            NotBuilt; Locked; BadKey; OutsideError, when the disk refuses. Nothing is left behind then.
    """
    if (version is None) != bump_auto:
        raise CopydeskError("a release needs a version or --bump auto, one of the two", "copydesk release 1.0.0")
    if audience not in AUDIENCES:
        raise CopydeskError(f"no audience {audience!r}", f"one of: {', '.join(AUDIENCES)}")
    expect_known(project.release.waivers)
    if version is not None:
        _expect(project, version)
    if sign is not None:
        sums.expect_key(sign)
    with files.locked(project.dist / ".lock", "dist/"), _workshop(project) as folder, staying(jobs) as workers:
        return _Cut(project, audience, sign, now, progress, folder, workers).run(version)


def _expect(project: Project, version: str) -> None:
    """What can be said of a version before any work. Raises BadVersion."""
    asked, known = Version.parse(version), history.cuts(project)
    if str(asked) not in known:
        allow(version, newest(known), "patch")


@contextmanager
def _workshop(project: Project) -> Iterator[Path]:
    """A temporary folder in ``dist/``; what a killed release left there goes first."""
    for left in project.dist.glob(f"{WORKSHOP}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=project.dist, ignore_cleanup_errors=True) as name:
        try:
            folder = Path(name) / "release"
            folder.mkdir()
            yield folder
        except OSError as error:
            raise files.refused(project.dist, error) from error


@dataclass(frozen=True, slots=True)
class _Written:
    """What is to be remembered of a folder that was written and not verified yet."""

    version: str
    bump: str
    unchanged_since: str | None
    configs: list[Record]  #: digests of the full rows
    new: tuple[Record, ...]  #: for dataset/splits.jsonl, ``since`` still to be filled in


@dataclass
class _Cut:
    """One release on its way."""

    project: Project
    audience: str
    sign: Path | None
    now: str
    progress: Progress
    folder: Path
    workers: Executor
    written: dict[str, bytes] = field(default_factory=dict)  #: the documents in the folder

    def run(self, version: str | None) -> Released:
        issues = list[Issue]()
        cut = self._cut(version, issues)
        if cut is None:
            return self._refused(version, issues)
        with self.progress("verifying"):
            issues += [
                *verify(self.folder, workers=self.workers, documents=self.written).issues,
                *identities.search(self.folder, self.project),
            ]
        self.written = {}
        if errors(issues):
            return self._refused(cut.version, issues)
        return self._publish(cut, issues)

    def _cut(self, version: str | None, issues: list[Issue]) -> _Written | None:
        """The whole folder, with what is to be remembered of it; None with errors. All else is let go."""
        with self.progress("sorting records"):
            corpus = Corpus.gather(self.project, self.folder.with_name("parcels"))
        dealt = corpus.deal()
        if len(dealt.published) < FEW:
            self.workers = Here()
        draft = Draft(self.folder, corpus, Schemas.of(self.project), dealt.published, self.audience, self.workers)
        with self.progress("joining records"):
            draft.fill()
        issues += [
            *_empty(dealt),
            *dealt.issues(),
            *draft.issues,
            *(leak.issue for leak in draft.leaks),
            *_open_questions(self.project),
            *draft.scan.issues,
        ]
        if errors(issues):
            return None
        scans = {
            "personal": draft.scan.counts(),
            "personal_rules": personal.rules(),
            "leaks": leaks.counts(draft.leaks),
        }
        with self.progress("writing rows"):
            draft.write()
            shutil.rmtree(corpus.parcels.folder, ignore_errors=True)
        if len(dealt.published) > MANY:
            renewed(self.workers)
        record = self._choose(draft, manifest.of(draft, dealt.held_out, answers(self.project), scans), version)
        since = history.unchanged_since(self.project, record, self.audience)
        return _Written(record["version"], record["bump"], since, draft.full.configs(), dealt.new)

    def _choose(self, draft: Draft, record: Record, version: str | None) -> Record:
        """The manifest with the first version that fits; documents, manifest and sums are in the folder then.

        A version that was cut before fits only when this gives the same bytes.
        """
        known = history.cuts(self.project)
        for each in steps(self.project, draft, record, version, known, self.now):
            complete = self._document(draft, record | each)
            before = known.get(complete["version"])
            if before is None or history.digest_of(before, self.audience) in (None, sums.digest(self.folder)):
                return complete
        problem = f"was cut for {self.audience} before, with other documents or inputs"
        raise BadVersion(complete["version"], problem, "a release is never changed: cut the next patch version")

    def _document(self, draft: Draft, record: Record) -> Record:
        """Write what follows from the rows: documents, then the manifest of all files, then the sums."""
        record = orjson.loads(files.canonical(record))  # with its keys in the order that `verify` will read
        facts = ReleaseFacts.of(self.folder, record)
        self.written = papers.documents(facts, draft.tally)
        for path, data in self.written.items():
            files.write_bytes(self.folder / path, data)
        record = record | {"files": manifest.listing(self.folder, draft.rows)}
        files.write_json(self.folder / MANIFEST, record)
        sums.write(self.folder)
        return record

    def _publish(self, cut: _Written, issues: list[Issue]) -> Released:
        """Pin the splits, give the folder its name, remember it: killed in between, the same command ends it."""
        version = cut.version
        if self.sign is not None:
            sums.sign(self.folder, self.sign)
        final = history.folder_of(self.project, version, self.audience)
        if self.sign is None and final.exists():
            sums.keep_signature(self.folder, final)
        pinned = [row | {"since": version} for row in cut.new]
        files.append_jsonl(self.project.dataset / SPLITS_FILE, pinned)
        if final.exists():
            final.rename(self.folder.with_name("before"))
        self.folder.rename(final)
        record = read_manifest(final)
        history.remember(self.project, final, record, cut.configs)
        facts = ReleaseFacts.of(final, record)
        papers.gather(self.project, facts)
        digest = sums.digest(final)
        return Released(
            version,
            cut.bump,
            self.audience,
            final,
            facts.counts["articles"],
            digest,
            tuple(issues),
            cut.unchanged_since,
        )

    def _refused(self, version: str | None, issues: list[Issue]) -> Released:
        return Released(version, None, self.audience, None, {}, None, tuple(issues))


def _open_questions(project: Project) -> list[Issue]:
    hint = "answer it in dataset/datasheet.toml, or waive it by name under [[release.waivers]] in copydesk.toml"
    names = papers.unanswered(project)
    return [Issue("question-open", "dataset/datasheet.toml", f"{name} is not answered", hint=hint) for name in names]


def _empty(dealt: Dealt) -> Iterator[Issue]:
    if not dealt.published:
        hint = "`copydesk build` reads articles; `dataset/removals.jsonl` says which were taken out"
        yield Issue("nothing-to-release", "build/articles.parquet", "there is no article to release", hint=hint)
