"""Articles to links: which derives from which, how, and the passages that show it.

In:  article records, or articles on a shelf.
Out: ``find`` gives the pairs that are at least *possible*, with their scores: fingerprint → collapse equal texts →
     candidate pairs → score. ``records`` describes those that are to be recorded. ``link`` does both, for few articles.

Each step but the choice of pairs depends on the two texts alone, so shards may run anywhere and scores can be kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset import articles as held_articles
from copydesk.dataset.articles import Articles
from copydesk.dataset.families import search
from copydesk.dataset.families.alignment import Passages
from copydesk.dataset.families.described import NOTHING, SAME, Description, describe, described
from copydesk.dataset.families.memory import Memory, pair_keys
from copydesk.dataset.families.printed import Printed
from copydesk.dataset.families.prints import Array, Index, fingerprint
from copydesk.dataset.families.relation import About, direction
from copydesk.dataset.families.scores import BANDS, band, score
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Executor, lasting
from copydesk.files import digest

Article = dict[str, Any]
Link = dict[str, Any]

_PAIRS = 1024  # of a shard
_RECORDS = 4096  # links that are made at a time
#: what the stage reads of an article
COLUMNS = (
    "article_id",
    "text",
    "text_sha256",
    "publisher",
    "published",
    "published_earliest",
    "published_latest",
)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The pairs of articles that are at least *possible*, in a few bytes each."""

    articles: Articles
    pairs: Index  #: numbers of two articles, the smaller first; sorted
    scores: Array


def find(articles: Articles, *, executor: Executor, progress: Progress, cache: Path) -> Found:
    """The pairs among ``articles`` that are at least *possible*. Any order of articles gives the same pairs.

    Equal texts are paired in a star: each with the one with the smallest id, which alone is compared with others.
    ``cache``: a folder where this build remembers for the next what it found out about texts; the pairs are the same
    with it and after it is deleted.
    """
    firsts, copies = _collapse(articles)
    work = _Work(articles.take(firsts), Printed.of(articles, executor, progress), executor, progress, Memory.at(cache))
    with lasting(executor):
        pairs, scores = work.scores(work.worth_a_look())
    pairs = np.concatenate([firsts[pairs], copies])
    order = np.lexsort(pairs.T[::-1])
    scores = np.concatenate([scores, np.ones(len(copies))])[order]
    return Found(articles, pairs[order], scores)


def records(found: Found, places: Index, *, executor: Executor, progress: Progress, cache: Path) -> Iterator[Link]:
    """The link records of some of the pairs, in order; a few are in memory at a time."""
    articles, pairs, memory = found.articles, found.pairs[places], Memory.at(cache)
    told = describe(articles, Printed.at(articles.shelf), pairs, memory, executor, progress)
    memory.forget_others()
    for first in range(0, len(places), _RECORDS):
        some = np.arange(first, min(first + _RECORDS, len(places)))
        scores = found.scores[places[some]].tolist()
        for (a, b), value, each in zip(pairs[some].tolist(), scores, told.take(some), strict=True):
            yield _record(articles.article_id(a), articles.article_id(b), value, each)


def link(
    articles: Articles | Sequence[Article], *, executor: Executor, progress: Progress, cache: Path | None = None
) -> list[Link]:
    """The links among ``articles``, sorted by (a, b), with or without a folder to remember in."""
    with ExitStack() as stack:
        folder = cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        all_articles = held(articles, folder)
        found = find(all_articles, executor=executor, progress=progress, cache=folder)
        places = np.arange(len(found.pairs))
        return list(records(found, places, executor=executor, progress=progress, cache=folder))


def held(articles: Articles | Sequence[Article], folder: Path) -> Articles:
    """The articles as they stand on a shelf; records are put on one in ``folder``."""
    if isinstance(articles, Articles):
        return articles
    return held_articles.put(Shelf.at(folder / "articles"), articles, COLUMNS)


def _collapse(articles: Articles) -> tuple[Index, Index]:
    """The numbers of the first article of each text; and for each other one of its first and itself."""
    _, first, at = np.unique(articles.texts, axis=0, return_index=True, return_inverse=True)
    first_of = first[at.reshape(-1)] if len(first) else np.zeros(0, np.int64)
    rows = np.arange(len(articles))
    copies = np.flatnonzero(first_of != rows)
    return rows[first_of == rows], np.stack([first_of[copies], copies], axis=1)


@dataclass(frozen=True)
class _Work:
    """What is computed for pairs of texts, in shards, unless it is remembered."""

    articles: Articles
    printed: Printed
    executor: Executor
    progress: Progress
    memory: Memory

    def worth_a_look(self) -> Index:
        """The candidate pairs, without those of one site that have just its furniture in common."""
        pairs, furnished = search.pairs(self.articles, self.printed, self.executor, self.progress)
        own = search.own_passages(self.articles)
        parts = [furnished[n : n + _PAIRS] for n in range(0, len(furnished), _PAIRS)]
        kept = np.ones(len(pairs), np.bool_)
        tasks = (_own(own, self.articles, pairs[part]) for part in parts)
        for part, values in zip(parts, self.executor.map(_score, tasks), strict=True):
            kept[part] = values >= BANDS[1][1]
        return pairs[kept]

    def scores(self, pairs: Index) -> tuple[Index, Array]:
        """The pairs that are at least *possible*, and their scores."""
        keys = pair_keys(self.articles.texts[:, 0], pairs)
        scores = self.memory.scores(keys)
        new = np.flatnonzero(np.isnan(scores))
        new = new[_near(pairs[new])]
        shards = [new[n : n + _PAIRS] for n in range(0, len(new), _PAIRS)]
        with self.progress("comparing", len(new)) as step:
            found = self.executor.map(_score, (_own(self.printed, self.articles, pairs[shard]) for shard in shards))
            for shard, part in zip(shards, found, strict=True):
                scores[shard] = part
                step(len(shard))
        self.memory.keep_scores(keys, scores)
        kept = scores >= BANDS[-1][1]
        return pairs[kept], scores[kept]


def _near(pairs: Index) -> Index:
    """An order of pairs in which those of texts with a partner in common come near: each text is then read seldom."""
    first = np.arange(int(pairs.max(initial=-1)) + 1)
    for ours, theirs in (pairs.T, pairs.T[::-1]):
        np.minimum.at(first, ours, theirs)
    order: Index = np.lexsort((pairs[:, 1], pairs[:, 0], first[pairs[:, 0]]))
    return order


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A shard of pairs, with the articles it needs and where their fingerprints stand."""

    printed: Printed
    articles: Articles
    pairs: Index


def _own(printed: Printed, articles: Articles, pairs: Index) -> _Pairs:
    rows, at = np.unique(pairs, return_inverse=True)
    return _Pairs(printed, articles.take(rows), at.reshape(-1, 2))


def _score(shard: _Pairs) -> Any:
    return score(shard.printed.take(shard.articles), shard.pairs)


def link_of(a: Article, b: Article, value: float) -> Link:
    """The link of two articles with that score, whatever the model would have said."""
    a, b = (a, b) if a["article_id"] < b["article_id"] else (b, a)
    passages: tuple[Passages, ...]
    kind, passages = SAME, (Passages(0, len(a["text"]), 0, len(b["text"])),)
    if a["text"] != b["text"]:
        kind, passages = described(fingerprint([a["text"], b["text"]]), np.array([(0, 1)]))[0]
    if not passages:  # people see what the texts do not show: nothing is claimed of how the one was made of the other
        kind = NOTHING
    towards = direction(About.of(a), About.of(b), kind.extent)
    return _record(a["article_id"], b["article_id"], value, Description(kind, *towards, passages))


def _record(a: str, b: str, value: float, said: Description) -> Link:
    kind = said.relation
    return {
        "link_id": f"link-{digest([a, b], 16)}",
        "a": a,
        "b": b,
        "score": value,
        "band": band(value),
        "extent": kind.extent,
        "extent_confidence": round(kind.extent_confidence, 4),
        "wording": kind.wording,
        "wording_confidence": round(kind.wording_confidence, 4),
        "direction": said.towards,
        "direction_basis": said.basis,
        "evidence": [each.as_record() for each in said.passages],
        "decided_by": "model",
        "reason": None,
    }
