"""``copydesk hydrate``: put the words that a public release withholds back, from the reader's own copies.

In:  a public release, and a folder of raw files as the reader got them from the sources.
Out: a folder of the same shape with the words of every article whose copy is the one that was labelled. When none is
missing it is the local release: the logical digests of its rows are those that the public one states.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from copydesk import files
from copydesk.console import Progress, quiet
from copydesk.dataset.ingest.stage import Shard as RawShard
from copydesk.dataset.ingest.stage import read_shard
from copydesk.dataset.release import manifest, papers, shards, sums
from copydesk.dataset.release.audience import LOCAL, put_back
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts, Shard, read_manifest
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.verify.walk import about
from copydesk.dataset.sources import Input, Source
from copydesk.errors import CopydeskError
from copydesk.issues import Issue
from copydesk.schemas import RECORDS, Schemas

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hydrated:
    """What came back. ``differing`` copies were found, but their text is not the one that was labelled."""

    path: Path
    hydrated: int
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    issues: tuple[Issue, ...]

    def as_json(self) -> Record:
        lists = {"missing": list(self.missing), "differing": list(self.differing), "reanchored": []}
        return {"path": str(self.path), "hydrated": self.hydrated} | lists


def hydrate(folder: Path, raw: Path, to: Path, *, progress: Progress = quiet) -> Hydrated:
    """Write the release in ``folder`` to ``to``, with the words of the copies below ``raw``.

    Raises: NotARelease; CopydeskError, when ``folder`` does not verify, ``raw`` is no folder, or ``to`` is taken.
    """
    facts = ReleaseFacts.read(folder)
    if not raw.is_dir():
        raise CopydeskError(f"no folder of raw files at {raw}", "name the folder that holds your copies: --from RAW")
    if to.exists():
        raise CopydeskError(f"{to} is there already", "name a new folder: --to DIR")
    found = verify(folder)
    if not found.ok:
        raise CopydeskError(f"{folder} does not pass `copydesk verify`: {found.issues[0]}", "get the release again")
    wanted = {row["article_id"]: row for row in facts.rows("articles") if row["text"] is None}
    with progress("reading your copies"):
        copies = _copies(raw, read_manifest(folder)["sources"], facts, wanted)
    same = {key: copy for key, copy in copies.items() if copy["text_sha256"] == wanted[key]["text_sha256"]}
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".hydrate-", dir=to.parent) as place, progress("putting words back"):
        made = Path(place) / "release"
        shutil.copytree(folder, made, ignore=shutil.ignore_patterns("data", ".cache", ".gitattributes", "SHA256SUMS*"))
        _write(folder, made, facts, same, is_whole=len(same) == len(wanted))
        issues = verify(made).issues
        made.rename(to)
    differing = sorted(copies.keys() - same.keys())
    return Hydrated(to, len(same), tuple(sorted(wanted.keys() - copies.keys())), tuple(differing), issues)


def _copies(raw: Path, sources: list[Record], facts: ReleaseFacts, wanted: Mapping[str, Record]) -> dict[str, Record]:
    """The reader's copy of each wanted article: the same bytes first, else the same identity."""
    by_bytes = {row["provenance"]["raw_sha256"]: article_id for article_id, row in wanted.items()}
    exact: dict[str, Record] = {}
    alike: dict[str, Record] = {}
    for copy in _read(raw, sources, facts):
        article_id = by_bytes.get(copy["provenance"]["raw_sha256"])
        if article_id is not None:
            exact.setdefault(article_id, copy)
        elif copy["article_id"] in wanted:
            alike.setdefault(copy["article_id"], copy)
    return alike | exact


def _read(raw: Path, sources: list[Record], facts: ReleaseFacts) -> Iterator[Record]:
    """Every article that the released sources' readers find below ``raw``."""
    found = sorted(path for path in raw.rglob("*") if path.is_file() and not path.is_symlink())
    inputs = tuple(Input(path.relative_to(raw).as_posix()) for path in found)
    layers = tuple(layer.name for layer in facts.layers)
    for each in sources:
        plain = {key: each[key] for key in ("name", "license", "redistribute", "reader", "publisher", "domain")}
        source = Source(paths=("**/*",), columns=tuple(each["columns"].items()), **plain)
        yield from read_shard(RawShard(raw, source, inputs, layers)).articles


def _write(folder: Path, made: Path, facts: ReleaseFacts, words: Mapping[str, Record], *, is_whole: bool) -> None:
    stated = read_manifest(folder)
    stated |= {"audience": LOCAL} if is_whole else {"hydrated": True}
    schemas = _schemas(folder, facts)
    counts = {"removals.jsonl": len(facts.removals)}
    for shard in facts.shards:
        path = _rewrite(folder, made, shard, words, schemas)
        counts[path.relative_to(made).as_posix()] = shard.rows
    stated["files"] = manifest.listing(made, counts)
    for name, data in papers.documents(ReleaseFacts.of(made, stated)).items():
        files.write_bytes(made / name, data)
    files.write_json(made / MANIFEST, stated | {"files": manifest.listing(made, counts)})
    sums.write(made)


def _rewrite(folder: Path, made: Path, shard: Shard, words: Mapping[str, Record], schemas: Schemas) -> Path:
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / shard.path).to_pylist()
    full = [
        put_back(shard.config, row, words[article_id]) if (article_id := about(shard.config, row)) in words else row
        for row in rows
    ]
    number, count = Path(shard.path).name.split("-")[1::2][:2]
    part = (int(number), int(count))
    return shards.write(made, shard.config, shard.split, part, full, schemas.arrow(f"rows/{shard.config}"))


def _schemas(folder: Path, facts: ReleaseFacts) -> Schemas:
    packaged = Schemas.packaged()
    layers = [
        (layer, orjson.loads((folder / f"schemas/{layer.name}.schema.json").read_bytes())) for layer in facts.layers
    ]
    return Schemas({name: packaged[name] for name in RECORDS}, layers, [])
