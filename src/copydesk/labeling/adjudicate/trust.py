"""How far to trust an annotator before their first vote: chosen by how well the votes foretell each other.

In:  votes as triples (unit, annotator, category), by index.
Out: Dawid and Skene's estimate with those pseudo-votes under which each vote is likeliest, given all others. No answer
     key is looked at: nobody has one for the texts that are being labelled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from copydesk.labeling.adjudicate.competence import TINY, Estimate, Floats, dawid_skene

STRENGTHS = (1.0, 2.0, 4.0, 8.0, 16.0)  #: pseudo-votes of each annotator for each category
ACCURACIES = (0.7, 0.8, 0.9, 0.95)  #: share of them that is right
ENOUGH = 20_000  #: votes to choose by; with more, pseudo-votes hardly matter

Votes = Sequence[tuple[int, int, int]]


def estimate(votes: Votes, shape: tuple[int, int, int], *, weights: Floats | None = None) -> Estimate:
    """As `dawid_skene`, with pseudo-votes that the votes themselves choose."""
    right, wrong = pseudo_votes(votes, shape, weights=weights)
    return dawid_skene(votes, shape, weights=weights, right=right, wrong=wrong)


def pseudo_votes(votes: Votes, shape: tuple[int, int, int], *, weights: Floats | None = None) -> tuple[float, float]:
    """How many right and wrong pseudo-votes foretell the votes best; the fewest, where several do."""
    some = sorted(votes)[:ENOUGH]
    options = [(strength * each, strength * (1 - each)) for strength in STRENGTHS for each in ACCURACIES]
    return max(options, key=lambda each: round(_foretold(some, shape, weights, *each), 9))


def _foretold(votes: Votes, shape: tuple[int, int, int], weights: Floats | None, right: float, wrong: float) -> float:
    """Mean log probability of each vote, given the others.

    The estimate is not made anew for each vote: its own share is taken out of the unit's posterior and of the
    annotator's matrix, the rest stays.
    """
    units, annotators, categories = shape
    found = dawid_skene(votes, shape, weights=weights, right=right, wrong=wrong, rounds=40, tolerance=1e-3)
    unit, annotator, given = np.array(votes, dtype=np.int64).T
    weight = np.ones(units) if weights is None else weights
    without = found.posterior[unit] / (found.confusion[annotator, :, given] + TINY)
    without /= without.sum(axis=1, keepdims=True)
    own = found.posterior[unit] * weight[unit, None]
    totals = np.full((annotators, categories), right + wrong)
    np.add.at(totals, annotator, own)
    total = totals[annotator]
    said = found.confusion[annotator, :, given] * total - own
    chance = (without * np.maximum(said, 0) / np.maximum(total - own, TINY)).sum(axis=1)
    return float(np.average(np.log(np.maximum(chance, 1e-6)), weights=weight[unit]))
