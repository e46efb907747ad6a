"""Articles to links: which derives from which, how, and the passages that show it.

In:  article records.
Out: link records: fingerprint → collapse equal texts → candidate pairs → score → keep at least *possible* → align.

Each step but the choice of pairs depends on the two texts alone, so shards may run anywhere and scores can be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copydesk.console import Progress
from copydesk.dataset.components import components
from copydesk.dataset.families import model
from copydesk.dataset.families.alignment import Passages, align
from copydesk.dataset.families.blocking import candidates
from copydesk.dataset.families.features import features
from copydesk.dataset.families.prints import Index, Prints, fingerprint
from copydesk.dataset.families.relation import Relation, direction, relations
from copydesk.executor import Executor
from copydesk.files import digest

Article = dict[str, Any]
Link = dict[str, Any]
_Task = tuple[Article, Article, float]  # two articles and their score

BANDS = (("duplicate", 0.9), ("family", 0.5), ("possible", 0.1))
_SAME = Relation("whole", 1.0, "verbatim", 1.0)
_TEXTS, _PAIRS, _LINKS = 256, 2048, 128  # sizes of shards


def link(articles: Sequence[Article], *, executor: Executor, progress: Progress) -> list[Link]:
    """The links among ``articles``, sorted by (a, b). Any order of articles gives the same links.

    Equal texts are linked in a star: each to the one with the smallest id, which alone is compared with others.
    """
    ordered = sorted((a for a in articles if a["text"]), key=lambda article: article["article_id"])
    firsts, copies = _collapse(ordered)
    prints = _fingerprints([article["text"] for article in firsts], executor, progress)
    scored = _scores(prints, candidates(prints), executor, progress)
    tasks = _kept_together([(firsts[a], firsts[b], value) for a, b, value in scored]) + [(a, b, 1.0) for a, b in copies]
    shards = [tasks[n : n + _LINKS] for n in range(0, len(tasks), _LINKS)]
    links: list[Link] = []
    with progress("describing links", len(tasks)) as step:
        for found in executor.map(describe, shards):
            links += found
            step(len(found))
    return sorted(links, key=lambda record: (record["a"], record["b"]))


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


def _fingerprints(texts: Sequence[str], executor: Executor, progress: Progress) -> Prints:
    shards = [texts[n : n + _TEXTS] for n in range(0, len(texts), _TEXTS)]
    parts = []
    with progress("reading words", len(texts)) as step:
        for shard, part in zip(shards, executor.map(fingerprint, shards), strict=True):
            parts.append(part)
            step(len(shard))
    return Prints.joined(parts) if parts else fingerprint([])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A shard of pairs with just the fingerprints it needs."""

    prints: Prints
    pairs: Index


def _scores(prints: Prints, pairs: Index, executor: Executor, progress: Progress) -> list[tuple[int, int, float]]:
    """The pairs that are at least *possible*, with their scores."""
    shards = [pairs[n : n + _PAIRS] for n in range(0, len(pairs), _PAIRS)]
    found: list[tuple[int, int, float]] = []
    with progress("comparing", len(pairs)) as step:
        for shard, scores in zip(shards, executor.map(_score, (_own(prints, s) for s in shards)), strict=True):
            kept = scores >= BANDS[-1][1]
            found += zip(*shard[kept].T.tolist(), scores[kept].tolist(), strict=True)
            step(len(shard))
    return found


def _own(prints: Prints, pairs: Index) -> _Pairs:
    rows, at = np.unique(pairs, return_inverse=True)
    return _Pairs(prints.take(rows), at.reshape(-1, 2))


def _score(shard: _Pairs) -> Any:
    return score(shard.prints, shard.pairs)


def score(prints: Prints, pairs: Index) -> Any:
    """Probability that the texts of each pair derive from one another or from one text; to six digits."""
    return np.round(model.head("link")(features(prints, pairs))[:, 1], 6)


def describe(tasks: Sequence[_Task]) -> list[Link]:
    """The link records of pairs of articles with their scores; the smaller id becomes ``a``."""
    ordered = [(a, b, value) if a["article_id"] < b["article_id"] else (b, a, value) for a, b, value in tasks]
    aligned = [align(a["text"], b["text"]) for a, b, _ in ordered if a["text"] != b["text"]]
    known = iter(zip(aligned, relations(aligned), strict=True))
    links = []
    for a, b, value in ordered:
        kind: Relation = _SAME
        passages: tuple[Passages, ...] = (Passages(0, len(a["text"]), 0, len(b["text"])),)
        if a["text"] != b["text"]:
            alignment, kind = next(known)
            passages = alignment.passages
        links.append(_record(a, b, value, kind, passages))
    return links


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
