"""``copydesk hydrate``: put the words that a public release withholds back, from the reader's own copies.

In:  a public release, and a folder of raw files as the reader got them from the sources.
Out: a folder of the same shape with the words of every article whose copy is the one that was labelled. When none is
missing it is the local release: the logical digests of its rows are those that the public one states. An article whose
copy differs a little comes with the copy's words, its labels moved to where they stand, and is named for it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from copydesk import files
from copydesk.console import Progress, quiet
from copydesk.dataset import parquet
from copydesk.dataset.release import copies, manifest, papers, passages, shards, sums
from copydesk.dataset.release.audience import LOCAL, put_back
from copydesk.dataset.release.copies import Copies, Wanted
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts, read_manifest
from copydesk.dataset.release.fingerprints import Fingerprints
from copydesk.dataset.release.near import Moved, bring_link_over, bring_over
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.verify.walk import about, walk
from copydesk.errors import CopydeskError, Locked, OutsideError
from copydesk.issues import Issue, errors
from copydesk.schemas import RECORDS, Schemas

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Any]
WORKSHOP, LOCK = ".hydrate-", "hydrate.lock"  #: a folder while it is made, and what shows that someone is at it
TOGETHER = 1024  #: rows that are records at a time


class NoCopies(CopydeskError):
    """None of the reader's files is a copy of an article of the release."""

    def __init__(self, raw: Path, articles: int) -> None:
        self.raw, self.articles = raw, articles
        hint = "name the folder of the raw files that the release was made from: --from RAW"
        super().__init__(f"{raw} holds no copy of any of the {articles} articles whose words are withheld", hint)


@dataclass(frozen=True, slots=True)
class Hydrated:
    """What came back. ``differing`` copies were found, but too little of their text is the one that was labelled."""

    release: Path
    path: Path
    withheld: int  #: texts that the release does not hold
    hydrated: int
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    reanchored: tuple[
        Record, ...
    ]  #: articles that hold a near copy: spans of answers that moved with it, and lost ones
    issues: tuple[Issue, ...]

    def as_json(self) -> Record:
        lists = {"missing": list(self.missing), "differing": list(self.differing)}
        return {"path": str(self.path), "hydrated": self.hydrated} | lists | {"reanchored": list(self.reanchored)}


def hydrate(folder: Path, raw: Path, to: Path, *, progress: Progress = quiet) -> Hydrated:
    """Write the release in ``folder`` to ``to``, with the words of the copies below ``raw``.

    Raises: NotARelease; NoCopies; CopydeskError, when ``folder`` does not verify, ``raw`` is no folder, or ``to`` is
            taken. Nothing is written then.
    """
    facts = ReleaseFacts.read(folder)
    if not raw.is_dir():
        raise CopydeskError(f"no folder of raw files at {raw}", "name the folder that holds your copies: --from RAW")
    if to.exists():
        raise CopydeskError(f"{to} is there already", "name a new folder: --to DIR")
    found = verify(folder)
    if not found.ok:
        raise CopydeskError(f"{folder} does not pass `copydesk verify`: {found.issues[0]}", "get the release again")
    stated = read_manifest(folder)
    columns = ["article_id", "text", "text_sha256", "n_chars", "provenance.raw_sha256"]
    rows = facts.rows("articles", columns=columns)
    wanted = {row["article_id"]: Wanted.of(row) for row in rows if row["text"] is None}
    with _workshop(to) as place:
        with progress("reading your copies"):
            layers, known = tuple(layer.name for layer in facts.layers), Fingerprints(folder)
            words = copies.find(raw, stated["sources"], layers, wanted, known, place / "words")
        if wanted and not words.exact and not words.near:
            raise NoCopies(raw, len(wanted))
        with progress("putting words back"):
            done = _Hydration(folder, facts, stated, words, len(wanted)).run(place, to)
        missing = wanted.keys() - words.exact.keys() - words.near.keys() - words.other
        return replace(done, missing=tuple(sorted(missing)))


@contextmanager
def _workshop(to: Path) -> Iterator[Path]:
    """A temporary folder where ``to`` will be, or above it as long as nothing is there; it is locked for as long."""
    ground = next(folder for folder in to.absolute().parents if folder.is_dir())
    _clear(ground)
    try:
        with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=ground, ignore_cleanup_errors=True) as name:
            fresh = Path(name) / f"{LOCK}.new"
            with files.locked(fresh, name):
                fresh.rename(fresh.with_name(LOCK))  # no other sees it unlocked
                yield Path(name)
    except OSError as error:
        raise files.refused(Path(error.filename or to), error) from error


def _clear(ground: Path) -> None:
    """Drop what killed runs left there: withheld words. Only a folder with our lock is one, and no longer locked."""
    for left in ground.glob(f"{WORKSHOP}*"):
        if (left / LOCK).is_file() and not left.is_symlink():
            with suppress(Locked, OutsideError), files.locked(left / LOCK, left.name):
                shutil.rmtree(left, ignore_errors=True)


@dataclass
class _Hydration:
    """One release on its way to have its words again."""

    folder: Path
    facts: ReleaseFacts
    stated: Record
    words: Copies
    wanted: int

    def run(self, place: Path, to: Path) -> Hydrated:
        """Make the folder in ``place``, and give it its name."""
        self.moved = self._bring_over()
        made, issues = place / "whole", tuple[Issue, ...]()
        is_whole = len(self.words.exact) == self.wanted
        if is_whole:  # as far as texts go; only the digests of the rows can tell
            issues = self._make(made, {"audience": LOCAL, "hydrated": False})
        if not is_whole or errors(issues):
            made = made.with_name("part")
            issues = self._make(made, {"hydrated": True, "reanchored": self._reanchored()})
        to.parent.mkdir(parents=True, exist_ok=True)
        made.rename(to)
        return Hydrated(
            release=self.folder,
            path=to,
            withheld=self.wanted,
            hydrated=len(self.words.exact),
            missing=(),
            differing=tuple(sorted(self.words.other)),
            reanchored=tuple(self._reanchored()),
            issues=issues,
        )

    def _bring_over(self) -> dict[str, Moved]:
        near = self.words.near
        if not near:
            return {}
        bundles = (bundle for bundle in walk(self.facts) if bundle.article_id in near)
        return {bundle.article_id: bring_over(bundle, near[bundle.article_id], self.facts) for bundle in bundles}

    def _reanchored(self) -> list[Record]:
        """What the manifest says of near copies, those of an earlier hydration included."""
        fresh = [
            {
                "article_id": article_id,
                "text_sha256": self._released(article_id),
                "spans": each.spans,
                "lost": each.lost,
            }
            for article_id, each in self.moved.items()
        ]
        return sorted([*self.stated["reanchored"], *fresh], key=lambda row: str(row["article_id"]))

    def _released(self, article_id: str) -> str:
        return self.words.near[article_id].released

    def _make(self, made: Path, says: Record) -> tuple[Issue, ...]:
        """Write the whole folder, and verify it."""
        left = (
            "data",
            ".cache",
            ".gitattributes",
            "SHA256SUMS*",
            *((passages.PASSAGES,) if "audience" in says else ()),
        )
        shutil.copytree(self.folder, made, ignore=shutil.ignore_patterns(*left))
        stated = self.stated | says
        schemas = _schemas(self.folder, self.facts)
        counts = {file["path"]: file["rows"] for file in stated["files"] if not shards.place(file["path"])}
        for path, rows in self._shards(made, schemas):
            counts[path.relative_to(made).as_posix()] = rows
        stated["files"] = manifest.listing(made, counts)
        for name, data in papers.documents(ReleaseFacts.of(made, stated)).items():
            files.write_bytes(made / name, data)
        files.write_json(made / MANIFEST, stated | {"files": manifest.listing(made, counts)})
        sums.write(made)
        return verify(made).issues

    def _shards(self, made: Path, schemas: Schemas) -> Iterator[tuple[Path, int]]:
        """Write the shards about the same articles together: a row of gold may come where there was none before."""
        for part in self.facts.parts():
            split, place = part.splits[0], shards.range_named(part.shards[0].path)
            ids = {row["article_id"] for row in part.rows("articles", columns=["article_id"])}
            moved = [self.moved[each] for each in sorted(ids & self.moved.keys())]
            for config in sorted({*part.configs, *(config for each in moved for config in each.rows)}):
                schema = schemas.arrow(f"rows/{config}")
                path, rows = shards.write(made, config, split, place, self._pieces(part, config, moved, schema), schema)
                if rows:
                    yield path, rows
                else:
                    path.unlink()

    def _pieces(self, part: ReleaseFacts, config: str, moved: list[Moved], schema: pa.Schema) -> Iterator[pa.Table]:
        """The rows of one shard, some hundred of them as records at a time."""
        rows = self._with_words(part, config, part.splits[0], moved)
        while batch := list(islice(rows, TOGETHER)):
            yield parquet.table(batch, schema)

    def _with_words(self, part: ReleaseFacts, config: str, split: str, moved: list[Moved]) -> Iterator[Record]:
        if config == "families":
            yield from (bring_link_over(row, self.words.near) for row in part.rows(config, split))
            return
        exact, brought = self.words.exact, (row for each in moved for row in each.rows.get(config, ()))
        kept = ((row for row in run if about(config, row) not in self.moved) for run in part.runs(config, split))
        for row in merge(*kept, brought, key=partial(about, config)):  # an article's rows keep their order
            key = about(config, row)
            yield put_back(config, row, exact[key]) if key in exact else row


def _schemas(folder: Path, facts: ReleaseFacts) -> Schemas:
    packaged = Schemas.packaged()
    layers = [
        (layer, orjson.loads((folder / f"schemas/{layer.name}.schema.json").read_bytes())) for layer in facts.layers
    ]
    return Schemas({name: packaged[name] for name in RECORDS}, layers, [])
