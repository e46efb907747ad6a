"""Chance-corrected coefficients, computed from sums over units so that many resamples are one array operation.

In:  votes as counts, ``counts[unit, category]``: how many annotators gave that category.
Out: alpha or kappa along the last axes; ``nan`` where the data cannot tell (no pairs, or one category only).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SCALES = ("nominal", "ordinal", "interval", "ratio")


def counts(votes: Sequence[Sequence[object | None]], categories: Sequence[object]) -> Floats:
    """Votes as counts. Shape: votes[unit][annotator], None where not answered; result [unit, category]."""
    index = {category: place for place, category in enumerate(categories)}
    table = np.zeros((len(votes), len(categories)))
    for row, unit in zip(table, votes, strict=True):
        for vote in unit:
            if vote is not None:
                row[index[vote]] += 1
    return table


def coincidences(table: Floats) -> Floats:
    """Each unit's coincidence matrix [unit, c, k]: ordered pairs of votes, weighted so that a vote counts once.

    A unit with fewer than two votes has nothing to compare and gives zeros.
    """
    size = table.sum(axis=1)
    pairs = table[:, :, None] * table[:, None, :]
    diagonal = np.arange(table.shape[1])
    pairs[:, diagonal, diagonal] -= table
    weight = np.divide(1, size - 1, out=np.zeros_like(size), where=size > 1)
    weighted: Floats = pairs * weight[:, None, None]
    return weighted


def alpha(coincidence: Floats, scale: str, values: Sequence[float] | None = None) -> Floats:
    """Krippendorff's alpha of summed coincidence matrices.

    Shape:   coincidence[..., c, k]; result [...]. ``values``: the categories' numbers, for interval and ratio.
    Source:  Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    marginal = coincidence.sum(axis=-1)
    distance = _distances(marginal, scale, values)
    total = marginal.sum(axis=-1)
    observed = (coincidence * distance).sum(axis=(-2, -1))
    expected = (marginal[..., :, None] * marginal[..., None, :] * distance).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (total - 1) * observed / expected, np.nan)


def _distances(marginal: Floats, scale: str, values: Sequence[float] | None) -> Floats:
    """Squared differences of categories; the ordinal ones depend on how often each category was given."""
    if scale == "nominal":
        return 1 - np.eye(marginal.shape[-1])
    if scale == "ordinal":
        middle = np.cumsum(marginal, axis=-1) - marginal / 2
        return np.square(middle[..., :, None] - middle[..., None, :])
    number = np.asarray(values, dtype=np.float64)
    difference = number[:, None] - number[None, :]
    if scale == "interval":
        return np.square(difference)
    total = number[:, None] + number[None, :]
    relative: Floats = np.divide(difference, total, out=np.zeros_like(total), where=total != 0)
    return np.square(relative)


def krippendorff_alpha(votes: Sequence[Sequence[object | None]], scale: str = "nominal") -> float | None:
    """Alpha of one table of votes.

    Shape:   votes[unit][annotator]; None where not answered. Categories in sorted order are the ordinal scale.
    Unit:    at most 1; None when no unit has two votes, or all votes are the same.
    """
    categories = sorted({vote for unit in votes for vote in unit if vote is not None}, key=_order)
    table = coincidences(counts(votes, categories)).sum(axis=0)
    numbers = categories if scale in ("interval", "ratio") else None
    value = float(alpha(table, scale, numbers))  # type: ignore[arg-type]
    return None if np.isnan(value) else value


def _order(value: object) -> tuple[int, float, str]:
    return (0, float(value), "") if isinstance(value, (int, float)) else (1, 0.0, str(value))


def fleiss_sums(table: Floats) -> Floats:
    """Per unit what Fleiss' kappa adds up: agreement in the unit, 1, votes per category. Shape [unit, 2 + category].

    Every unit must have the same number of votes, two or more.
    """
    size = table.sum(axis=1)
    inside = (np.square(table).sum(axis=1) - size) / (size * (size - 1))
    return np.column_stack([inside, np.ones(len(table)), table])


def fleiss_kappa(sums: Floats) -> Floats:
    """Fleiss' kappa of summed ``fleiss_sums``. Source: Fleiss (1971), Measuring nominal scale agreement."""
    share = sums[..., 2:] / np.maximum(sums[..., 2:].sum(axis=-1, keepdims=True), 1)
    chance = np.square(share).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = sums[..., 0] / sums[..., 1]
        return np.where(chance < 1 - 1e-12, (observed - chance) / (1 - chance), np.nan)


def f1(sums: Floats) -> Floats:
    """F1 of summed (matched, marked by one, marked by the other). Shape [..., 3]; nan when nothing was marked."""
    marked = sums[..., 1] + sums[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(marked > 0, 2 * sums[..., 0] / marked, np.nan)


Statistic = Callable[[Floats], Floats]
