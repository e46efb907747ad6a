"""Articles to links: which derives from which, how, and the passages that show it.

In:  article records.
Out: link records: fingerprint → collapse equal texts → candidate pairs → score → keep at least *possible* → align.

Each step but the choice of pairs depends on the two texts alone, so shards may run anywhere and scores can be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset.components import components
from copydesk.dataset.families import model
from copydesk.dataset.families.alignment import Passages, align
from copydesk.dataset.families.blocking import candidates
from copydesk.dataset.families.crowds import Crowds
from copydesk.dataset.families.features import features
from copydesk.dataset.families.memory import Keys, Memory, pair_keys, text_keys
from copydesk.dataset.families.prints import Index, Prints, fingerprint
from copydesk.dataset.families.relation import Relation, direction, relations
from copydesk.executor import Executor
from copydesk.files import digest

Article = dict[str, Any]
Link = dict[str, Any]
_Task = tuple[Article, Article, float]  # two articles, smaller id first, and their score
_Described = tuple[Relation, tuple[Passages, ...]]

BANDS = (("duplicate", 0.9), ("family", 0.5), ("possible", 0.1))
_SAME = Relation("whole", 1.0, "verbatim", 1.0)
_TEXTS, _PAIRS, _LINKS = 256, 2048, 128  # sizes of shards


def link(
    articles: Sequence[Article], *, executor: Executor, progress: Progress, cache: Path | None = None
) -> list[Link]:
    """The links among ``articles``, sorted by (a, b). Any order of articles gives the same links.

    Equal texts are linked in a star: each to the one with the smallest id, which alone is compared with others.
    ``cache``: a folder where this build remembers for the next what it found out about texts; the links are the same
    with it, without it, and after it is deleted.
    """
    ordered = sorted((a for a in articles if a["text"]), key=lambda article: article["article_id"])
    firsts, copies = _collapse(ordered)
    work = _Work(firsts, executor, progress, Memory(cache))
    prints = work.fingerprints()
    pairs = _worth_a_look(prints, [_site(article) for article in firsts])
    tasks = [(firsts[a], firsts[b], value) for a, b, value in work.scores(prints, pairs)]
    relations_of = work.relations(_kept_together(tasks))
    links = [_record(*task, *found) for task, found in relations_of]
    links += [_record(a, b, 1.0, _SAME, _whole(a, b)) for a, b in copies]
    work.memory.forget_others()
    return sorted(links, key=lambda record: (record["a"], record["b"]))


def _site(article: Article) -> str:
    publisher = article["publisher"]
    return str(publisher["domain"] or publisher["name"] or "")


def _worth_a_look(prints: Prints, sites: Sequence[str]) -> Index:
    """The candidate pairs, without those of one site that have just its furniture in common."""
    crowds = Crowds.of(prints)
    pairs = candidates(prints, crowds.full)
    furnished = crowds.furnished(pairs, sites)
    own = score(crowds.own, crowds.own_row[pairs[furnished]]) >= BANDS[1][1]
    kept = ~furnished
    kept[furnished] = own
    return pairs[kept]


def _collapse(articles: Sequence[Article]) -> tuple[list[Article], list[tuple[Article, Article]]]:
    """The first article of each text, and each other one with its first."""
    firsts: dict[str, Article] = {}
    copies = []
    for article in articles:
        first = firsts.setdefault(article["text_sha256"], article)
        if first is not article:
            copies.append((first, article))
    return list(firsts.values()), copies


def _kept_together(tasks: list[_Task]) -> list[_Task]:
    """Tasks ordered so that articles of one family are described in one shard: each text is then read once."""
    ids = {str(article["article_id"]) for a, b, _ in tasks for article in (a, b)}
    joined = components(ids, ((a["article_id"], b["article_id"]) for a, b, _ in tasks))
    place = {article: n for n, members in enumerate(joined) for article in members}
    return sorted(tasks, key=lambda task: place[task[0]["article_id"]])


@dataclass(frozen=True)
class _Work:
    """What is computed for texts and pairs of texts, in shards, unless it is remembered."""

    articles: Sequence[Article]
    executor: Executor
    progress: Progress
    memory: Memory

    @cached_property
    def keys(self) -> Keys:
        return text_keys([article["text_sha256"] for article in self.articles])

    def fingerprints(self) -> Prints:
        """Of every text."""
        known, rows = self.memory.prints(self.keys)
        texts = [self.articles[n]["text"] for n in np.flatnonzero(rows < 0).tolist()]
        shards = [texts[n : n + _TEXTS] for n in range(0, len(texts), _TEXTS)]
        parts = [known] if known else []
        with self.progress("reading words", len(texts)) as step:
            for shard, part in zip(shards, self.executor.map(fingerprint, shards), strict=True):
                parts.append(part)
                step(len(shard))
        rows[rows < 0] = np.arange(len(texts)) + (len(known) if known else 0)
        prints = Prints.joined(parts or [fingerprint([])]).take(rows)
        self.memory.keep_prints(self.keys, prints)
        return prints

    def scores(self, prints: Prints, pairs: Index) -> list[tuple[int, int, float]]:
        """The pairs that are at least *possible*, with their scores."""
        keys = pair_keys(self.keys, pairs)
        scores = self.memory.scores(keys)
        new = np.flatnonzero(np.isnan(scores))
        shards = [new[n : n + _PAIRS] for n in range(0, len(new), _PAIRS)]
        with self.progress("comparing", len(new)) as step:
            found = self.executor.map(_score, (_own(prints, pairs[shard]) for shard in shards))
            for shard, part in zip(shards, found, strict=True):
                scores[shard] = part
                step(len(shard))
        self.memory.keep_scores(keys, scores)
        kept = scores >= BANDS[-1][1]
        return list(zip(*pairs[kept].T.tolist(), scores[kept].tolist(), strict=True))

    def relations(self, tasks: Sequence[_Task]) -> list[tuple[_Task, _Described]]:
        """Extent, wording and evidence of linked pairs."""
        known = self.memory.relations()
        names = [f"{a['text_sha256']} {b['text_sha256']}" for a, b, _ in tasks]
        new = [(a["text"], b["text"]) for (a, b, _), name in zip(tasks, names, strict=True) if name not in known]
        shards = [new[n : n + _LINKS] for n in range(0, len(new), _LINKS)]
        made: list[_Described] = []
        with self.progress("describing links", len(new)) as step:
            for part in self.executor.map(describe, shards):
                made += part
                step(len(part))
        fresh = iter(made)
        found = [_remembered(known[name]) if name in known else next(fresh) for name in names]
        self.memory.keep_relations([_to_remember(name, each) for name, each in zip(names, found, strict=True)])
        return list(zip(tasks, found, strict=True))


def _to_remember(name: str, described: _Described) -> dict[str, Any]:
    kind, passages = described
    return {"key": name, "relation": list(astuple(kind)), "passages": [list(astuple(each)) for each in passages]}


def _remembered(row: dict[str, Any]) -> _Described:
    return Relation(*row["relation"]), tuple(Passages(*each) for each in row["passages"])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A shard of pairs with just the fingerprints it needs."""

    prints: Prints
    pairs: Index


def _own(prints: Prints, pairs: Index) -> _Pairs:
    rows, at = np.unique(pairs, return_inverse=True)
    return _Pairs(prints.take(rows), at.reshape(-1, 2))


def _score(shard: _Pairs) -> Any:
    return score(shard.prints, shard.pairs)


def score(prints: Prints, pairs: Index) -> Any:
    """Probability that the texts of each pair derive from one another or from one text; to six digits."""
    return np.round(model.head("link")(features(prints, pairs))[:, 1], 6)


def describe(texts: Sequence[tuple[str, str]]) -> list[_Described]:
    """Extent, wording and evidence of pairs of texts."""
    aligned = [align(a, b) for a, b in texts]
    return [(kind, each.passages) for kind, each in zip(relations(aligned), aligned, strict=True)]


def link_of(a: Article, b: Article, value: float) -> Link:
    """The link of two articles with that score, whatever the model would have said."""
    a, b = (a, b) if a["article_id"] < b["article_id"] else (b, a)
    if a["text"] == b["text"]:
        return _record(a, b, value, _SAME, _whole(a, b))
    return _record(a, b, value, *describe([(a["text"], b["text"])])[0])


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
