"""What a release says about itself, read from its folder alone.

In:  a release folder with ``manifest.json`` and ``data/``.
Out: a frozen :class:`ReleaseFacts`: what the manifest states, and the rows, streamed from the shards.

``release`` writes its documents from these facts and ``verify`` computes them again, so a number that cannot be had
from here has no place in a document. A public release withholds words: nothing here may need them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk import __version__, files
from copydesk.dataset.release.shards import place, range_named
from copydesk.errors import CopydeskError
from copydesk.labeling.layers import Attribute, Layer, Target
from copydesk.project import SPLITS, Splits, Waiver
from copydesk.schemas import records
from copydesk.schemas.upgrade import NewerRecord

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
MANIFEST = "manifest.json"
BATCH = 1024  #: rows held in memory at a time
READ = 2**18  #: bytes of a column read at a time, where a whole one is many


class NotARelease(CopydeskError):
    """There is no release in this folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        problem = f"has no {MANIFEST}" if folder.is_dir() else "is no folder" if folder.exists() else "is not there"
        super().__init__(f"{folder} {problem}", "name the folder of a release, such as dist/NAME-1.0.0")


class BrokenRelease(CopydeskError):
    """What a release says of itself cannot be read."""

    def __init__(self, folder: Path, error: Exception) -> None:
        self.folder = folder
        said = str(error)
        if isinstance(error, KeyError):
            said = f"{MANIFEST} lacks {error}"
        elif isinstance(error, TypeError):
            said = f"a value in {MANIFEST} is not of its kind"
        super().__init__(f"{folder} cannot be read ({said})", "`copydesk verify` says what is broken; get it again")


class NewerRelease(CopydeskError):
    """A release was made by a Copydesk newer than this one, in a form that this one does not know."""

    def __init__(self, folder: Path, maker: str, version: int, known: int) -> None:
        self.folder, self.maker, self.version, self.known = folder, maker, version, known
        made = f"{folder} was made by Copydesk {maker} (manifest version {version})"
        message = f"{made}; this is Copydesk {__version__}, which reads up to manifest version {known}"
        super().__init__(message, "update Copydesk to read it")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One Parquet file under ``data/``."""

    config: str
    split: str
    path: str  #: relative to the release, with ``/``
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, order=True)
class HeldOut:
    """An article that is in no split, so in no published row."""

    article_id: str
    family_id: str | None
    reason: str  #: stable, kebab-case
    detail: str  #: a sentence


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Everything a document of a release may state."""

    folder: Path
    name: str
    title: str
    description: str
    license: str
    languages: tuple[str, ...]
    version: str
    audience: str  #: local | public
    reanchored: tuple[Mapping[str, Any], ...]  #: articles that hold a reader's near copy; none in a release as cut
    hydrated: bool  #: whether a reader put withheld words back; rows of a public release may hold words then
    released_at: str  #: UTC instant, the same for both audiences and every rebuild of this version
    bump: str  #: first | patch | minor | major
    previous: str | None  #: version this one follows
    changes: Mapping[str, Any] | None  #: ``Diff.summary()`` against ``previous``; None in a first release
    layers: tuple[Layer, ...]
    splitting: Splits  #: policy, shares, salt
    redundancy: int
    blind: bool
    model: float | None  #: how sure a model had to be to decide; None: none did
    withheld: tuple[str, ...]  #: splits whose labels a public release leaves out
    waivers: tuple[Waiver, ...]
    answers: Mapping[str, str]  #: people's words of dataset/datasheet.toml, by ``section.question``
    build: Mapping[str, Any]  #: ``build/stats.json``: what was read, kept, rejected by code
    held_out: tuple[HeldOut, ...]
    disputes: tuple[Mapping[str, Any], ...]  #: layer, article_id, target, kind, name, reason of each disputed unit
    removals: tuple[Mapping[str, Any], ...]  #: removals.jsonl
    tools: Mapping[str, str]  #: versions of Copydesk, Python and the libraries that made the bytes
    scans: Mapping[str, Any]  #: what searches of the full text found, such as personal data by kind; counts only
    shards: tuple[Shard, ...]  #: sorted
    between: tuple[str, str | None] | None = None  #: of a piece: from this article on, before that one

    @classmethod
    def read(cls, folder: Path) -> ReleaseFacts:
        """The facts of the release in ``folder``. Raises NotARelease, BrokenRelease, NewerRelease."""
        if not (folder / MANIFEST).is_file():
            raise NotARelease(folder)
        try:
            return cls.of(folder, read_manifest(folder))
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise BrokenRelease(folder, error) from None

    @classmethod
    def of(cls, folder: Path, manifest: Mapping[str, Any]) -> ReleaseFacts:
        """The facts that ``manifest`` states about the shards in ``folder``."""
        plain = ("name", "title", "description", "license", "version", "audience", "released_at", "bump")
        same = ("hydrated", "changes", "answers", "build", "scans")
        return cls(
            folder=folder,
            **{key: manifest[key] for key in (*plain, *same)},
            previous=manifest["previous"] and manifest["previous"]["version"],
            languages=tuple(manifest["languages"]),
            layers=tuple(_layer(row, folder) for row in manifest["layers"]),
            splitting=Splits(**manifest["splitting"]),
            **manifest["labeling"],
            reanchored=tuple(manifest["reanchored"]),
            withheld=tuple(manifest["withheld_labels"]),
            waivers=tuple(Waiver(**row) for row in manifest["waivers"]),
            held_out=tuple(HeldOut(**row) for row in manifest["held_out"]),
            disputes=tuple(manifest["disputes"]),
            removals=tuple(files.read_jsonl(folder / "removals.jsonl")),
            tools={tool["name"]: tool["version"] for tool in manifest["tools"]},
            shards=tuple(sorted(shards(manifest["files"]))),
        )

    @property
    def configs(self) -> tuple[str, ...]:
        """Configs that have rows, ``articles`` first."""
        found = {shard.config for shard in self.shards}
        return tuple(sorted(found, key=lambda config: (config != "articles", config)))

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits that have articles, in their usual order; the others were left out as empty."""
        found = {shard.split for shard in self.shards if shard.config == "articles"}
        return tuple(split for split in SPLITS if split in found)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Rows: ``counts[config][split]``, only what is there."""
        return {
            config: {split: self.n_rows(config, split) for split in SPLITS if self._shards(config, split)}
            for config in self.configs
        }

    def n_rows(self, config: str, split: str | None = None) -> int:
        """Rows of ``config``, in one split or in all."""
        return sum(shard.rows for shard in self._shards(config, split))

    def schema(self, config: str) -> pa.Schema:
        """Columns of ``config``, which has rows."""
        import pyarrow.parquet as pq

        return pq.read_schema(self.folder / self._shards(config, None)[0].path)

    def rows(
        self,
        config: str,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        only: Collection[str] | None = None,
        column: str = "article_id",
    ) -> Iterator[Row]:
        """Rows of ``config`` as loaded back from the shards, a batch at a time; none where it has none.

        Label columns come as they are stored: ``label`` the number, ``label_name`` the word.
        only: those whose ``column`` is one of these.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        wanted = None if only is None else pa.array(sorted(only), pa.string())
        for shard in self._shards(config, split):
            with pq.ParquetFile(self.folder / shard.path, buffer_size=READ) as file:
                for batch in file.iter_batches(BATCH, columns=columns):
                    found = batch if wanted is None else batch.filter(pc.is_in(batch[column], wanted))
                    yield from found.to_pylist()

    def runs(self, config: str, split: str) -> Iterator[Iterator[Row]]:
        """Rows of one split by row group: within each, and from shard to shard, in the order of articles."""
        import pyarrow.parquet as pq

        groups = 0
        for shard in self._shards(config, split):
            with pq.ParquetFile(self.folder / shard.path, buffer_size=READ) as file:
                groups = max(groups, file.num_row_groups)
        return (self._run(config, split, group) for group in range(groups))

    def _run(self, config: str, split: str, group: int) -> Iterator[Row]:
        import pyarrow.parquet as pq

        for shard in self._shards(config, split):
            with pq.ParquetFile(self.folder / shard.path, buffer_size=READ) as file:
                if group < file.num_row_groups:
                    for batch in file.iter_batches(BATCH, row_groups=[group]):
                        yield from self._own(batch, column_about(config)).to_pylist()

    def _own(self, batch: pa.RecordBatch, column: str) -> pa.RecordBatch:
        """Of a batch in the order of its articles the rows that this piece is about."""
        if self.between is None:
            return batch
        ids = batch.column(column).to_pylist()
        first, after = self.between
        start, end = bisect_left(ids, first), len(ids) if after is None else bisect_left(ids, after)
        return batch.slice(start, end - start)

    def batches(self, config: str, split: str) -> Iterator[pa.RecordBatch]:
        """Rows of one split as Arrow holds them."""
        import pyarrow.parquet as pq

        for shard in self._shards(config, split):
            with pq.ParquetFile(self.folder / shard.path, buffer_size=READ) as file:
                yield from file.iter_batches(BATCH)

    def parts(self) -> list[ReleaseFacts]:
        """The same facts about a range of articles each: its shards of every config; split by split, in order."""
        ranges = sorted({(SPLITS.index(shard.split), range_named(shard.path)) for shard in self.shards})
        return [
            replace(self, shards=tuple(s for s in self.shards if (SPLITS.index(s.split), range_named(s.path)) == each))
            for each in ranges
        ]

    def _shards(self, config: str, split: str | None) -> list[Shard]:
        order = {name: place for place, name in enumerate(SPLITS)}
        wanted = [shard for shard in self.shards if shard.config == config and split in (None, shard.split)]
        return sorted(wanted, key=lambda shard: (order[shard.split], shard.path))


def column_about(config: str) -> str:
    """The column that says which article a row is about; a link belongs to its ``a``."""
    return "a" if config == "families" else "article_id"


def read_manifest(folder: Path) -> Row:
    """The manifest of a release as this Copydesk has it. Raises NewerRelease."""
    stated: Row = files.read_json(folder / MANIFEST)
    try:
        return records.current("manifest", stated, MANIFEST)
    except NewerRecord as newer:
        raise NewerRelease(folder, _maker(stated), newer.version, newer.known) from None


def _maker(stated: Row) -> str:
    """The Copydesk that made a release of which nothing else is known for sure."""
    tools = stated.get("tools")
    found = (tool for tool in tools if isinstance(tool, dict)) if isinstance(tools, list) else iter(())
    return next((str(tool.get("version")) for tool in found if tool.get("name") == "copydesk"), "of unknown version")


def shards(listed: Iterable[Mapping[str, Any]]) -> Iterator[Shard]:
    """The shards among a manifest's ``files``."""
    for entry in listed:
        placed = place(entry["path"])
        if placed:
            yield Shard(*placed, entry["path"], entry["rows"], entry["bytes"], entry["sha256"])


def layer_record(layer: Layer) -> Row:
    """A layer's definition as the manifest holds it."""
    left_out = ("folder", "predictor")
    plain = {field.name: getattr(layer, field.name) for field in fields(Layer) if field.name not in left_out}
    plain["attributes"] = [{"name": a.name, "labels": a.labels, "scale": a.scale} for a in layer.attributes]
    plain["targets"] = [{"target_id": t.target_id, "title": t.title} for t in layer.targets]
    return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}


def _layer(row: Mapping[str, Any], folder: Path) -> Layer:
    lists = {key: tuple(row[key]) for key in ("labels", "off_scale")}
    attributes = tuple(Attribute(a["name"], tuple(a["labels"]), a["scale"]) for a in row["attributes"])
    targets = tuple(Target(**target) for target in row["targets"])
    return Layer(**{**row, **lists, "attributes": attributes, "targets": targets}, folder=folder)
