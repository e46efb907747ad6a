"""Articles to links: which derives from which, how, and the passages that show it.

In:  article records.
Out: link records: fingerprint → collapse equal texts → candidate pairs → score → keep at least *possible* → align.

Each step but the choice of pairs depends on the two texts alone, so shards may run anywhere and scores can be kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset import articles as held_articles
from copydesk.dataset.articles import Articles
from copydesk.dataset.components import components
from copydesk.dataset.families import model, search
from copydesk.dataset.families.alignment import Passages, aligned
from copydesk.dataset.families.features import Compared
from copydesk.dataset.families.memory import Memory, pair_keys
from copydesk.dataset.families.printed import Printed
from copydesk.dataset.families.prints import Array, Index, Prints, fingerprint
from copydesk.dataset.families.relation import Relation, direction, relations
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Executor
from copydesk.files import digest

Article = dict[str, Any]
Link = dict[str, Any]
_Described = tuple[Relation, tuple[Passages, ...]]

BANDS = (("duplicate", 0.9), ("family", 0.5), ("possible", 0.1))
_SAME = Relation("whole", 1.0, "verbatim", 1.0)
_PAIRS, _LINKS = 1024, 128  # sizes of shards
#: what a description reads of a fingerprint
DESCRIBED = ["words", "keys", "key_weights", "content", "sentences"]
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


def link(
    articles: Articles | Sequence[Article], *, executor: Executor, progress: Progress, cache: Path | None = None
) -> list[Link]:
    """The links among ``articles``, sorted by (a, b). Any order of articles gives the same links.

    Equal texts are linked in a star: each to the one with the smallest id, which alone is compared with others.
    ``cache``: a folder where this build remembers for the next what it found out about texts; the links are the same
    with it, without it, and after it is deleted.
    """
    with held(articles, cache) as all_articles:
        firsts, copies = _collapse(all_articles)
        printed = Printed.of(firsts, executor, progress)
        work = _Work(firsts, printed, executor, progress, Memory(cache / "pairs" if cache else None))
        links = work.relations(work.scores(work.worth_a_look()))
        pairs = zip(copies[0].records(COLUMNS), copies[1].records(COLUMNS), strict=True)
        links += [_record(a, b, 1.0, _SAME, _whole(a, b)) for a, b in pairs]
        work.memory.forget_others()
    return sorted(links, key=lambda record: (record["a"], record["b"]))


@contextmanager
def held(articles: Articles | Sequence[Article], cache: Path | None) -> Iterator[Articles]:
    """The articles as they stand on a shelf; records are put on one, in ``cache`` or for as long as the block runs."""
    if isinstance(articles, Articles):
        yield articles
    elif cache:
        yield held_articles.put(Shelf.at(cache / "articles"), articles, COLUMNS)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield held_articles.put(Shelf.at(folder), articles, COLUMNS)


def _collapse(articles: Articles) -> tuple[Articles, tuple[Articles, Articles]]:
    """The first article of each text; and of each other one its first, and itself."""
    _, first, at = np.unique(articles.texts, axis=0, return_index=True, return_inverse=True)
    first_of = first[at.reshape(-1)] if len(first) else np.zeros(0, np.int64)
    rows = np.arange(len(articles))
    copies = np.flatnonzero(first_of != rows)
    return articles.take(rows[first_of == rows]), (articles.take(first_of[copies]), articles.take(copies))


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

    def relations(self, scored: tuple[Index, Array]) -> list[Link]:
        """The links, with extent, wording and evidence."""
        pairs, scores = scored
        known = self.memory.relations()
        tasks = [_own_articles(self.printed, self.articles, known, *each) for each in _kept_together(pairs, scores)]
        links, told = list[Link](), list[Link]()
        with self.progress("describing links", len(pairs)) as step:
            for made, described in self.executor.map(_links, tasks):
                links += made
                told += described
                step(len(made))
        self.memory.keep_relations(told)
        return links


def _near(pairs: Index) -> Index:
    """An order of pairs in which those of texts with a partner in common come near: each text is then read seldom."""
    first = np.arange(int(pairs.max(initial=-1)) + 1)
    for ours, theirs in (pairs.T, pairs.T[::-1]):
        np.minimum.at(first, ours, theirs)
    order: Index = np.lexsort((pairs[:, 1], pairs[:, 0], first[pairs[:, 0]]))
    return order


def _kept_together(pairs: Index, scores: Array) -> Iterator[tuple[Index, Array]]:
    """Shards of pairs, ordered so that articles of one family come together: each text is then read once."""
    place = np.full(int(pairs.max(initial=-1)) + 1, -1)
    for n, members in enumerate(components(np.unique(pairs).tolist(), pairs.tolist())):
        place[members] = n
    order = np.argsort(place[pairs[:, 0]], kind="stable")
    for first in range(0, len(order), _LINKS):
        some = order[first : first + _LINKS]
        yield pairs[some], scores[some]


@dataclass(frozen=True, slots=True)
class _Linked:
    """A shard of linked pairs with just the articles it needs, and what is remembered of them."""

    printed: Printed
    articles: Articles
    pairs: Index
    scores: Array
    known: dict[str, Any]


def _own_articles(printed: Printed, articles: Articles, known: dict[str, Any], pairs: Index, scores: Array) -> _Linked:
    rows, at = np.unique(pairs, return_inverse=True)
    own, at = articles.take(rows), at.reshape(-1, 2)
    names = (_name(key) for key in own.texts[at].reshape(-1, 4))
    return _Linked(printed, own, at, scores, {name: known[name] for name in names if name in known})


def _name(texts: Array) -> str:
    """What the relation of two texts is remembered by."""
    return " ".join(f"{int(a):016x}{int(b):016x}" for a, b in texts.reshape(2, 2))


def _links(task: _Linked) -> tuple[list[Link], list[dict[str, Any]]]:
    """The links of a shard, and what to remember of them."""
    records = task.articles.records(COLUMNS)
    pairs = [(records[a], records[b]) for a, b in task.pairs.tolist()]
    names = [_name(texts) for texts in task.articles.texts[task.pairs]]
    new = np.array([name not in task.known for name in names])
    fresh = iter(describe(task.printed.take(task.articles, DESCRIBED), task.pairs[new]) if new.any() else ())
    found = [_remembered(task.known[name]) if name in task.known else next(fresh) for name in names]
    links = [_record(*pair, score, *each) for pair, score, each in zip(pairs, task.scores.tolist(), found, strict=True)]
    return links, [_to_remember(name, each) for name, each in zip(names, found, strict=True)]


def _to_remember(name: str, described: _Described) -> dict[str, Any]:
    kind, passages = described
    said = [kind.extent, kind.extent_confidence, kind.wording, kind.wording_confidence]
    places = [[each.a_start, each.a_end, each.b_start, each.b_end] for each in passages]
    return {"key": name, "relation": said, "passages": places}


def _remembered(row: dict[str, Any]) -> _Described:
    return Relation(*row["relation"]), tuple(Passages(*each) for each in row["passages"])


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


def score(prints: Prints, pairs: Index) -> Any:
    """Probability that the texts of each pair derive from one another or from one text; to six digits."""
    compared = Compared(prints)
    close = compared.alike(pairs)
    scores = np.zeros(len(pairs))
    scores[close] = np.round(model.link()(compared.features(pairs[close]))[:, 1], 6)
    return scores


def score_of(a: str, b: str) -> float:
    """The score of two texts."""
    return float(score(fingerprint([a, b]), np.array([(0, 1)]))[0])


def describe(prints: Prints, pairs: Index) -> list[_Described]:
    """Extent, wording and evidence of pairs of texts."""
    alignments = aligned(prints, pairs)
    return [(kind, each.passages) for kind, each in zip(relations(alignments), alignments, strict=True)]


def link_of(a: Article, b: Article, value: float) -> Link:
    """The link of two articles with that score, whatever the model would have said."""
    a, b = (a, b) if a["article_id"] < b["article_id"] else (b, a)
    if a["text"] == b["text"]:
        return _record(a, b, value, _SAME, _whole(a, b))
    prints = fingerprint([a["text"], b["text"]])
    return _record(a, b, value, *describe(prints, np.array([(0, 1)]))[0])


def _whole(a: Article, b: Article) -> tuple[Passages, ...]:
    return (Passages(0, len(a["text"]), 0, len(b["text"])),)


def _record(a: Article, b: Article, value: float, kind: Relation, passages: Sequence[Passages]) -> Link:
    towards, basis = direction(a, b, kind.extent)
    return {
        "link_id": f"link-{digest([a['article_id'], b['article_id']], 16)}",
        "a": a["article_id"],
        "b": b["article_id"],
        "score": value,
        "band": band(value),
        "extent": kind.extent,
        "extent_confidence": round(kind.extent_confidence, 4),
        "wording": kind.wording,
        "wording_confidence": round(kind.wording_confidence, 4),
        "direction": towards,
        "direction_basis": basis,
        "evidence": [each.as_record() for each in passages],
        "decided_by": "model",
        "reason": None,
    }


def band(value: float) -> str:
    """The band of a score that is at least *possible*."""
    return next(name for name, least in BANDS if value >= least or name == "possible")
