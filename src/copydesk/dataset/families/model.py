"""The shipped model: numbers of a pair in, probabilities out. A readable JSON file; loading it runs no code from it.

The heads ``link`` (of whole texts) and ``part`` (of passages that two texts have in common) are sums of curves
(:class:`Curves`): what each feature says, and how some change what others say.
The head ``copied`` is a few steps (:class:`Copied`): it speaks where much was copied word for word.
The heads ``extent`` and ``wording`` are ensembles of small trees, one for each class, whose leaf values are summed. A
tree is five rows of equal length: the feature asked at each node, its threshold, where to go when the value is at most
the threshold (left) or above it (right), and the value of a leaf (feature -1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.features import NAMES
from copydesk.files import read_json

MODEL = Path(__file__).with_name("model.json")
LIMIT = 3.0  #: spreads from the mean beyond which a product grows no further
_SURE = 60.0  # log odds beyond which a probability changes no more
_BATCH = 1024  # rows at a time: they stay in cache

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees over a matrix of features, their nodes in one row."""

    feature: npt.NDArray[np.int64]
    threshold: Matrix
    goes: npt.NDArray[np.int64]  #: where each node leads: when above the threshold, and when not; a leaf to itself
    value: Matrix
    roots: npt.NDArray[np.int64]
    depth: int  #: questions on the longest way from a root to a leaf

    @classmethod
    def of(cls, trees: Sequence[Mapping[str, Any]]) -> Trees:
        sizes = [len(tree["feature"]) for tree in trees]
        first = np.cumsum([0, *sizes[:-1]])
        rows = {name: np.concatenate([np.array(tree[name]) for tree in trees]) for name in trees[0]}
        leaf, own = rows["feature"] < 0, np.arange(sum(sizes))
        before = np.repeat(first, sizes)
        goes = np.stack([np.where(leaf, own, rows[side] + before) for side in ("right", "left")], axis=1)
        depth, at = 0, first
        while not leaf[at].all():
            at = np.unique(goes[at])
            depth += 1
        return cls(np.maximum(rows["feature"], 0), rows["threshold"], goes.ravel(), rows["value"], first, depth)

    def __call__(self, x: Matrix) -> Matrix:
        """What each tree says of each row. Shape: (trees, rows)."""
        node = np.repeat(self.roots, len(x)).reshape(-1, len(x))
        flat, row = x.ravel(), np.arange(len(x)) * x.shape[1]
        for _ in range(self.depth):
            goes_left = flat[row + self.feature[node]] <= self.threshold[node]
            node = self.goes[2 * node + goes_left]
        values: Matrix = self.value[node]
        return values


@dataclass(frozen=True, slots=True)
class Head:
    """One question to the model: its classes' probabilities for each row of features."""

    features: tuple[str, ...]
    classes: tuple[str, ...]  #: with two, one ensemble speaks for the second
    bias: tuple[float, ...]
    trees: Trees  #: of all ensembles, one after the other
    ensembles: tuple[int, ...]  #: how many trees each has

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Head:
        trees = Trees.of([tree for trees in record["ensembles"] for tree in trees])
        sizes = tuple(len(trees) for trees in record["ensembles"])
        return cls(tuple(record["features"]), tuple(record["classes"]), tuple(record["bias"]), trees, sizes)

    def __call__(self, x: Matrix) -> Matrix:
        """Shape: (rows, classes); each row sums to 1."""
        parts = [self._probabilities(np.ascontiguousarray(x[n : n + _BATCH])) for n in range(0, len(x), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes)))

    def _probabilities(self, x: Matrix) -> Matrix:
        said = np.split(self.trees(x), np.cumsum(self.ensembles)[:-1])
        # one tree after the other: a row's sum is then the same in whatever company it is computed
        sums = np.stack(
            [bias + sum(values, np.zeros(len(x))) for bias, values in zip(self.bias, said, strict=True)], axis=1
        )
        if len(self.ensembles) == 1:
            sums = np.concatenate([np.zeros_like(sums), sums], axis=1)
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        probabilities: Matrix = powers / powers.sum(axis=1, keepdims=True)
        return probabilities


@dataclass(frozen=True, slots=True)
class Curves:
    """A logistic model: a curve for each feature, and products of features, summed and turned into a probability."""

    features: tuple[str, ...]
    classes: tuple[str, ...]
    bias: float
    curves: tuple[tuple[Matrix, Matrix], ...]  #: for each feature, values and what the sum gains there; lines between
    scales: tuple[tuple[bool, float, float], ...]  #: for each feature, whether its root is taken, mean and spread
    products: tuple[tuple[int, int, float], ...]  #: two features and the weight of their scaled values' product

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Curves:
        names = tuple(record["features"])
        rows = [record["curves"][name] for name in names]
        return cls(
            names,
            tuple(record["classes"]),
            record["bias"],
            tuple((np.array(row["at"], np.float64), np.array(row["gain"], np.float64)) for row in rows),
            tuple((row["root"], row["mean"], row["spread"]) for row in rows),
            tuple((names.index(one), names.index(other), weight) for one, other, weight in record["products"]),
        )

    def __call__(self, x: Matrix) -> Matrix:
        """Shape: (rows, 2); each row sums to 1."""
        parts = [self._probabilities(x[n : n + _BATCH]) for n in range(0, len(x), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, 2))

    def _probabilities(self, x: Matrix) -> Matrix:
        # column by column, never as a matrix product: a row's sum is then the same in whatever company it is computed
        columns = np.ascontiguousarray(x.T)
        total = np.full(len(x), self.bias)
        for column, (at, gain) in zip(columns, self.curves, strict=True):
            total += np.interp(column, at, gain)
        scaled = [
            np.clip(((np.sqrt(column) if root else column) - mean) / spread, -LIMIT, LIMIT)
            for column, (root, mean, spread) in zip(columns, self.scales, strict=True)
        ]
        for one, other, weight in self.products:
            total += scaled[one] * scaled[other] * weight
        derived = 1 / (1 + np.exp(np.clip(-total, -_SURE, _SURE)))
        probabilities: Matrix = np.stack([1 - derived, derived], axis=1)
        return probabilities


@dataclass(frozen=True, slots=True)
class Copied:
    """What copied runs of five words alone prove, whatever else the two texts are like."""

    steps: tuple[tuple[float, float, float], ...]
    """Share of the shorter text's runs that the other one has, how many these must be, and how likely it derives."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Copied:
        return cls(tuple((share, runs, chance) for share, runs, chance in record["steps"]))

    def __call__(self, x: Matrix) -> Matrix:
        """Shape: (rows,)."""
        share, copied = copied_runs(x)
        said = [np.where((share >= least) & (copied >= runs), chance, 0.0) for least, runs, chance in self.steps]
        same = x[:, NAMES.index("order_of_more")] >= 1  # every word of both: only case, quotes, white space differ
        surest: Matrix = np.max([*said, np.where(same, 1.0, 0.0)], axis=0)
        return surest


def copied_runs(x: Matrix) -> tuple[Matrix, Matrix]:
    """The share of the shorter text's runs of five words that the other one has, and about how many these are."""
    share = x[:, NAMES.index("fives_of_less")]
    return share, share * (np.expm1(x[:, NAMES.index("words")]) - 4)


@cache
def copied() -> Copied:
    """The head that knows copied runs."""
    return Copied.of(read_json(MODEL)["heads"]["copied"])


@cache
def link() -> Curves:
    """The head that says whether two texts derive from one another."""
    return Curves.of(read_json(MODEL)["heads"]["link"])


@cache
def part() -> Curves:
    """The head that says the same of two passages that a part of one text may have in common with the other."""
    return Curves.of(read_json(MODEL)["heads"]["part"])


@cache
def head(name: str) -> Head:
    """The head ``extent`` or ``wording``."""
    return Head.of(read_json(MODEL)["heads"][name])
