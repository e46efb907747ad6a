"""The manifest: everything a release holds and was made from, with digests.

In:  a corpus, its splits, the files written so far.
Out: the record of ``manifest.json``. The last file of a release but the sums: it lists all others.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from copydesk import __version__, files
from copydesk.dataset import sources
from copydesk.dataset.release import sums
from copydesk.dataset.release.corpus import Corpus
from copydesk.dataset.release.draft import Draft
from copydesk.dataset.release.facts import MANIFEST, HeldOut, layer_record
from copydesk.dataset.sources import Source
from copydesk.project import SPLITS, Project
from copydesk.schemas import Schemas

LIBRARIES = ("datasets", "pyarrow", "numpy")  #: their versions may show in the bytes of a release
KEPT = (".toml", ".xml", ".md", ".jsonl", ".parquet")  #: not locks and temporary files
LABELS = "x-labels"  #: schema keyword: names of a ClassLabel column

Record = dict[str, Any]


def of(draft: Draft, held_out: Iterable[HeldOut], answers: Mapping[str, str], scans: Record) -> Record:
    """The manifest of a draft, but for what its version adds."""
    configs = draft.published.configs()
    return _about(draft.corpus.project, draft.corpus, answers) | {
        "audience": draft.audience,
        "hydrated": False,
        "reanchored": [],
        "withheld_labels": [split for split in SPLITS if split in draft.withheld],
        "scans": scans,
        "configs": configs,
        "labels": label_maps(draft.schemas, [config["name"] for config in configs]),
        "families": families(draft.corpus, draft.splits),
        "held_out": [asdict(held) for held in held_out],
        "disputes": draft.disputes,
        "files": listing(draft.folder, draft.rows),
    }


def _about(project: Project, corpus: Corpus, answers: Mapping[str, str]) -> Record:
    """What it says of the project and its layers."""
    settings = project.labeling_settings
    return {
        "schema_version": 1,
        **{key: getattr(project, key) for key in ("name", "title", "description", "license")},
        "languages": list(project.languages),
        "splitting": {key: getattr(project.splits, key) for key in ("policy", *SPLITS, "salt")},
        "labeling": {key: getattr(settings, key) for key in ("redundancy", "blind", "model")},
        "layers": [layer_record(layer) for layer in corpus.layers],
        "waivers": [{"what": waiver.what, "reason": waiver.reason} for waiver in project.release.waivers],
        "answers": dict(answers),
        "build": corpus.store.stats(),
        "inputs": list(inputs(project)),
        "sources": [_source(source) for source in sources.load(project)],
        "tools": [{"name": name, "version": version} for name, version in tools().items()],
    }


def families(corpus: Corpus, splits: Mapping[str, str]) -> list[Record]:
    """Families of each split, with the members published."""
    listed = []
    for family in corpus.families:
        members = [member for member in family["members"] if member in splits]
        if members:
            listed.append({"family_id": family["family_id"], "split": splits[members[0]], "members": members})
    return sorted(listed, key=lambda row: str(row["family_id"]))


def label_maps(schemas: Schemas, configs: Iterable[str]) -> list[Record]:
    """Names of every ClassLabel column of the published configs."""
    return [
        {"config": config, "column": column, "names": names}
        for config in sorted(configs)
        for column, names in _label_columns(schemas[f"rows/{config}"])
    ]


def _label_columns(rule: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, inner in rule.get("properties", {}).items():
        if LABELS in inner:
            yield prefix + name, list(inner[LABELS])
        yield from _label_columns(inner.get("items", inner), f"{prefix}{name}{'[]' if 'items' in inner else ''}.")


def listing(folder: Path, rows: Mapping[str, int]) -> list[Record]:
    """Every file of ``folder`` but manifest, sums and signature; ``rows`` counts those that have any."""
    return [
        {
            "path": path,
            "sha256": files.sha256_file(folder / path),
            "bytes": (folder / path).stat().st_size,
            "rows": rows.get(path),
        }
        for path in sums.present(folder)
        if path != MANIFEST
    ]


def _source(source: Source) -> Record:
    plain = ("name", "reader", "publisher", "domain", "license", "redistribute")
    return {key: getattr(source, key) for key in plain} | {"columns": dict(source.columns)}


def inputs(project: Project) -> Iterator[Record]:
    """Files of the project that a release is made from. Not ``splits.jsonl``: a release itself adds to it."""
    patterns = ("copydesk.toml", "dataset/*.toml", "dataset/sources/*.toml", "labeling/*/*", "build/*.parquet")
    for path in sorted({path for pattern in patterns for path in project.root.glob(pattern) if path.is_file()}):
        place = path.relative_to(project.root).as_posix()
        if path.suffix in KEPT and not place.startswith("labeling/reference/"):
            size, digest = _records(path) if path.suffix == ".jsonl" else (path.stat().st_size, files.sha256_file(path))
            yield {"path": place, "sha256": digest, "bytes": size}


def _records(path: Path) -> tuple[int, str]:
    """Size and digest of a record file, whose lines may stand in any order, and twice after a merge."""
    parts = [bytearray() for _ in range(256)]  # by first byte: a few digests are put in order at a time
    with path.open("rb") as file:
        for each in file:
            if line := each.strip():
                found = hashlib.sha256(line).digest()
                parts[found[0]] += found + len(line).to_bytes(8)
    size, together = 0, hashlib.sha256()
    for part in filter(None, parts):
        entries = np.unique(np.frombuffer(part, "S40")).view([("digest", "S32"), ("length", ">u8")])
        size += int(entries["length"].sum())
        together.update(entries["digest"].tobytes())
    return size, together.hexdigest()


def tools() -> dict[str, str]:
    """Versions of what makes a release."""
    versions = {"copydesk": __version__, "python": platform.python_version()}
    return versions | {name: metadata.version(name) for name in LIBRARIES}
