"""Who is right how often: Dawid and Skene's model of annotators who err, each in their own way.

In:  votes as triples (unit, annotator, category), by index.
Out: for each unit the probability of each category; how common each is; each annotator's confusion matrix.

Source: Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM algorithm.
Pseudo-votes (``trust``) can be added to each annotator's matrix, so that three answers do not make an oracle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """What EM arrived at."""

    posterior: Floats  #: [unit, category]
    prior: Floats  #: [category]
    confusion: Floats  #: [annotator, true category, category given]

    @property
    def accuracy(self) -> Floats:
        """How often each annotator is right, over categories as common as they are. Shape [annotator]."""
        right: Floats = np.einsum("ikk,k->i", self.confusion, self.prior)
        return right


def dawid_skene(
    votes: Sequence[tuple[int, int, int]],
    shape: tuple[int, int, int],
    *,
    weights: Floats | None = None,
    right: float = 0.0,
    wrong: float = 0.0,
    rounds: int = 300,
    tolerance: float = 1e-6,
) -> Estimate:
    """Estimate by expectation-maximisation from the majority.

    Shape:  votes of (unit, annotator, category); ``shape`` = numbers of each; ``weights`` = how much each unit counts.
            ``right``, ``wrong``: pseudo-votes of each annotator for each category, ``wrong`` for all others together;
            without them it is the published estimator.
    """
    units, annotators, categories = shape
    unit, annotator, given = np.array(votes, dtype=np.int64).reshape(-1, 3).T
    pseudo = np.full((categories, categories), wrong / max(1, categories - 1))
    np.fill_diagonal(pseudo, right)
    weight = np.ones(units) if weights is None else weights
    posterior = _normalised(_sums(unit, given, units, categories))
    for _ in range(rounds):
        prior = np.average(posterior, axis=0, weights=weight)
        confusion = _confusion(posterior * weight[:, None], unit, annotator, given, annotators) + pseudo
        confusion = _normalised(confusion)
        log = np.log(confusion + TINY)
        said = [log[annotator, true, given] for true in range(categories)]
        evidence = np.stack([np.bincount(unit, each, units) for each in said], axis=1)
        evidence += np.log(prior + TINY)
        renewed = _normalised(np.exp(evidence - evidence.max(axis=1, keepdims=True)))
        change = np.abs(renewed - posterior).max(initial=0.0)
        posterior = renewed
        if change < tolerance:
            break
    return Estimate(posterior, prior, confusion)


def _sums(unit: NDArray[np.int64], given: NDArray[np.int64], units: int, categories: int) -> Floats:
    flat = np.bincount(unit * categories + given, minlength=units * categories).astype(np.float64)
    return flat.reshape(units, categories)


def _confusion(
    expected: Floats, unit: NDArray[np.int64], annotator: NDArray[np.int64], given: NDArray[np.int64], annotators: int
) -> Floats:
    """Expected votes [annotator, true category, category given]."""
    categories = expected.shape[1]
    place = annotator * categories + given
    columns = [
        np.bincount(place, expected[unit, true], annotators * categories).reshape(annotators, categories)
        for true in range(categories)
    ]
    return np.stack(columns, axis=1)


def _normalised(table: Floats) -> Floats:
    """Rows that sum to 1; a row of zeros becomes even."""
    total = table.sum(axis=-1, keepdims=True)
    rows: Floats = np.full_like(table, 1 / table.shape[-1])
    np.divide(table, total, out=rows, where=total > 0)
    return rows
