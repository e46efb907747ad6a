"""How well texts were grouped, against the families given: pairs, clusters, leaks. Groups are labels, one a text."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations

import numpy as np

Labels = Sequence[Hashable]


def measured(gold: Labels, found: Labels, bundles: Labels | None = None) -> dict[str, float]:
    """Every measure. ``bundles``: what a split keeps together, where that is more than ``found``."""
    precision, recall = pairs(gold, found)
    b_precision, b_recall = b_cubed(gold, found)
    kept = bundles or found
    return {
        "precision": precision,
        "recall": recall,
        "f1": harmonic(precision, recall),
        "ari": adjusted_rand(gold, found),
        "b3": harmonic(b_precision, b_recall),
        "leaked": leaked(gold, kept),
        "largest": max(Counter(kept).values(), default=0) / max(len(gold), 1),
    }


def harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def _together(counts: Counter) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def pairs(gold: Labels, found: Labels) -> tuple[float, float]:
    """Precision and recall of pairs that are together."""
    both = _together(Counter(zip(gold, found, strict=True)))
    said, true = _together(Counter(found)), _together(Counter(gold))
    return (both / said if said else 1.0, both / true if true else 1.0)


def adjusted_rand(gold: Labels, found: Labels) -> float:
    """Hubert and Arabie (1985)."""
    both, true, said = (
        _together(Counter(zip(gold, found, strict=True))),
        _together(Counter(gold)),
        _together(Counter(found)),
    )
    every = len(gold) * (len(gold) - 1) / 2
    chance = true * said / every if every else 0.0
    top = (true + said) / 2
    return (both - chance) / (top - chance) if top != chance else 1.0


def b_cubed(gold: Labels, found: Labels) -> tuple[float, float]:
    """Bagga and Baldwin (1998)."""
    both, true, said = Counter(zip(gold, found, strict=True)), Counter(gold), Counter(found)
    n = max(len(gold), 1)
    return (
        sum(count * count / said[label] for (_, label), count in both.items()) / n,
        sum(count * count / true[label] for (label, _), count in both.items()) / n,
    )


def leaked(gold: Labels, bundles: Labels, salts: int = 20) -> float:
    """Share of true pairs that an 80/10/10 split by bundle puts on two sides; mean over salts."""
    shares = []
    for salt in range(salts):
        side = {bundle: _side(f"{salt}/{bundle}") for bundle in set(bundles)}
        together = _together(Counter(zip(gold, (side[bundle] for bundle in bundles), strict=True)))
        true = _together(Counter(gold))
        shares.append(1 - together / true if true else 0.0)
    return float(np.mean(shares))


def _side(key: str) -> int:
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
    return int(drawn >= 0.8) + int(drawn >= 0.9)


def confused(gold: Labels, topics: Labels, found: Labels, texts: Sequence[str]) -> float | None:
    """Share of pairs about one topic, of two families, without much copied (five-word runs below .3), in one group."""
    by_topic: dict[Hashable, list[int]] = {}
    for row, topic in enumerate(topics):
        if topic is not None:
            by_topic.setdefault(topic, []).append(row)
    runs = {row: _fives(texts[row]) for rows in by_topic.values() for row in rows}
    pairs_ = [pair for rows in by_topic.values() for pair in combinations(rows, 2)]
    apart = [(a, b) for a, b in pairs_ if gold[a] != gold[b]]
    apart = [(a, b) for a, b in apart if len(runs[a] & runs[b]) < 0.3 * max(1, min(len(runs[a]), len(runs[b])))]
    return sum(found[a] == found[b] for a, b in apart) / len(apart) if apart else None


def told(gold: Labels, found: Labels, ids: Sequence[str], sources: Sequence[str | None]) -> float | None:
    """Accuracy of telling whether a text derives from the one that it is held against; null if none names one."""
    place = {name: row for row, name in enumerate(ids)}
    asked = [(row, place[source]) for row, source in enumerate(sources) if source is not None]
    right = [(found[a] == found[b]) == (gold[a] == gold[b]) for a, b in asked]
    return sum(right) / len(right) if right else None


def _fives(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[n : n + 5]) for n in range(max(1, len(words) - 4))}
