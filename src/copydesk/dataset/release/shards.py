"""Rows into Parquet shards with stable borders and content-hashed names.

In:  rows of a config, article by article in the order of ``article_id``.
Out: ``data/<config>/<split>-NNNNN-of-NNNNN-<sha16>.parquet`` and logical digests of the full rows.

A split is cut by the leading bits of ``article_id`` (a hash), into so many ranges that none holds much more than
``TEXT_PER_SHARD`` of text. Shard k of every config is about the same articles; one article more changes one shard of
each config, until the split has grown so far that all ranges are halved. A range without rows has no file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.dataset import parquet
from copydesk.files import canonical, digest, sha256_file
from copydesk.project import SPLITS

if TYPE_CHECKING:
    import pyarrow as pa

TEXT_PER_SHARD = 64 * 2**20  #: code points
_PATH = re.compile(r"data/([a-z][a-z0-9_]*)/(train|validation|test)-(\d{5})-of-(\d{5})-([0-9a-f]{16})\.parquet")
_BITS = 16  # of article_id that may tell shards apart
_ID = re.compile(r"art-[0-9a-f]{16}")
_SIZE = 32  # bytes of a SHA-256

Row = dict[str, Any]


def place(path: str) -> tuple[str, str] | None:
    """Config and split of a shard's path; None for any other path."""
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found else None


def ranges(n_chars: int) -> int:
    """Into how many ranges a split with so much text is cut: a power of two."""
    count = 1
    while n_chars > count * TEXT_PER_SHARD and count < 2**_BITS:
        count *= 2
    return count


def is_id(article_id: str) -> bool:
    """Whether it is an article id, as far as ranges go."""
    return _ID.fullmatch(article_id) is not None


def range_of(article_id: str, count: int) -> int:
    """The range of ``count`` that an article belongs to; follows the order of ids."""
    return int(article_id.removeprefix("art-")[:4], 16) * count >> _BITS


def range_named(path: str) -> tuple[int, int]:
    """Number and count of ranges in a shard's path."""
    number, count = path.rsplit("/", 1)[-1].split("-")[1::2][:2]
    return int(number), int(count)


@dataclass
class RowDigests:
    """The SHA-256 of each row's canonical JSON, one after another, config by split: what a part of a release gives."""

    rows: dict[tuple[str, str], bytearray] = field(default_factory=dict)

    def add(self, config: str, split: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in further rows, in their order, as Parquet gives them back."""
        digests = self.rows.setdefault((config, split), bytearray())
        for row in rows:
            digests += hashlib.sha256(canonical(row)).digest()


@dataclass
class Digests:
    """Logical digests and row counts, config by split: SHA-256 over the rows' own.

    Rows are digested apart, so parts of a split can be, and are joined in order; what was joined is not kept.
    """

    counts: dict[tuple[str, str], int] = field(default_factory=dict)  #: rows, where there are any
    _joined: dict[tuple[str, str], Any] = field(default_factory=dict)  # running SHA-256

    def extend(self, part: RowDigests) -> None:
        """Take in what was digested apart, and follows."""
        for key, digests in part.rows.items():
            if digests:
                self.counts[key] = self.counts.get(key, 0) + len(digests) // _SIZE
                self._joined.setdefault(key, hashlib.sha256()).update(digests)

    def configs(self) -> list[dict[str, Any]]:
        """As the manifest lists them: ``articles`` first, splits in their usual order."""
        names = sorted({config for config, _ in self.counts}, key=lambda name: (name != "articles", name))
        return [self._config(name) for name in names]

    def _config(self, name: str) -> dict[str, Any]:
        counts = self.counts
        splits = [
            {"split": split, "rows": counts[name, split], "rows_sha256": self._joined[name, split].hexdigest()}
            for split in SPLITS
            if (name, split) in counts
        ]
        together = digest([[split["split"], split["rows_sha256"]] for split in splits])
        return {"name": name, "rows": sum(split["rows"] for split in splits), "rows_sha256": together, "splits": splits}


def write(
    folder: Path, config: str, split: str, part: tuple[int, int], pieces: Iterable[pa.Table], schema: pa.Schema
) -> tuple[Path, int]:
    """Put one shard into the release ``folder``: its path, and how many rows it has.

    part:   its number, and how many there are.
    pieces: its rows, in order.
    """
    number, count = part
    stem = f"{split}-{number:05d}-of-{count:05d}"
    path = folder / "data" / config / f"{stem}.parquet"
    rows = parquet.write_groups(path, _groups(config, pieces), schema)
    return path.rename(path.with_name(f"{stem}-{sha256_file(path)[:16]}.parquet")), rows


def _groups(config: str, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Row groups: what adjudicators said stands after all that was said before, whose bytes stay when they speak.

    Each piece is let go as soon as it is taken apart: a shard is in memory twice at most.
    """
    import pyarrow.compute as pc

    early, late = list[Any](), list[Any]()
    for piece in pieces:
        if config == "annotations":
            by_adjudicator = pc.equal(piece["role"], "adjudicator")
            late.append(piece.filter(by_adjudicator))
            piece = piece.filter(pc.invert(by_adjudicator))
        early.append(piece)
    for group in (early, late):
        if any(piece.num_rows for piece in group):
            yield _taken(group)


def _taken(pieces: list[pa.Table]) -> pa.Table:
    """All of them as one, a column at a time: of those joined already nobody holds the pieces."""
    import pyarrow as pa

    schema = pieces[0].schema
    columns = [[piece.column(number) for piece in pieces] for number in range(len(schema))]
    pieces.clear()
    joined = []
    for kind in schema.types:
        parts = [chunk for column in columns.pop(0) for chunk in column.chunks]
        joined.append(pa.table([pa.chunked_array(parts, kind)], names=[""]).combine_chunks().column(0))
        del parts
    return pa.Table.from_arrays(joined, schema=schema)


def as_stored(rows: list[Row], schema: pa.Schema) -> list[Row]:
    """``rows`` as Parquet gives them back: every number in its column's type, every struct in its order."""
    stored: list[Row] = parquet.table(rows, schema).to_pylist()
    return stored


def stored_schema(schema: pa.Schema) -> pa.Schema:
    """``schema`` as Parquet gives it back, where list items go by another name."""
    import io

    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(schema.empty_table(), file)
    return pq.read_schema(file)
