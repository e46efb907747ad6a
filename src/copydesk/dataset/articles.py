"""The articles of a build: ids and places in memory, texts in shards.

In:  shards of articles, as they are made.
Out: :class:`Articles`, sorted by id. What is held of an article is about 40 bytes, however long its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset import shards
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Executor
from copydesk.files import digest, sha256

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Row = dict[str, Any]

PASSING = "passing"  #: part of a shelf of articles: what a build makes anew each time, and clears up at its end
FEW, MERGED = 64, 16  #: shards from which on so many each are merged into one, for reading all articles in order
TOGETHER = 2048  #: articles that are read at a time for that
GROUP_ROWS, GROUP_BYTES = 4096, 16_000_000  #: what is written at a time, about


@dataclass(frozen=True, slots=True, eq=False)
class Articles:
    """Some articles, each in a shard on a shelf."""

    shelf: Shelf
    names: tuple[str, ...]  #: of shards
    ids: Array  #: the number in each article_id, rising
    shard: Array  #: which of ``names`` each stands in
    row: Array  #: and where in it
    texts: Array  #: 128 bits of each text's digest; shape: (n, 2)
    sites: Array  #: a number for each one's site
    bytes: Array  #: what each holds, about

    def __len__(self) -> int:
        return len(self.ids)

    def article_id(self, n: int) -> str:
        return f"art-{int(self.ids[n]):016x}"

    def take(self, rows: Array) -> Articles:
        """The articles named, in that order, with no more shards than they need."""
        used, shard = np.unique(self.shard[rows], return_inverse=True)
        names = tuple(self.names[n] for n in used.tolist())
        columns = (self.row, self.texts, self.sites, self.bytes)
        return Articles(self.shelf, names, self.ids[rows], shard, *(column[rows] for column in columns))

    @property
    def key(self) -> str:
        """A digest of which articles these are and where each stands: names what is made of them."""
        places = sha256(self.shard.astype("<i8").tobytes() + self.row.astype("<i8").tobytes())
        return digest([self.names, places], 32)

    def by_shard(self) -> Iterator[tuple[str, Array]]:
        """Each shard with the articles that stand in it, in order."""
        order = np.argsort(self.shard, kind="stable")
        starts = np.searchsorted(self.shard[order], np.arange(len(self.names) + 1)).tolist()
        for name, (first, end) in zip(self.names, pairwise(starts), strict=True):
            yield name, order[first:end]

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """These articles' columns, in order."""
        import pyarrow as pa

        found, places = list[pa.Table](), list[Array]()
        for name, at in self.by_shard():
            found.append(_rows(shards.read(self.shelf, name, columns), self.row[at]))
            places.append(at)
        order = np.empty(len(self), np.int64)
        order[np.concatenate([*places, np.zeros(0, np.int64)])] = np.arange(len(self))
        return pa.concat_tables(found).take(pa.array(order)).combine_chunks() if found else pa.table({})

    def merged(self, executor: Executor, shelf: Shelf) -> Articles:
        """The same articles in fewer shards, made for reading them in order: each stretch of them is in few shards.

        A shard's name is a digest of what is in it: a store that shows an overwrite late has none to show.
        """
        if len(self.names) <= FEW:
            return self
        order = np.argsort(self.shard // MERGED, kind="stable")
        starts = np.searchsorted(self.shard[order] // MERGED, np.arange(-(-len(self.names) // MERGED) + 1))
        parts = [order[first:end] for first, end in pairwise(starts.tolist())]
        names = tuple(f"{self.take(part).key}.arrow" for part in parts)
        tasks = (_Merge(self.take(part), shelf, name) for part, name in zip(parts, names, strict=True))
        shard, row = np.empty(len(self), np.int32), np.empty(len(self), np.int32)
        for n, (part, _) in enumerate(zip(parts, executor.map(merge, tasks), strict=True)):
            shard[part], row[part] = n, np.arange(len(part))
        return Articles(shelf, names, self.ids, shard, row, self.texts, self.sites, self.bytes)

    def records(self, columns: Sequence[str] | None = None) -> list[Row]:
        """The same as records."""
        rows: list[Row] = self.table(columns).to_pylist()
        return rows

    def groups(self) -> Iterator[Array]:
        """Stretches of all articles that are written at a time; the articles alone say where one ends."""
        ends, first = np.cumsum(self.bytes), 0
        while first < len(self):
            before = ends[first - 1] if first else 0
            last = int(np.searchsorted(ends, before + GROUP_BYTES))
            last = min(max(last, first + 1), first + GROUP_ROWS, len(self))
            yield np.arange(first, last)
            first = last


@dataclass(frozen=True, slots=True)
class _Merge:
    articles: Articles
    shelf: Shelf
    name: str


def merge(task: _Merge) -> None:
    """Put some shards' articles in one, in order, a stretch at a time."""
    rows = np.arange(len(task.articles))
    stretches = (rows[n : n + TOGETHER] for n in range(0, len(rows), TOGETHER))
    shards.write_parts(task.shelf, task.name, (task.articles.take(some).table() for some in stretches))


def _rows(table: pa.Table, rows: Array) -> pa.Table:
    """Some rows of a table; those that stand side by side are not copied."""
    import pyarrow as pa

    if len(rows) and int(rows[-1]) - int(rows[0]) == len(rows) - 1 and (np.diff(rows) == 1).all():
        return table.slice(int(rows[0]), len(rows))
    return table.take(pa.array(rows))


def put(shelf: Shelf, records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Articles:
    """Put ``columns`` of records that have a text on a shelf: for few records, which are in memory already."""
    import pyarrow as pa

    rows = sorted((row for row in records if row["text"]), key=lambda row: str(row["article_id"]))
    draft = Draft(shelf)
    parts = [rows[first : first + GROUP_ROWS] for first in range(0, len(rows), GROUP_ROWS)]
    for part in parts:
        text = pa.string()
        fields = {name: pa.struct({"name": text, "domain": text}) if name == "publisher" else text for name in columns}
        table = pa.Table.from_pylist([{name: row[name] for name in columns} for row in part], pa.schema(fields))
        heads = [{column: row[column] for column in columns if column != "text"} for row in part]
        name = f"{digest(heads, 32)}.arrow"
        shards.write(shelf, name, table)
        draft.take_up(name, table, np.array([len(row["text"]) for row in part], np.int64))
    return draft.articles(np.ones(len(rows), np.bool_))


class Draft:
    """Articles as they come in; the same identity may come more than once."""

    HEADS = ("article_id", "text_sha256", "publisher", "n_chars", "provenance")

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._names, self._sites = shelf, list[str](), dict[str, int]()
        self._columns: dict[str, list[Array]] = {name: [] for name in ("ids", "texts", "sites", "bytes")}

    def __len__(self) -> int:
        return sum(map(len, self._columns["ids"]))

    def add(self, name: str) -> None:
        """Take up a shard of article records."""
        table = shards.read(self._shelf, name, self.HEADS)
        self.take_up(name, table, _bytes(table))

    def take_up(self, name: str, table: pa.Table, sizes: Array) -> None:
        """Take up a shard of which the heads are known."""
        self._names.append(name)
        domain, publisher = (table["publisher"].combine_chunks().field(field) for field in ("domain", "name"))
        sites = [d or p or "" for d, p in zip(domain.to_pylist(), publisher.to_pylist(), strict=True)]
        self._columns["ids"].append(_numbers(table["article_id"], 4, 1)[:, 0])
        self._columns["texts"].append(_numbers(table["text_sha256"], 0, 2))
        self._columns["sites"].append(
            np.array([self._sites.setdefault(site, len(self._sites)) for site in sites], np.int32)
        )
        self._columns["bytes"].append(sizes)

    def _joined(self) -> dict[str, Array]:
        found = {name: np.concatenate([_EMPTY[name], *parts]) for name, parts in self._columns.items()}
        sizes = [len(part) for part in self._columns["ids"]]
        found["shard"] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        rows = [np.arange(size, dtype=np.int32) for size in sizes]
        return found | {"row": np.concatenate([np.zeros(0, np.int32), *rows])}

    def _all(self) -> Articles:
        return Articles(self._shelf, tuple(self._names), **self._joined())

    def rivals(self) -> Array:
        """Places of articles whose identity came more than once, those of one identity together."""
        ids = self._all().ids
        order = np.argsort(ids, kind="stable")
        same = ids[order][1:] == ids[order][:-1]
        rivals: Array = order[np.concatenate([same, [False]])[: len(ids)] | np.concatenate([[False], same])[: len(ids)]]
        return rivals

    def fetch(self, places: Array, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
        """Records of some articles with their places, a few in memory at a time."""
        everything = self._all()
        for first in range(0, len(places), GROUP_ROWS):
            some = places[first : first + GROUP_ROWS]
            yield from zip(some.tolist(), everything.take(some).records(columns), strict=True)

    def articles(self, kept: Flags) -> Articles:
        """The articles to keep, sorted by id."""
        everything = self._all()
        rows = np.flatnonzero(kept)
        return everything.take(rows[np.argsort(everything.ids[rows], kind="stable")])


_EMPTY: Mapping[str, Array] = {
    "ids": np.zeros(0, np.uint64),
    "texts": np.zeros((0, 2), np.uint64),
    "sites": np.zeros(0, np.int32),
    "bytes": np.zeros(0, np.int64),
}


def _numbers(column: pa.ChunkedArray, skip: int, count: int) -> Array:
    """Numbers that stand as 16 hex digits each behind ``skip`` letters. Shape: (n, count)."""
    text = "".join(value[skip : skip + 16 * count] for value in column.to_pylist())
    return np.frombuffer(bytes.fromhex(text), ">u8").astype(np.uint64).reshape(-1, count)


def _bytes(table: pa.Table) -> Array:
    """What each row holds, about: its letters and its provenance."""
    import pyarrow.compute as pc

    origin = table["provenance"].combine_chunks()
    lists = (pc.list_value_length(origin.field(name)) for name in ("segments", "findings", "removed"))
    sizes: Array = table["n_chars"].to_numpy() + 500
    for each in lists:
        sizes = sizes + 32 * each.to_numpy(zero_copy_only=False)
    return sizes
