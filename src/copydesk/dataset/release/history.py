"""Releases cut so far: ``dataset/releases/VERSION.json``, and folders in ``dist/``.

In:  a project.
Out: a record per version with its date, what it was a step from, and digests: enough to cut the same version again,
byte for byte, and to refuse another one under its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from copydesk import files
from copydesk.dataset.release import sums
from copydesk.dataset.release.audience import AUDIENCES, LOCAL
from copydesk.dataset.release.facts import MANIFEST, read_manifest
from copydesk.project import Project
from copydesk.schemas import records

Record = dict[str, Any]
COMMON = ("version", "released_at", "bump", "previous", "changes", "configs", "families", "held_out")


def folder_of(project: Project, version: str, audience: str) -> Path:
    """Where a release stands: ``dist/NAME-VERSION``, a public one with ``-public``."""
    return project.dist / f"{project.name}-{version}{'' if audience == LOCAL else f'-{audience}'}"


def cuts(project: Project) -> dict[str, Record]:
    """Every version known, by version; also one whose folder stands, but that was killed before it was noted."""
    noted = [records.read_one("release", path) for path in sorted((project.dataset / "releases").glob("*.json"))]
    known = {record["version"]: record for record in noted}
    for path in sorted(project.dist.glob(f"{project.name}-*/{MANIFEST}")):
        manifest = read_manifest(path.parent)
        if manifest["name"] == project.name and manifest["version"] not in known:
            known[manifest["version"]] = record_of(path.parent, manifest, manifest["configs"])
    return known


def digest_of(record: Mapping[str, Any], audience: str) -> str | None:
    """The digest of the folder cut for ``audience``; None when there is none."""
    return next((cut["digest"] for cut in record["cuts"] if cut["audience"] == audience), None)


def standing(project: Project, version: str, prefer: str) -> Path | None:
    """A folder of ``version`` in ``dist/``, the one for ``prefer`` first; None when none is there."""
    folders = [folder_of(project, version, audience) for audience in (prefer, *AUDIENCES)]
    return next((folder for folder in folders if (folder / sums.SUMS).is_file()), None)


def unchanged_since(project: Project, manifest: Mapping[str, Any], audience: str) -> str | None:
    """The version whose rows a new folder repeats: its own, when it was cut before; None where rows changed."""
    before = cuts(project).get(manifest["version"])
    if before is not None and digest_of(before, audience):
        return str(manifest["version"])
    return str(manifest["previous"]["version"]) if manifest["bump"] == "patch" else None


def remember(project: Project, folder: Path, manifest: Mapping[str, Any], configs: list[Record]) -> None:
    """Note in ``dataset/releases/`` that ``folder`` was cut; ``configs`` are digests of the full rows."""
    path = project.dataset / "releases" / f"{manifest['version']}.json"
    others = records.read_one("release", path)["cuts"] if path.exists() else []
    files.write_json(path, record_of(folder, manifest, configs, others))


def record_of(
    folder: Path, manifest: Mapping[str, Any], configs: list[Record], others: Iterable[Record] = ()
) -> Record:
    """The record of a version of which ``folder`` and the cuts ``others`` are there."""
    audience = manifest["audience"]
    cut = {
        "audience": audience,
        "digest": sums.digest(folder),
        "manifest_sha256": files.sha256_file(folder / MANIFEST),
    }
    kept = [other for other in others if other["audience"] != audience]
    together = sorted([*kept, cut], key=lambda each: str(each["audience"]))
    return {"schema_version": 1, **{key: manifest[key] for key in COMMON}, "configs": configs, "cuts": together}
