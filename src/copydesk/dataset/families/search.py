"""The search for pairs worth a look, shard by shard: the steps of blocking.py with files between them.

In:  articles and their fingerprints on a shelf.
Out: pairs of articles. Memory is that of a few shards and of one range of keys, however many articles there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset import shards
from copydesk.dataset.articles import Articles
from copydesk.dataset.families.blocking import Chosen, Entries, Frequencies, Keys, Postings, partners, unpaired
from copydesk.dataset.families.crowds import Crowds
from copydesk.dataset.families.printed import Printed, put_prints
from copydesk.dataset.families.prints import Array, Index, Ragged
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Executor

RANGE = 25_000  #: articles for which there is one more range of keys
COUNTED = ["keys", "key_weights", "key_kinds", "fives"]
_TOP = 1 << 33  # keys are below


@dataclass(frozen=True, slots=True)
class Step:
    """A shard (or a range of keys, as its number) and what the steps share; travels to other processes."""

    shelf: Shelf  #: for what passes between steps
    printed: Printed
    own: Articles  #: the articles of this shard
    numbers: Index  #: their numbers among all
    all: int  #: how many there are
    names: tuple[str, ...]  #: of all shards
    ranges: int
    number: int = 0

    @property
    def name(self) -> str:
        return self.own.names[0]

    def bounds(self) -> tuple[np.uint64, np.uint64]:
        """The range of keys."""
        first, end = (_TOP * n // self.ranges for n in (self.number, self.number + 1))
        return np.uint64(first), np.uint64(end)


def pairs(articles: Articles, printed: Printed, executor: Executor, progress: Progress) -> tuple[Index, Index]:
    """Pairs worth a look; and which of them are of two texts with furniture on one site: :func:`own_passages` judge."""
    shelf = articles.shelf.part("passing")
    ranges = 1 + len(articles) // RANGE
    steps = [
        Step(shelf, printed, articles.take(at), at, len(articles), articles.names, ranges)
        for at in (np.flatnonzero(articles.shard == n) for n in range(len(articles.names)))
    ]
    over = [replace(step, number=n) for step in steps[:1] for n in range(ranges)]
    codes, furnished = list[Array](), np.zeros(len(articles), np.bool_)
    with progress("finding pairs", 3 * len(steps) + 2 * len(over)) as stepped:
        for _ in _all(executor, count, steps, stepped):
            pass
        for _ in _all(executor, total, over, stepped):
            pass
        for step, has_own in zip(steps, _all(executor, choose, steps, stepped), strict=True):
            furnished[step.numbers] = has_own
        for _ in _all(executor, post, over, stepped):
            pass
        codes += _all(executor, look, steps, stepped)
    found = unpaired(np.unique(np.concatenate([*codes, np.zeros(0, np.int64)])), max(1, len(articles)))
    both = furnished[found].all(axis=1) & (articles.sites[found[:, 0]] == articles.sites[found[:, 1]])
    return found, np.flatnonzero(both)


def own_passages(articles: Articles) -> Printed:
    """Where the fingerprints of texts' own passages stand, after :func:`pairs`."""
    return Printed(articles.shelf.part("passing/own"))


def _all(executor: Executor, function: Callable[[Step], Any], steps: Sequence[Step], stepped: Any) -> Iterator[Any]:
    for done in executor.map(function, steps):
        stepped(1)
        yield done


def count(step: Step) -> None:
    """How many texts of a shard have each key."""
    keys, counts = Keys.of(step.printed.take(step.own, COUNTED)).counted()
    shards.write_arrays(step.shelf, step.name, counted=keys, counts=counts)


def total(step: Step) -> None:
    """How many texts of the corpus have each key of a range."""
    parts = [_between(step, shards.read_arrays(step.shelf, name, "counted", "counts")) for name in step.names]
    frequent = Frequencies.of(parts)
    shards.write_arrays(step.shelf, f"range-{step.number}", keys=frequent.keys, frequent=frequent.counts)


def _between(step: Step, arrays: tuple[Array, ...]) -> tuple[Array, Array]:
    """The part of a shard's counts that is in the range."""
    keys, counts = arrays
    first, end = np.searchsorted(keys, step.bounds())
    return keys[first:end], counts[first:end]


def choose(step: Step) -> Any:
    """What of a shard's keys is looked at; which of its texts have furniture and passages of their own."""
    prints = step.printed.take(step.own)
    keys = Keys.of(prints)
    frequent = _frequencies(step, np.unique(keys.key))
    crowds = Crowds.of(prints, frequent)
    put_prints(step.shelf.part("own"), step.name, crowds.own, _places(step, crowds.own_row))
    chosen = Chosen.of(keys, frequent, crowds.full, step.numbers)
    for kind in ("usual", "crowded", "asking"):
        rows, keys = getattr(chosen, kind)
        shards.write_arrays(step.shelf, f"{step.name}.{kind}", rows=rows.astype(np.int32), keys=keys)
    return crowds.own_row >= 0


def _places(step: Step, own_row: Index) -> Index:
    """For each row of the whole shard where its own passages stand."""
    places = np.full(int(step.own.row.max()) + 1, -1)
    places[step.own.row] = own_row
    return places


def _frequencies(step: Step, wanted: Array) -> Frequencies:
    """How many texts of the corpus have the keys of a shard."""
    counts = np.ones(len(wanted), np.uint32)
    for n, (first, end) in enumerate(_parted(step, wanted)):
        keys, frequent = shards.read_arrays(step.shelf, f"range-{n}", "keys", "frequent")
        if len(keys):
            at = np.minimum(np.searchsorted(keys, wanted[first:end]), len(keys) - 1)
            counts[first:end] = np.where(keys[at] == wanted[first:end], frequent[at], 1)
    return Frequencies(wanted, counts)


def post(step: Step) -> None:
    """Which texts have each key of a range."""
    first, end = step.bounds()
    for kind in ("usual", "crowded"):
        entries = list[Entries]()
        for name in step.names:
            rows, keys = _entries(step, name, kind)
            inside = (keys >= first) & (keys < end)
            entries.append((rows[inside], keys[inside]))
        found = Postings.of(entries)
        arrays = {"keys": found.keys, "starts": found.starts, "texts": found.texts}
        shards.write_arrays(step.shelf, f"{kind}-{step.number}", **arrays)


def _entries(step: Step, name: str, kind: str) -> Entries:
    rows, keys = shards.read_arrays(step.shelf, f"{name}.{kind}", "rows", "keys")
    return rows.astype(np.int64), keys


def look(step: Step) -> Index:
    """The pairs that a shard's texts bring."""
    chosen = Chosen(*(_entries(step, step.name, kind) for kind in ("usual", "crowded", "asking")))
    usual = _postings(step, "usual", np.unique(chosen.usual[1]))
    crowded = _postings(step, "crowded", np.unique(chosen.asking[1]))
    return partners(chosen, usual, crowded, step.all)


def _postings(step: Step, kind: str, wanted: Array) -> Postings:
    """The postings of the keys that a shard has."""
    parts = list[Entries]()
    for n, (first, end) in enumerate(_parted(step, wanted)):
        keys, starts, texts = shards.read_arrays(step.shelf, f"{kind}-{n}", "keys", "starts", "texts")
        at = np.searchsorted(keys, wanted[first:end])
        theirs = Ragged(texts, starts).take(at)
        parts.append((theirs.flat, np.repeat(wanted[first:end], theirs.sizes)))
    return Postings.of(parts)


def _parted(step: Step, keys: Array) -> Iterator[tuple[int, int]]:
    """Where the keys of each range stand among rising keys."""
    for n in range(step.ranges):
        first, end = np.searchsorted(keys, replace(step, number=n).bounds())
        yield int(first), int(end)
