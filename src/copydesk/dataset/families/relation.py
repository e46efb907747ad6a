"""What kind of derivation a link is: extent, wording, direction, each with what speaks for it.

In:  the alignment of two texts; two articles, for the direction.
Out: classes with confidence. Extent and wording are two questions: a cut text may be spun, a whole one rewritten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copydesk.dataset.families import model
from copydesk.dataset.families.alignment import Alignment

EXTENT_FEATURES = ("covered", "other_covered", "weight", "other_weight", "log_ratio")
WORDING_FEATURES = (
    "same",
    "same_of_longer",
    "gaps",
    "gap_words",
    "swaps",
    "weight_of_less",
    "weight_of_more",
    "covered",
)
EXTENTS = ("whole", "part", "superset")
WORDINGS = ("verbatim", "edited", "spun", "rewritten")


@dataclass(frozen=True, slots=True)
class Relation:
    """Extent and wording of a link, a toward b."""

    extent: str
    extent_confidence: float
    wording: str
    wording_confidence: float


def relations(alignments: Sequence[Alignment]) -> list[Relation]:
    """Extent and wording by the shipped model; swapping two texts swaps part and superset, nothing else."""
    if not alignments:
        return []
    extents = model.head("extent")(np.array([row for each in alignments for row in extent_rows(each)]))
    extents = (extents[0::2] + extents[1::2][:, [0, 2, 1]]) / 2
    wordings = model.head("wording")(np.array([wording_row(each) for each in alignments]))
    return [
        Relation(EXTENTS[extent.argmax()], float(extent.max()), WORDINGS[wording.argmax()], float(wording.max()))
        for extent, wording in zip(extents, wordings, strict=True)
    ]


def extent_rows(alignment: Alignment) -> list[list[float]]:
    """Features of the extent question, a toward b and b toward a."""
    ratio = math.log((alignment.words[0] + 1) / (alignment.words[1] + 1))
    a, b = (alignment.a_covered, alignment.a_weight), (alignment.b_covered, alignment.b_weight)
    return [[a[0], b[0], a[1], b[1], ratio], [b[0], a[0], b[1], a[1], -ratio]]


def wording_row(alignment: Alignment) -> list[float]:
    """Features of the wording question; the same for both orders."""
    weights = sorted((alignment.a_weight, alignment.b_weight), reverse=True)
    covered = max(alignment.a_covered, alignment.b_covered)
    how = alignment.wording
    return [how.same, how.same_of_longer, how.gaps, how.gap_words, how.swaps, *weights, covered]


_CREDIT = re.compile(
    r"(?:\bsource\s*:|\baccording to\b|\boriginally (?:published|appeared)\b|\bfirst appeared\b|\bvia\b"
    r"|\bcontributed to this report\b)[^\n]{0,80}",
    re.IGNORECASE,
)


def direction(a: Mapping[str, Any], b: Mapping[str, Any], extent: str) -> tuple[str | None, str | None]:
    """Which of two linked articles derives from the other, and what says so: a credit, dates, or containment."""
    a_credits, b_credits = _credits(a, b), _credits(b, a)
    if a_credits != b_credits:
        return ("a_from_b" if a_credits else "b_from_a"), "credit"
    if _before(a, b):
        return "b_from_a", "date"
    if _before(b, a):
        return "a_from_b", "date"
    if extent != "whole":
        return ("a_from_b" if extent == "part" else "b_from_a"), "containment"
    return None, None


def _credits(article: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether ``article`` names the publisher or agency of ``other`` as its source."""
    others = _names(other) - _names(article)
    if not others:
        return False
    named = " ".join(_CREDIT.findall(article["text"] or "")).casefold()
    return any(re.search(rf"\b{re.escape(name)}\b", named) for name in others)


def _names(article: Mapping[str, Any]) -> set[str]:
    publisher = article["publisher"]
    return {name.casefold() for name in (publisher["name"], publisher["domain"]) if name}


def _before(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether a was surely published before b: latest possible day of a before the earliest of b."""
    latest = a["published_latest"] or a["published"]
    earliest = b["published_earliest"] or b["published"]
    return bool(latest and earliest and a["published"] and b["published"] and latest < earliest)
