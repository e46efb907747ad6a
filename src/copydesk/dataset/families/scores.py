"""Pairs of texts to scores: the probability that the texts of a pair derive from one another, or from one text.

In:  fingerprints, and pairs of them.
Out: scores from 0 to 1, and the bands that they fall into. A score depends on the two texts alone.

A pair is judged by the two texts as wholes; where one is much longer, by the passages that they have in common, too;
and by what one has copied from the other. The surest of these speaks.
"""

from __future__ import annotations

import numpy as np

from copydesk.dataset.families import model, parts
from copydesk.dataset.families.features import alike, features
from copydesk.dataset.families.prints import Array, Index, Prints

BANDS = (("duplicate", 0.9), ("family", 0.5), ("possible", 0.1))
SURE = 0.9  #: score of whole texts from which their parts are not asked for
NOTHING = 0.0005  #: score of whole texts below which they are not asked for either
_AT_ONCE = 128  # pairs of which passages are cut out: these are copies


def score(prints: Prints, pairs: Index) -> Array:
    """The score of each of ``pairs``, to six digits. Shape: pairs is (n, 2) rows of ``prints``; the result (n,)."""
    close, shared = alike(prints, pairs)
    scores = np.zeros(len(pairs))
    scores[close] = np.maximum(model.link()(shared)[:, 1], model.copied()(shared))
    asked = np.flatnonzero(close)[parts.worth_a_look(shared)]
    asked = asked[(scores[asked] < SURE) & (scores[asked] >= NOTHING)]
    for first in range(0, len(asked), _AT_ONCE):
        some = asked[first : first + _AT_ONCE]
        scores[some] = np.maximum(scores[some], _of_parts(prints, pairs[some]))
    rounded: Array = np.round(scores, 6)
    return rounded


def _of_parts(prints: Prints, pairs: Index) -> Array:
    passages, held = parts.passages(prints, pairs)
    said = model.part()(features(passages, np.arange(len(passages)).reshape(-1, 2)))[:, 1]
    of_parts: Array = np.where(held, said, 0.0)
    return of_parts


def band(value: float) -> str:
    """The band of a score that is at least *possible*."""
    return next(name for name, least in BANDS if value >= least or name == "possible")
