"""The data of a release: every shard, written into a folder that has no version yet.

In:  a corpus in parcels and the split of every article.
Out: shards, schemas and removals in the folder; logical digests of the full rows, and what was found on the way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from copydesk import files
from copydesk.dataset.release import leaks, parcels, passages, personal, shards
from copydesk.dataset.release.audience import PUBLIC, is_cleared
from copydesk.dataset.release.corpus import Corpus
from copydesk.dataset.release.filling import Parcel, Settled, fill
from copydesk.dataset.release.papers.tally import Tally
from copydesk.executor import Executor
from copydesk.issues import Issue
from copydesk.project import SPLITS
from copydesk.schemas import Schemas

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
#: Folder, config, split, number and count, columns, files of its rows.
Shard = tuple[Path, str, str, tuple[int, int], "pa.Schema", list[Path]]


@dataclass
class Draft:
    """A release folder that is being filled."""

    folder: Path
    corpus: Corpus
    schemas: Schemas
    splits: Mapping[str, str]  #: article_id → split; those in none are held out
    audience: str
    executor: Executor
    full: shards.Digests = field(default_factory=shards.Digests)  #: of all rows, whatever the audience may see
    published: shards.Digests = field(default_factory=shards.Digests)  #: of the same rows, withheld labels aside
    rows: dict[str, int] = field(default_factory=dict)  #: by file
    disputes: list[Row] = field(default_factory=list)
    scan: personal.Scan = field(default_factory=personal.Scan)
    leaks: list[leaks.Leak] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    tally: Tally | None = None  #: of the rows published, once the parcels are filled

    @property
    def withheld(self) -> tuple[str, ...]:
        """Splits whose labels stay out."""
        return self.corpus.project.release.withhold_labels if self.audience == PUBLIC else ()

    def fill(self) -> None:
        """Join all records to rows, parcel by parcel. Raises BrokenHistory, BrokenLine, NewerRecord."""
        cache = personal.Cache.read(self.corpus.project.build / personal.CACHE)
        keys, answers = [], defaultdict[str, Counter[str]](Counter)
        self.tally = Tally(self.corpus.layers)
        for found in self.executor.map(fill, self._parcels(cache)):
            self.full.extend(found.full)
            self.published.extend(found.published)
            self.disputes += found.disputes
            self.issues += found.issues
            self.scan += found.scan
            cache.learn(found.searched)
            self.tally.take(found.tally)
            keys.append(found.passages)
            for layer, counts in found.answers.items():
                answers[layer].update(counts)
        cache.write()
        self.disputes.sort(key=files.canonical)
        self.issues += [issue for layer, counts in answers.items() for issue in _stale(layer, counts)]
        gone = (row for row in self._built() if row["article_id"] in self.corpus.gone)
        self.leaks = leaks.find(self._built(), self.splits, gone, leaks.shared(keys))

    def _parcels(self, cache: personal.Cache) -> Iterator[Parcel]:
        corpus, release = self.corpus, self.corpus.project.release
        settled = Settled(self.schemas, self.audience, self.withheld, corpus.removals, release.waivers)
        ends: dict[int, set[str]] = defaultdict(set)
        for link in corpus.links:
            ends[corpus.parcels.holding(link["a"])].add(link["b"])
        by_parcel: dict[int, list[str]] = defaultdict(list)
        for article_id in corpus.texts:
            by_parcel[corpus.parcels.holding(article_id)].append(article_id)
        for number, folder in enumerate(corpus.parcels):
            own = by_parcel[number]
            splits = {key: self.splits[key] for key in {*own, *ends[number]} if key in self.splits}
            yield Parcel(folder, splits, cache.of(corpus.texts[key] for key in own), settled)

    def _built(self) -> Iterator[Row]:
        """Articles as they were built, in the order of their ids, a parcel in memory at a time."""
        for folder in self.corpus.parcels:
            yield from parcels.rows(folder / "articles.arrow")

    def write(self) -> None:
        """Write all shards, ``schemas/`` and ``removals.jsonl``."""
        for path, size in self.executor.map(_write_shard, self._shards()):
            self.rows[path] = size
        layers = [layer.name for layer in self.corpus.layers]
        configs = (f"rows/{config}" for config in ("articles", "annotations", "families", *layers))
        for name in (*configs, "annotation", "removal", *layers):  # also of configs that have no rows yet
            # the order of a schema's properties is the order of columns: keys stay as they are
            data = orjson.dumps(self.schemas[name], option=orjson.OPT_INDENT_2)
            files.write_bytes(self.folder / f"schemas/{name}.schema.json", data + b"\n")
        if self.tally and self.audience == PUBLIC and self.tally.counts.get("uncleared"):
            withheld = (row for row in self._built() if row["article_id"] in self.splits and not is_cleared(row))
            self.rows[passages.PASSAGES] = passages.write(self.folder, withheld)
        files.write_jsonl(self.folder / "removals.jsonl", self.corpus.removals)
        self.rows["removals.jsonl"] = len(self.corpus.removals)

    def _shards(self) -> Iterator[Shard]:
        """Every shard with the files of its rows: those of the parcels in its range."""
        chars: Counter[str] = Counter()
        for article_id, split in self.splits.items():
            chars[split] += self.corpus.lengths[article_id]
        configs = ("articles", "annotations", "families", *(layer.name for layer in self.corpus.layers))
        schemas = {config: self.schemas.arrow(f"rows/{config}") for config in configs}
        folders = list(self.corpus.parcels)
        for split in (split for split in SPLITS if split in chars):
            count = min(shards.ranges(chars[split]), len(folders))
            size = len(folders) // count
            for number in range(count):
                own = folders[number * size : (number + 1) * size]
                for config in configs:
                    paths = [path for folder in own if (path := folder / f"{config}.{split}.arrow").exists()]
                    if paths:
                        yield self.folder, config, split, (number, count), schemas[config], paths


def _write_shard(shard: Shard) -> tuple[str, int]:
    folder, config, split, part, schema, paths = shard
    path, rows = shards.write(folder, config, split, part, map(parcels.table, paths), schema)
    return path.relative_to(folder).as_posix(), rows


def _stale(layer: str, counts: Counter[str]) -> Iterator[Issue]:
    if counts["fit"] < counts["given"]:
        stale = f"{counts['given'] - counts['fit']} of {counts['given']} answers"
        message = f"{stale} are about another text or version of the layer"
        hint = "they stay out of the release; `copydesk push` asks again"
        yield Issue("stale-answers", f"labeling/{layer}", message, hint=hint, severity="warning")
