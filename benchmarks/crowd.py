"""How well a crowd's labels are put together, side by side: majority, Dawid-Skene as published, MACE, and Copydesk.

    python benchmarks/crowd.py VOTES.csv KEY

VOTES: one row per unit, one column per worker, empty where not answered. KEY: one expert label per line. Each method
sees all votes, then samples of some per unit (means over ``SEEDS`` seeds); none of them sees the key. Ties count by the
share of the right label among the tied.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from copydesk.labeling.adjudicate import trust
from copydesk.labeling.adjudicate.competence import dawid_skene

SEEDS = 5
SAMPLES = (3, 5, 7)  #: votes per unit
RESTARTS, ROUNDS = 10, 50  #: of MACE, as published

Votes = list[tuple[int, int, int]]
Shape = tuple[int, int, int]
Method = Callable[[Votes, Shape], Any]


def majority(votes: Votes, shape: Shape) -> Any:
    """How many votes each label has."""
    counts = np.zeros((shape[0], shape[2]))
    np.add.at(counts, tuple(np.array(votes).T[[0, 2]]), 1)
    return counts


def published(votes: Votes, shape: Shape) -> Any:
    return dawid_skene(votes, shape).posterior


def copydesk(votes: Votes, shape: Shape) -> Any:
    return trust.estimate(votes, shape).posterior


def mace(votes: Votes, shape: Shape) -> Any:
    """Hovy et al. (2013): an annotator knows the label, or spams by habit. Variational, best of restarts.

    Priors as in their release: Beta(.5, .5) on spamming, Dirichlet(10) on habits.
    """
    runs = [_mace(np.array(votes).T, shape, np.random.default_rng(seed)) for seed in range(RESTARTS)]
    return max(runs, key=lambda each: each[0])[1]


def _mace(votes: Any, shape: Shape, random: Any) -> tuple[float, Any]:
    unit, who, given = votes
    units, annotators, labels = shape
    knows = random.uniform(0.5, 1, annotators)
    habit = random.dirichlet(np.ones(labels), annotators)
    for _ in range(ROUNDS):
        spam = (1 - knows[who]) * habit[who, given]
        likely = spam[:, None] + knows[who, None] * (given[:, None] == np.arange(labels))
        log = np.stack([np.bincount(unit, np.log(each), units) for each in likely.T], axis=1)
        evidence = float(np.log(np.exp(log).mean(axis=1) + 1e-300).sum())
        posterior = np.exp(log - log.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        knew = posterior[unit, given] * knows[who] / (knows[who] + spam)
        knew_of, spammed = np.bincount(who, knew, annotators), np.bincount(who, 1 - knew, annotators)
        both = _exp_digamma(knew_of + spammed + 1.0)
        knows = _exp_digamma(knew_of + 0.5) / both
        habits = np.full((annotators, labels), 10.0)
        np.add.at(habits, (who, given), 1 - knew)
        habit = _exp_digamma(habits) / _exp_digamma(habits.sum(axis=1, keepdims=True))
    return evidence, posterior


def _exp_digamma(x: Any) -> Any:
    """exp(digamma(x)), by recurrence up to 6 and Stirling's series from there."""
    total = np.zeros_like(x)
    shifted = np.array(x, dtype=float)
    for _ in range(6):
        total -= 1 / shifted
        shifted += 1
    square = 1 / (shifted * shifted)
    return np.exp(total + np.log(shifted) - 0.5 / shifted - square * (1 / 12 - square * (1 / 120 - square / 252)))


METHODS: dict[str, Method] = {
    "majority": majority,
    "Dawid-Skene (1979)": published,
    "MACE (2013)": mace,
    "copydesk": copydesk,
}


def accuracy(table: Any, true: Any) -> float:
    tied = np.isclose(table, table.max(axis=1, keepdims=True))
    return float((tied[np.arange(len(true)), true] / tied.sum(axis=1)).mean())


def sample(votes: Votes, each: int, seed: int) -> Votes:
    """``each`` votes of every unit."""
    random = np.random.default_rng(seed)
    of: dict[int, Votes] = {}
    for vote in votes:
        of.setdefault(vote[0], []).append(vote)
    return [mine[n] for mine in of.values() for n in random.permutation(len(mine))[:each]]


def main(votes_path: str, key_path: str) -> None:
    with Path(votes_path).open(encoding="utf-8", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    key = [line.strip() for line in Path(key_path).read_text(encoding="utf-8").splitlines()]
    labels = sorted({cell for row in rows for cell in row if cell} | set(key))
    place = {label: n for n, label in enumerate(labels)}
    votes = [(unit, who, place[cell]) for unit, row in enumerate(rows) for who, cell in enumerate(row) if cell]
    true = np.array([place[label] for label in key])
    shape = (len(rows), max(map(len, rows)), len(labels))
    print(f"{shape[0]} units, {shape[1]} workers, {len(labels)} labels, {len(votes)} votes")
    sets = [("all", [votes])]
    sets += [(f"{each} a unit", [sample(votes, each, seed) for seed in range(SEEDS)]) for each in SAMPLES]
    print(f"{'':22}" + "".join(f"{name:>12}" for name, _ in sets) + f"{'CPU s (all)':>14}")
    for name, method in METHODS.items():
        began = time.process_time()
        method(votes, shape)
        took = time.process_time() - began
        found = [np.mean([accuracy(method(some, shape), true) for some in chosen]) for _, chosen in sets]
        print(f"{name:22}" + "".join(f"{each:12.4f}" for each in found) + f"{took:14.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
