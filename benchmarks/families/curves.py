"""Fit the link head: a logistic regression over curves of single features and products of two.

In:  features of pairs, whether each derives, how much it counts, where it is from.
Out: the head as plain numbers (``copydesk.dataset.families.model.Curves`` reads it).

Trees of the same features did worse on the one source left out on which both were compared (pair F1 .96 against .98).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from copydesk.dataset.families import model

BENDS = (0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8)  #: where the curve of a share may bend
FLAT = 1e-4  #: spread of a column that teaches nothing
QUANTILES = (0.2, 0.4, 0.6, 0.8)  #: the same for other features
#: features that change what all others say: how long, how alike in length, how well known, how much there is to share
CONTEXT = ("known", "words", "length_ratio", "name_weight", "shared_weight", "numbers_of_less")
SETTINGS = {"C": 0.03, "product_scale": 2.0, "tol": 1e-3}  # chosen by leaving out one source at a time
_DIGITS = 7


def is_share(name: str) -> bool:
    return "_of_" in name


@dataclass(frozen=True)
class Pairs:
    """Labelled pairs of texts."""

    x: np.ndarray  #: (pairs, features)
    y: np.ndarray  #: 1 where they derive, else 0
    weight: np.ndarray
    sources: np.ndarray  #: (pairs, 2): where the two texts are from

    def take(self, kept: np.ndarray) -> Pairs:
        return Pairs(self.x[kept], self.y[kept], self.weight[kept], self.sources[kept])


def fit(pairs: Pairs, names: Sequence[str]) -> dict[str, Any]:
    """The head fitted to pairs."""
    x = pairs.x
    bends = [
        np.array(BENDS) if is_share(name) else np.unique(np.quantile(column, QUANTILES))
        for name, column in zip(names, x.T, strict=True)
    ]
    roots = [is_share(name) for name in names]
    plain = _roots(x, roots)
    means, spreads = plain.mean(axis=0), plain.std(axis=0) + 1e-9
    products = [(i, j) for j in range(len(names)) for i in range(j) if {names[i], names[j]} & {*CONTEXT}]
    scaled = np.clip((plain - means) / spreads, -model.LIMIT, model.LIMIT)
    columns = [part for column, at in zip(x.T, bends, strict=True) for part in (column, *_hinges(column, at))]
    n_curves = len(columns)
    columns += [scaled[:, i] * scaled[:, j] for i, j in products]
    design = np.stack(columns, axis=1)
    centre, spread = design.mean(axis=0), design.std(axis=0)
    size = np.where(spread > FLAT, spread, 1.0)  # what hardly varies must not be blown up: new texts may lie beyond
    size[n_curves:] /= SETTINGS["product_scale"]
    design = (design - centre) / size
    fitted = LogisticRegression(C=SETTINGS["C"], max_iter=3000, tol=SETTINGS["tol"]).fit(
        design, pairs.y, sample_weight=pairs.weight
    )
    weights = fitted.coef_[0] / size
    curves, at = {}, 0
    for k, name in enumerate(names):
        points = np.unique([x[:, k].min(), *bends[k], x[:, k].max()])
        parts = np.stack([points, *_hinges(points, bends[k])], axis=1)
        gains = parts @ weights[at : at + parts.shape[1]]
        at += parts.shape[1]
        shown = {"at": _short(points), "gain": _short(gains), "root": roots[k]}
        curves[name] = shown | {"mean": _digits(means[k]), "spread": _digits(spreads[k])}
    bias = fitted.intercept_[0] - float(weights @ centre)
    named = [[names[i], names[j], _digits(value)] for (i, j), value in zip(products, weights[n_curves:], strict=True)]
    return {
        "features": list(names),
        "classes": ["apart", "derived"],
        "bias": float(bias),
        "curves": curves,
        "products": named,
    }


def _roots(x: np.ndarray, roots: Sequence[bool]) -> np.ndarray:
    return np.where(np.array(roots), np.sqrt(np.maximum(x, 0)), x)


def _hinges(column: np.ndarray, bends: np.ndarray) -> list[np.ndarray]:
    return [np.minimum(column, bend) for bend in bends]


def _digits(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _short(values: np.ndarray) -> list[float]:
    return [_digits(value) for value in values]


def left_out(learnt: Pairs, met: Pairs, names: Sequence[str]) -> tuple[float, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The factor on log odds that makes probabilities hold on a source left out, and what they are then (with truth).

    ``met``: pairs as a build looks at them; those that are learnt from are harder and more often true. Temperature
    scaling: Guo et al. (2017).
    """
    found = {}
    for source in np.unique(learnt.sources):
        head = model.Curves.of(fit(learnt.take((learnt.sources != source).all(axis=1)), names))
        asked = met.take((met.sources == source).all(axis=1))
        if len(asked.y):
            found[str(source)] = log_odds(head(asked.x)[:, 1]), asked.y
    factors = [
        LogisticRegression(C=1e6, fit_intercept=False).fit(odds[:, None], truth).coef_[0, 0]
        for odds, truth in found.values()
        if 0 < truth.mean() < 1
    ]
    factor = float(np.median(factors))  # of sources: in one of them families copy one another
    return factor, {source: (1 / (1 + np.exp(-factor * odds)), truth) for source, (odds, truth) in found.items()}


def log_odds(probability: np.ndarray) -> np.ndarray:
    sure = np.clip(probability, 1e-9, 1 - 1e-9)
    result: np.ndarray = np.log(sure / (1 - sure))
    return result


def sharpened(head: dict[str, Any], factor: float) -> dict[str, Any]:
    """The head with the factor worked into its numbers."""
    curves = {
        name: row | {"gain": [_digits(gain * factor) for gain in row["gain"]]} for name, row in head["curves"].items()
    }
    products = [[one, other, _digits(weight * factor)] for one, other, weight in head["products"]]
    return head | {"bias": head["bias"] * factor, "curves": curves, "products": products}
