"""What kind of derivation a link is: extent, wording, direction, each with what speaks for it.

In:  the alignment of two texts; two articles, for the direction.
Out: classes with confidence. Extent and wording are two questions: a cut text may be spun, a whole one rewritten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
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
    r"(?:\b(?:source|quelle|fuente|fonte)\s*:|\b(?:according to|laut|según|selon|secondo|segundo|via)\b"
    r"|\boriginally (?:published|appeared)\b|\bfirst appeared\b"
    r"|\bcontributed to this report\b)[^\n]{0,80}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class About:
    """What of an article tells in which direction a link goes."""

    names: tuple[str, ...]  #: of its publisher
    agency: tuple[str, ...]  #: names of the one that its dateline, by-line or a sign such as "(AP)" credits
    first: str | None  #: day on which it was published at the earliest
    last: str | None
    credits: str  #: passages in which it may name its source
    n_chars: int

    @classmethod
    def of(cls, article: Mapping[str, Any]) -> About:
        publisher, text = article["publisher"], article["text"] or ""
        names = sorted({name.casefold() for name in (publisher["name"], publisher["domain"]) if name})
        first = article["published_earliest"] or article["published"] if article["published"] else None
        last = article["published_latest"] or article["published"] if article["published"] else None
        agency = tuple(sorted(name.casefold() for name in (article.get("agency") or {}).values() if name))
        return cls(tuple(names), agency, first, last, " ".join(_credited(text)).casefold(), len(text))

    def credits_to(self, other: About) -> bool:
        """Whether it names the publisher of ``other``, which is not its own, as its source."""
        others = set(other.names) - set(self.names)
        if others.intersection(self.agency):
            return True
        return any(re.search(rf"\b{re.escape(name)}\b", self.credits) for name in others) if self.credits else False

    def before(self, other: About) -> bool:
        """Whether it was surely published before: its latest possible day before the other's earliest."""
        return bool(self.last and other.first and self.last < other.first)


def direction(a: About, b: About, extent: str) -> tuple[str | None, str | None]:
    """Which of two linked articles derives from the other, and what says so: a credit, dates, or containment."""
    a_credits, b_credits = a.credits_to(b), b.credits_to(a)
    if a_credits != b_credits:
        return ("a_from_b" if a_credits else "b_from_a"), "credit"
    if a.before(b):
        return "b_from_a", "date"
    if b.before(a):
        return "a_from_b", "date"
    if extent != "whole":
        return ("a_from_b" if extent == "part" else "b_from_a"), "containment"
    return None, None


_OPENINGS = (
    *("source", "quelle", "fuente", "fonte", "according to", "laut", "según", "selon", "secondo", "segundo"),
    *("originally", "first appeared", "via", "contributed to this report"),
)
_OTHER_CASE = re.compile("[ıſİ]")  # letters that the expression takes for i and s, and lower() does not


def _credited(text: str) -> list[str]:
    """What the expression finds in ``text``: it is tried only where one of its openings stands."""
    if _OTHER_CASE.search(text):
        return _CREDIT.findall(text)
    lowered, found, end = text.lower(), list[str](), 0
    for at in sorted(at for opening in _OPENINGS for at in _places(lowered, opening)):
        if at >= end and (match := _CREDIT.match(text, at)):
            found.append(match.group())
            end = match.end()
    return found


def _places(text: str, opening: str) -> Iterator[int]:
    at = text.find(opening)
    while at >= 0:
        yield at
        at = text.find(opening, at + 1)
