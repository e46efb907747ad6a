"""The data of a release: every shard, written into a folder that has no version yet.

In:  a corpus and the split of every article.
Out: shards, schemas and removals in the folder; logical digests of the full rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from copydesk import files
from copydesk.dataset.release import passages, rows, shards
from copydesk.dataset.release.audience import PUBLIC, UNLABELLED, is_cleared, withhold
from copydesk.dataset.release.corpus import Corpus
from copydesk.schemas import Schemas

Row = dict[str, Any]


@dataclass
class Draft:
    """A release folder that is being filled, article by article in the order of their ids."""

    folder: Path
    corpus: Corpus
    schemas: Schemas
    splits: Mapping[str, str]  #: article_id → split; those in none are held out
    audience: str
    full: shards.Digests = field(default_factory=shards.Digests)  #: of all rows, whatever the audience may see
    published: shards.Digests = field(default_factory=shards.Digests)  #: of the same rows, withheld labels aside
    rows: dict[str, int] = field(default_factory=dict)  #: by file

    @property
    def withheld(self) -> tuple[str, ...]:
        """Splits whose labels stay out."""
        return self.corpus.project.release.withhold_labels if self.audience == PUBLIC else ()

    def write(self) -> None:
        """Write all shards, ``schemas/`` and ``removals.jsonl``."""
        for split in sorted(set(self.splits.values())):
            self._write_split(split)
        layers = [labels.layer.name for labels in self.corpus.labels]
        configs = (f"rows/{config}" for config in ("articles", "annotations", "families", *layers))
        for name in (*configs, "annotation", "removal", *layers):  # also of configs that have no rows yet
            # the order of a schema's properties is the order of columns: keys stay as they are
            data = orjson.dumps(self.schemas[name], option=orjson.OPT_INDENT_2)
            files.write_bytes(self.folder / f"schemas/{name}.schema.json", data + b"\n")
        if self.audience == PUBLIC:
            self._write_passages()
        files.write_jsonl(self.folder / "removals.jsonl", self.corpus.removals)
        self.rows["removals.jsonl"] = len(self.corpus.removals)

    def _write_passages(self) -> None:
        published = (self.corpus.articles[article_id] for article_id in sorted(self.splits))
        withheld = [article for article in published if not is_cleared(article)]
        if withheld:
            self.rows[passages.PASSAGES] = passages.write(self.folder, withheld)

    def _write_split(self, split: str) -> None:
        members = [article_id for article_id in self.corpus.articles if self.splits.get(article_id) == split]
        count = shards.ranges(sum(self.corpus.articles[article_id]["n_chars"] for article_id in members))
        by_range: dict[int, list[str]] = defaultdict(list)
        for article_id in members:
            by_range[shards.range_of(article_id, count)].append(article_id)
        for number in sorted(by_range):
            self._write_range(split, (number, count), by_range[number])

    def _write_range(self, split: str, part: tuple[int, int], members: list[str]) -> None:
        full: dict[str, list[Row]] = defaultdict(list)
        for article_id in members:
            for config, found in self._rows_of(article_id, split).items():
                full[config] += found
        uncleared = {article_id for article_id in members if not is_cleared(self.corpus.articles[article_id])}
        for config, found in full.items():
            if found:
                self._write_shard(config, split, part, found, uncleared if self.audience == PUBLIC else set())

    def _write_shard(
        self, config: str, split: str, part: tuple[int, int], found: list[Row], wordless: set[str]
    ) -> None:
        schema = self.schemas.arrow(f"rows/{config}")
        found = shards.as_stored(found, schema)
        self.full.add(config, split, found)
        if split in self.withheld and config not in UNLABELLED:
            return
        self.published.add(config, split, found)
        about = "a" if config == "families" else "article_id"
        shown = [withhold(config, row) if row[about] in wordless else row for row in found]
        path = shards.write(self.folder, config, split, part, shown, schema)
        self.rows[path.relative_to(self.folder).as_posix()] = len(shown)

    def _rows_of(self, article_id: str, split: str) -> dict[str, list[Row]]:
        """All rows of one article, by config."""
        status = {labels.layer.name: labels.status[article_id] for labels in self.corpus.labels}
        article = self.corpus.articles[article_id] | {"split": split, "layers": status}
        answers = [answer for labels in self.corpus.labels for answer in labels.answers.get(article_id, ())]
        found = {"articles": [article], "annotations": rows.answer_rows(article, answers)}
        found["families"] = rows.link_rows(article, self.corpus.links.get(article_id, ()), self.splits)
        for labels in self.corpus.labels:
            found[labels.layer.name] = rows.gold_rows(labels.layer, article, labels.gold.get(article_id, []))
        return found
