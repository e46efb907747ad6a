"""Fingerprints of articles on a shelf, one file for each shard of articles, made once.

In:  articles in shards.
Out: :class:`Printed`, from which the fingerprints of any of them are taken, by any process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from copydesk.console import Progress
from copydesk.dataset import rows, shards
from copydesk.dataset.articles import Articles
from copydesk.dataset.families.prints import Array, Index, Prints, Ragged, fingerprint, run_places
from copydesk.dataset.families.relation import About
from copydesk.dataset.shelf import Shelf
from copydesk.editions import edition
from copydesk.executor import Executor

CODE = (
    "dataset/families/tokens.py",
    "dataset/families/words.py",
    "dataset/families/words.json",
    "dataset/families/prints.py",
    "dataset/families/printed.py",
    "dataset/families/relation.py",
)
PRINTS = "prints"  #: beside articles, in a folder for each edition of the code
#: what is read of an article
READ = ("text", "text_sha256", "publisher", "agency", "published", "published_earliest", "published_latest")
COLUMNS = tuple(field.name for field in fields(Prints))


@dataclass(frozen=True, slots=True)
class Printed:
    """Fingerprints beside articles' shards."""

    shelf: Shelf

    @classmethod
    def at(cls, articles: Shelf) -> Printed:
        """Those beside the shards on that shelf."""
        return cls(articles.part(f"{PRINTS}/{edition(CODE, ('numpy', 'xxhash'))}"))

    @classmethod
    def of(cls, articles: Articles, executor: Executor, progress: Progress) -> Printed:
        """Fingerprints of all shards that the articles stand in."""
        printed = cls.at(articles.shelf)
        tasks = [_Shard(articles.shelf, name, printed.shelf) for name in articles.names]
        with progress("reading words", len(tasks)) as step:
            for _ in executor.map(print_shard, tasks):
                step(1)
        articles.shelf.part(PRINTS).clear(but=(printed.shelf.name,))
        printed.shelf.keep(name for shard in articles.names for name in (shard, _about(shard)))
        return printed

    def about(self, articles: Articles) -> list[About]:
        """What is told about the articles, in order."""
        told: list[Any] = [None] * len(articles)
        for name, at in articles.by_shard():
            flat, starts = rows.read(self.shelf, _about(name), articles.row[at])
            lines = (orjson.loads(flat[first:end].tobytes()) for first, end in pairwise(starts.tolist()))
            for place, (names, agency, *others) in zip(at.tolist(), lines, strict=True):
                told[place] = About(tuple(names), tuple(agency), *others)
        return told

    def take(self, articles: Articles, columns: Sequence[str] = COLUMNS) -> Prints:
        """The fingerprints of the articles, in order; other ``columns`` than those named are empty."""
        parts, starts, before = list[Array](), np.empty(len(articles), np.int64), 0
        for name, at in articles.by_shard():
            flat, begin = rows.read(self.shelf, name, articles.row[at])
            starts[at] = before + begin[:-1]
            before += len(flat)
            parts.append(flat)
        return _unpacked(np.concatenate([np.zeros(0, np.uint32), *parts]), starts, columns)


@dataclass(frozen=True, slots=True)
class _Shard:
    articles: Shelf
    name: str
    prints: Shelf


def print_shard(task: _Shard) -> None:
    """Make a shard's fingerprints, unless they are there. Texts that stand more than once are read once."""
    if task.prints.has(task.name):
        return
    table = shards.read(task.articles, task.name, READ)
    texts = [str(text) for text in table["text"].to_pylist()]
    heads = table.drop_columns(["text", "text_sha256"]).to_pylist()
    told = [astuple(About.of(head | {"text": text})) for head, text in zip(heads, texts, strict=True)]
    _put_about(task.prints, _about(task.name), told)
    sums = np.array(table["text_sha256"].to_pylist(), "S64")
    _, first, at = np.unique(sums, return_index=True, return_inverse=True)
    same = first[at]
    texts = [text if row == same[row] else "" for row, text in enumerate(texts)]
    put_prints(task.prints, task.name, fingerprint(texts), same)


def _about(shard: str) -> str:
    return f"{shard}.about"


def _put_about(shelf: Shelf, name: str, told: Sequence[tuple[Any, ...]]) -> None:
    """Put what is told about a shard's articles on a shelf, as JSON that is filled up with blanks."""
    lines = [orjson.dumps(each) for each in told]
    lines = [line + b" " * (-len(line) % 4) for line in lines]
    ends = np.cumsum([0, *(len(line) // 4 for line in lines)])
    rows.write(shelf, name, np.frombuffer(b"".join(lines), "<u4"), np.stack([ends[:-1], ends[1:]], axis=1))


def put_prints(shelf: Shelf, name: str, prints: Prints, same: Index) -> None:
    """Put a shard's fingerprints on a shelf; ``same``: for each row of the shard the fingerprint that is its own."""
    flat, starts = _packed(prints)
    spans = np.stack([starts[:-1], starts[1:]], axis=1)
    rows.write(shelf, name, flat, spans[same] if len(spans) else np.zeros((len(same), 2), np.int64))


# A packed fingerprint is its sizes and what of it the table knows, then one column after the other.
_SIZED = ("words", "keys", "content", "sentences", "pairs", "threes", "fives")
_BESIDE = {"key_weights": "keys", "key_kinds": "keys"}
_DTYPES = {"key_weights": np.float32, "key_kinds": np.uint8, "content": np.int32, "sentences": np.int32}
_HEAD = len(_SIZED) + 1


def _laid(sizes: Mapping[str, Index]) -> Iterator[tuple[str, Index, Index]]:
    """Columns in their order, with where each begins in every row and how many words it has there."""
    at: Index = np.full(len(sizes["words"]), _HEAD)
    for name in COLUMNS:
        if name != "known":
            count = sizes[_BESIDE.get(name, name)]
            words = -(-count // 4) if name == "key_kinds" else count
            yield name, at, count
            at = at + words
    yield "", at, at


def _packed(prints: Prints) -> tuple[Array, Index]:
    """Each fingerprint as 32-bit words, and where each begins."""
    sizes = {name: getattr(prints, name).sizes for name in _SIZED}
    *columns, (_, total, _) = _laid(sizes)
    starts = np.concatenate([[0], np.cumsum(total)])
    flat = np.zeros(starts[-1], np.uint32)
    head = np.stack([*(sizes[name].astype(np.uint32) for name in _SIZED), prints.known.view(np.uint32)], axis=1)
    flat[starts[:-1, None] + np.arange(_HEAD)] = head
    for name, at, count in columns:
        values = getattr(prints, name).flat
        if name == "key_kinds":
            flat.view(np.uint8)[run_places(4 * (starts[:-1] + at), count)] = values
        else:
            flat[run_places(starts[:-1] + at, count)] = values.view(np.uint32)
    return flat, starts


def _unpacked(flat: Array, starts: Index, wanted: Sequence[str]) -> Prints:
    head = flat[starts[:, None] + np.arange(_HEAD)]
    *columns, _ = _laid({name: head[:, n].astype(np.int64) for n, name in enumerate(_SIZED)})
    found: dict[str, Any] = {"known": np.ascontiguousarray(head[:, -1]).view(np.float32)}
    for name, at, count in columns:
        dtype = _DTYPES.get(name, np.uint32)
        if name not in wanted:
            found[name] = Ragged(np.zeros(0, dtype), np.zeros(len(starts) + 1, np.int64))
            continue
        begins, column = (starts + at) * (4 if name == "key_kinds" else 1), flat.view(dtype)
        parts = [column[first:end] for first, end in zip(begins.tolist(), (begins + count).tolist(), strict=True)]
        found[name] = Ragged(np.concatenate([column[:0], *parts]), np.concatenate([[0], np.cumsum(count)]))
    return Prints(**found)
