"""The shipped model: numbers of a pair in, probabilities out. A readable JSON file; loading it runs no code from it.

The head ``link`` is a sum of curves (:class:`Curves`): what each feature says, and how some change what others say.
The heads ``extent`` and ``wording`` are ensembles of small trees, one for each class, whose leaf values are summed. A
tree is five rows of equal length: the feature asked at each node, its threshold, where to go when the value is at most
the threshold (left) or above it (right), and the value of a leaf (feature -1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.files import read_json

MODEL = Path(__file__).with_name("model.json")
LIMIT = 3.0  #: spreads from the mean beyond which a product grows no further
_BATCH = 1024  # rows at a time: they stay in cache

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree over a matrix of features."""

    feature: npt.NDArray[np.int64]
    threshold: Matrix
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    value: Matrix
    depth: int  #: questions on the longest way from the root to a leaf

    @classmethod
    def of(cls, rows: Mapping[str, Any]) -> Tree:
        feature = np.array(rows["feature"], np.int64)
        leaf, self_ = feature < 0, np.arange(len(feature))
        left = np.where(leaf, self_, np.array(rows["left"], np.int64))
        right = np.where(leaf, self_, np.array(rows["right"], np.int64))
        depth, at = 0, np.zeros(1, np.int64)
        while not leaf[at].all():
            at = np.unique(np.concatenate([left[at], right[at]]))
            depth += 1
        return cls(
            np.maximum(feature, 0),
            np.array(rows["threshold"], np.float64),
            left,
            right,
            np.array(rows["value"], np.float64),
            depth,
        )

    def __call__(self, x: Matrix) -> Matrix:
        node: npt.NDArray[np.int64] = np.zeros(len(x), np.int64)
        flat, row = x.ravel(), np.arange(len(x)) * x.shape[1]
        for _ in range(self.depth):  # a leaf leads to itself
            goes_left = flat[row + self.feature[node]] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        values: Matrix = self.value[node]
        return values


@dataclass(frozen=True, slots=True)
class Head:
    """One question to the model: its classes' probabilities for each row of features."""

    features: tuple[str, ...]
    classes: tuple[str, ...]  #: with two, one ensemble speaks for the second
    bias: tuple[float, ...]
    ensembles: tuple[tuple[Tree, ...], ...]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Head:
        ensembles = tuple(tuple(Tree.of(tree) for tree in trees) for trees in record["ensembles"])
        return cls(tuple(record["features"]), tuple(record["classes"]), tuple(record["bias"]), ensembles)

    def __call__(self, x: Matrix) -> Matrix:
        """Shape: (rows, classes); each row sums to 1."""
        parts = [self._probabilities(np.ascontiguousarray(x[n : n + _BATCH])) for n in range(0, len(x), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes)))

    def _probabilities(self, x: Matrix) -> Matrix:
        sums = np.stack(
            [
                bias + sum((tree(x) for tree in trees), np.zeros(len(x)))
                for bias, trees in zip(self.bias, self.ensembles, strict=True)
            ],
            axis=1,
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
        derived = 1 / (1 + np.exp(-total))
        probabilities: Matrix = np.stack([1 - derived, derived], axis=1)
        return probabilities


@cache
def link() -> Curves:
    """The head that says whether two texts derive from one another."""
    return Curves.of(read_json(MODEL)["heads"]["link"])


@cache
def head(name: str) -> Head:
    """The head ``extent`` or ``wording``."""
    return Head.of(read_json(MODEL)["heads"][name])
