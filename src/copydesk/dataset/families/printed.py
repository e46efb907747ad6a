"""Fingerprints of articles on a shelf, one file for each shard of articles, made once.

In:  articles in shards.
Out: :class:`Printed`, from which the fingerprints of any of them are taken, by any process.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset import shards
from copydesk.dataset.articles import Articles
from copydesk.dataset.families.prints import Array, Index, Prints, Ragged, fingerprint
from copydesk.dataset.shelf import Shelf
from copydesk.editions import edition
from copydesk.executor import Executor

if TYPE_CHECKING:
    import pyarrow as pa

CODE = (
    "dataset/families/tokens.py",
    "dataset/families/words.py",
    "dataset/families/words.json",
    "dataset/families/prints.py",
)
COLUMNS = [field.name for field in fields(Prints)]


@dataclass(frozen=True, slots=True)
class Printed:
    """Fingerprints beside articles' shards."""

    shelf: Shelf

    @classmethod
    def of(cls, articles: Articles, executor: Executor, progress: Progress) -> Printed:
        """Fingerprints of all shards that the articles stand in."""
        printed = cls(articles.shelf.part(f"prints/{edition(CODE, ('numpy', 'xxhash'))}"))
        tasks = [_Shard(articles.shelf, name, printed.shelf) for name in articles.names]
        with progress("reading words", len(tasks)) as step:
            for _ in executor.map(print_shard, tasks):
                step(1)
        printed.shelf.keep(articles.names)
        return printed

    def take(self, articles: Articles, columns: list[str] | None = None) -> Prints:
        """The fingerprints of the articles, in order; other ``columns`` than those named are empty."""
        wanted = columns or COLUMNS
        parts, places = list[Prints](), list[Index]()
        for n, name in enumerate(articles.names):
            at = np.flatnonzero(articles.shard == n)
            table = shards.read(self.shelf, name, [*wanted, "same"])
            rows = table["same"].to_numpy()[articles.row[at]]
            parts.append(_prints(table, wanted).take(rows))
            places.append(at)
        order = np.empty(len(articles), np.int64)
        order[np.concatenate([*places, np.zeros(0, np.int64)])] = np.arange(len(articles))
        return Prints.joined(parts).take(order) if parts else fingerprint([])


@dataclass(frozen=True, slots=True)
class _Shard:
    articles: Shelf
    name: str
    prints: Shelf


def print_shard(task: _Shard) -> None:
    """Make a shard's fingerprints, unless they are there. Texts that stand more than once are read once."""
    if task.prints.has(task.name):
        return
    table = shards.read(task.articles, task.name, ["text", "text_sha256"])
    sums = np.array(table["text_sha256"].to_pylist(), "S64")
    _, first, at = np.unique(sums, return_index=True, return_inverse=True)
    same = first[at]
    texts = [str(text) if row == same[row] else "" for row, text in enumerate(table["text"].to_pylist())]
    put_prints(task.prints, task.name, fingerprint(texts), same)


def put_prints(shelf: Shelf, name: str, prints: Prints, same: Index) -> None:
    """Put a shard's fingerprints on a shelf; ``same``: for each row of the shard the fingerprint that is its own."""
    import pyarrow as pa

    columns: dict[str, Any] = {"same": pa.array(same.astype(np.int32))}
    more = len(same) - len(prints)  # rows without a fingerprint of their own
    for field in COLUMNS:
        column = getattr(prints, field)
        if isinstance(column, Ragged):
            starts = np.concatenate([column.starts, np.repeat(column.starts[-1:], more)])
            columns[field] = pa.LargeListArray.from_arrays(pa.array(starts), pa.array(column.flat))
        else:
            columns[field] = pa.array(np.concatenate([column, np.zeros(more, column.dtype)]))
    # in one stretch: some rows of it are then taken without touching the others
    shards.write(shelf, name, pa.table(columns), max(1, len(same)))


def _prints(table: pa.Table, wanted: list[str]) -> Prints:
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name not in wanted:
            columns[name] = Ragged(np.zeros(0, np.uint32), np.zeros(table.num_rows + 1, np.int64))
        elif name == "known":
            columns[name] = _one(table[name])
        else:
            chunks = [chunk for chunk in table[name].chunks if len(chunk)]
            parts = [Ragged(_flat(chunk), chunk.offsets.to_numpy() - chunk.offsets[0].as_py()) for chunk in chunks]
            columns[name] = Ragged.joined(parts) if len(parts) != 1 else parts[0]
    if "known" not in wanted:
        columns["known"] = np.zeros(table.num_rows, np.float32)
    return Prints(**columns)


def _flat(chunk: Any) -> Array:
    flat: Array = chunk.flatten().to_numpy(zero_copy_only=False)
    return flat


def _one(column: Any) -> Array:
    one: Array = column.to_numpy()
    return one
