"""Which version a draft may carry, and what it is a step from.

In:  the rows of a draft, the releases cut so far, the version asked for.
Out: ``version, bump, previous, changes, released_at``, to go into the manifest; the first that fits is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from copydesk.dataset.release import history
from copydesk.dataset.release.diff import Diff, compare
from copydesk.dataset.release.draft import Draft
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.versions import FIRST, BadVersion, Version, allow, newest
from copydesk.errors import CopydeskError
from copydesk.project import Project

Record = dict[str, Any]
START = "1.0.0"  #: what ``--bump auto`` calls a first release
KEPT = ("version", "bump", "previous", "changes", "released_at")


class PreviousMissing(CopydeskError):
    """The release before is in no folder here, so what changed cannot be computed."""

    def __init__(self, project: Project, version: str) -> None:
        self.version = version
        folder = history.folder_of(project, version, "local").relative_to(project.root)
        hint = f"put its folder at {folder} (a copy of it will do), or release a new major version"
        super().__init__(f"what changed since {version} cannot be told: its folder is not here", hint)


def steps(
    project: Project, draft: Draft, record: Record, version: str | None, known: Mapping[str, Record], now: str
) -> Iterator[Record]:
    """What the draft may be cut as, best first. Raises BadVersion, PreviousMissing."""
    configs = draft.full.configs()
    if version is not None and version in known:
        if known[version]["configs"] != configs:
            raise BadVersion(
                version, "was cut before, with other rows", "`copydesk release --bump auto` finds the next"
            )
        yield {key: known[version][key] for key in KEPT}
        return
    last = newest(known)
    if last is None:
        yield _first(version or START, now)
        return
    if version is None and known[last]["configs"] == configs:
        yield {key: known[last][key] for key in KEPT}
    yield _next(project, draft, record, version, known[last], now)


def _first(version: str, now: str) -> Record:
    return {"version": version, "bump": FIRST, "previous": None, "changes": None, "released_at": now}


def _next(project: Project, draft: Draft, record: Record, version: str | None, last: Record, now: str) -> Record:
    previous = {"version": last["version"], "digest": last["cuts"][0]["digest"]}
    asked = version or str(Version.parse(last["version"]).after("patch"))
    folder = history.standing(project, last["version"], draft.audience)
    if folder is None:
        if Version.parse(last["version"]).step_to(Version.parse(asked)) != "major":
            raise PreviousMissing(project, last["version"])
        allow(asked, last["version"], "major")
        return {"version": asked, "bump": "major", "previous": previous, "changes": None, "released_at": now}
    facts = ReleaseFacts.of(draft.folder, record | _first(asked, now))
    found: Diff = compare(ReleaseFacts.read(folder), facts)
    if version is None:
        asked = str(Version.parse(last["version"]).after(found.bump))
    allow(asked, last["version"], found.bump)
    changes = found.summary() | {"new": asked}
    return {"version": asked, "bump": found.bump, "previous": previous, "changes": changes, "released_at": now}
