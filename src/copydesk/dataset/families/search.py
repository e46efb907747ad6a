"""The search for pairs worth a look, shard by shard: the steps of blocking.py with files between them.

In:  articles and their fingerprints on a shelf.
Out: pairs of articles. Memory is that of a few shards and of some stretches of keys, however many articles there are;
     a step carries the names of no more than :data:`FAN` tables, and what is opened grows with the articles alone.

What passes between steps stands under a digest of all that it is made from: no name there ever has other bytes, as a
store may show an overwrite late. The end of a build clears it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset import shards
from copydesk.dataset.articles import PASSING, Articles
from copydesk.dataset.families import keyed
from copydesk.dataset.families import printed as printed_module
from copydesk.dataset.families.blocking import Chosen, Entries, Frequencies, Keys, Postings, partners, unpaired
from copydesk.dataset.families.crowds import Crowds
from copydesk.dataset.families.keyed import Keyed
from copydesk.dataset.families.printed import Printed, put_prints
from copydesk.dataset.families.prints import Array, Index, run_places
from copydesk.dataset.shelf import Shelf
from copydesk.editions import edition
from copydesk.executor import Executor
from copydesk.files import digest

RANGE = 8_000  #: articles for which there is one more range of keys
RANGES = 256  #: of keys at most
FAN = 2048  #: tables that are read side by side at most; of more, so many at a time are put together first
CODE = (
    "dataset/families/blocking.py",
    "dataset/families/crowds.py",
    "dataset/families/keyed.py",
    "dataset/families/search.py",
    "dataset/rows.py",
    "dataset/shards.py",
    *printed_module.CODE,
)
PAIRS = f"{PASSING}/pairs"  #: beside articles
COUNTED = ["keys", "key_weights", "key_kinds", "fives"]


@dataclass(frozen=True, slots=True)
class Step:
    """A shard, and what the steps share; travels to other processes."""

    shelf: Shelf  #: for what passes between steps
    printed: Printed
    own: Articles  #: the articles of this shard
    numbers: Index  #: their numbers among all
    all: int  #: how many there are
    edges: tuple[int, ...]  #: stretches of keys (keyed.py) at which ranges begin and end

    @property
    def name(self) -> str:
        return self.own.names[0]


@dataclass(frozen=True, slots=True)
class Range:
    """A range of the keys in some tables, to be put together."""

    shelf: Shelf
    names: tuple[str, ...]  #: of the tables
    target: str  #: what the outcome is named
    first: int  #: stretch of keys
    end: int


def pairs(articles: Articles, printed: Printed, executor: Executor, progress: Progress) -> tuple[Index, Index]:
    """Pairs worth a look; and which of them are of two texts with furniture on one site: :func:`own_passages` judge."""
    shelf, numbers, edges = _passing(articles), [at for _, at in articles.by_shard()], _edges(articles)
    ranges = len(edges) - 1
    # what a killed build left; that of the same articles is written again, and may not be missed by a store meanwhile
    articles.shelf.part(PAIRS).clear(but=(shelf.name,))
    furnished = np.zeros(len(articles), np.bool_)

    def steps() -> Iterator[Step]:
        return (Step(shelf, printed, articles.take(at), at, len(articles), edges) for at in numbers)

    with progress("finding pairs", 3 * len(numbers) + 3 * ranges) as stepped:
        _run(executor, count, steps(), stepped)
        _by_ranges(executor, total, shelf, "counted", articles.names, edges, stepped)
        for at, has_own in zip(numbers, _all(executor, choose, steps(), stepped), strict=True):
            furnished[at] = has_own
        for kind in ("known", "crowded"):
            _by_ranges(executor, gather, shelf, kind, articles.names, edges, stepped)
        codes = list(_all(executor, look, steps(), stepped))
    found = unpaired(np.unique(np.concatenate([*codes, np.zeros(0, np.int64)])), max(1, len(articles)))
    both = furnished[found].all(axis=1) & (articles.sites[found[:, 0]] == articles.sites[found[:, 1]])
    return found, np.flatnonzero(both)


def own_passages(articles: Articles) -> Printed:
    """Where the fingerprints of texts' own passages stand, after :func:`pairs`."""
    return Printed(_passing(articles).part("own"))


def _edges(articles: Articles) -> tuple[int, ...]:
    """The stretches of keys at which ranges begin and end."""
    ranges = min(RANGES, 1 + len(articles) // RANGE)
    return tuple(keyed.BUCKETS * n // ranges for n in range(ranges + 1))


def _passing(articles: Articles) -> Shelf:
    """Where the steps of a search among these articles put what passes between them."""
    made_from = [articles.key, _edges(articles), FAN, edition(CODE, ("numpy", "xxhash"))]
    return articles.shelf.part(f"{PAIRS}/{digest(made_from, 32)}")


def _all(executor: Executor, function: Callable[[Any], Any], steps: Iterable[Any], stepped: Any) -> Iterator[Any]:
    for done in executor.map(function, steps):
        stepped(1)
        yield done


def _run(executor: Executor, function: Callable[[Any], None], steps: Iterable[Any], stepped: Any) -> None:
    for _ in _all(executor, function, steps, stepped):
        pass


def _by_ranges(
    executor: Executor,
    function: Callable[[Range], None],
    shelf: Shelf,
    kind: str,
    names: Sequence[str],
    edges: Sequence[int],
    stepped: Any,
) -> None:
    """Put the tables of all shards together, a range of keys at a time; of many shards, some first."""
    tables = tuple(f"{name}.{kind}" for name in names)
    groups = [tables[n : n + FAN] for n in range(0, len(tables), FAN)]
    ranges = list(enumerate(pairwise(edges)))
    if len(groups) > 1:
        some = (
            Range(shelf, group, f"{kind}-{n}-{number}", *bounds)
            for n, group in enumerate(groups)
            for number, bounds in ranges
        )
        _run(executor, gather, some, lambda n: None)
    of_range = ([f"{kind}-{n}-{number}" for n in range(len(groups))] for number, _ in ranges)
    steps = (
        Range(shelf, tuple(names) if len(groups) > 1 else tables, f"{kind}-{number}", *bounds)
        for (number, bounds), names in zip(ranges, of_range, strict=True)
    )
    _run(executor, function, steps, stepped)


def gather(step: Range) -> None:
    """The lines of all tables in a range of keys, in one table: which texts have each key."""
    keyed.write(step.shelf, step.target, Keyed.joined(keyed.together(step.shelf, step.names, step.first, step.end)))


def total(step: Range) -> None:
    """How many texts of the corpus have each key of a range; keys that just one has are left out."""
    parts = keyed.together(step.shelf, step.names, step.first, step.end)
    frequent = (Frequencies.summed(part.keys, part.numbers) for part in parts)
    keyed.write(step.shelf, step.target, Keyed.joined(Keyed(each.keys, each.counts) for each in frequent))


def count(step: Step) -> None:
    """How many texts of a shard have each key."""
    keyed.write(step.shelf, f"{step.name}.counted", Keyed(*Keys.of(step.printed.take(step.own, COUNTED)).counted()))


def choose(step: Step) -> Any:
    """What of a shard's keys is looked at; which of its texts have furniture and passages of their own."""
    prints = step.printed.take(step.own)
    keys = Keys.of(prints)
    frequent = _frequencies(step, np.unique(keys.key))
    crowds = Crowds.of(prints, frequent)
    put_prints(step.shelf.part("own"), step.name, crowds.own, _places(step, crowds.own_row))
    chosen = Chosen.of(keys, frequent, crowds.full, step.numbers)
    for kind in ("usual", "asking"):
        rows, key = getattr(chosen, kind)
        shards.write_arrays(step.shelf, f"{step.name}.{kind}", rows=rows.astype(np.int32), keys=key)
    for kind in ("known", "crowded"):
        rows, key = getattr(chosen, kind)
        order = np.argsort(key)
        keyed.write(step.shelf, f"{step.name}.{kind}", Keyed(key[order], rows[order]))
    return crowds.own_row >= 0


def _places(step: Step, own_row: Index) -> Index:
    """For each row of the whole shard where its own passages stand."""
    places = np.full(int(step.own.row.max()) + 1, -1)
    places[step.own.row] = own_row
    return places


def _frequencies(step: Step, wanted: Array) -> Frequencies:
    """How many texts of the corpus have the keys of a shard."""
    counts = np.ones(len(wanted), np.uint32)
    for n, first, end in _parted(step, wanted):
        found = keyed.read(step.shelf, f"counted-{n}")
        if len(found.keys):
            at = np.minimum(np.searchsorted(found.keys, wanted[first:end]), len(found.keys) - 1)
            counts[first:end] = np.where(found.keys[at] == wanted[first:end], found.numbers[at], 1)
    return Frequencies(wanted, counts)


def look(step: Step) -> Index:
    """The pairs that a shard's texts bring."""
    usual, asking = (_entries(step, kind) for kind in ("usual", "asking"))
    postings = [_postings(step, kind, np.unique(keys)) for kind, (_, keys) in (("known", usual), ("crowded", asking))]
    return partners(usual, asking, postings[0], postings[1], step.all)


def _entries(step: Step, kind: str) -> Entries:
    rows, keys = shards.read_arrays(step.shelf, f"{step.name}.{kind}", "rows", "keys")
    return rows.astype(np.int64), keys


def _postings(step: Step, kind: str, wanted: Array) -> Postings:
    """The postings of the keys that a shard has."""
    parts, sizes = list[Array](), list[Index]()
    for n, first, end in _parted(step, wanted):
        found = keyed.read(step.shelf, f"{kind}-{n}")
        begins, ends = (np.searchsorted(found.keys, wanted[first:end], side) for side in ("left", "right"))
        parts.append(found.numbers[run_places(begins, ends - begins)])
        sizes.append(ends - begins)
    starts = np.cumsum(np.concatenate([[0], *sizes]), dtype=np.int64)
    return Postings(wanted, starts, np.concatenate([np.zeros(0, np.uint32), *parts]).astype(np.int32))


def _parted(step: Step, keys: Array) -> Iterator[tuple[int, int, int]]:
    """The ranges that rising keys are of, with where those of each stand among them."""
    bounds = np.searchsorted(keys, np.array(step.edges, np.uint64) << np.uint64(keyed.BITS))
    for n, (first, end) in enumerate(pairwise(bounds.tolist())):
        if first < end:
            yield n, first, end
