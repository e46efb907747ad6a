"""Passages that stand word for word where they should not: in two splits, or in a release after they were removed.

In:  articles with their split, and articles that were removed.
Out: :class:`Leak`, with the passage as evidence; what the search for families may have missed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.files import sha256
from copydesk.issues import Issue

LEAST = 100  #: code points that a sentence must have to be looked for
REMOVED = "removed"  #: stands for a split where an article is in none any more
_SHOWN = 160
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """One passage, and where it stands."""

    passage: str
    places: tuple[tuple[str, str], ...]  #: article and split, sorted

    @property
    def issue(self) -> Issue:
        where = ", ".join(f"{article} ({split})" for article, split in self.places)
        shown = self.passage if len(self.passage) <= _SHOWN else f"{self.passage[:_SHOWN]}…"
        if any(split == REMOVED for _, split in self.places):
            hint = "somebody else printed it, too: remove that article as well if its words must go"
            return Issue(
                "removed-passage", where, f"words of a removed article: {shown!r}", hint=hint, severity="warning"
            )
        hint = "if one text derives from the other, say so in dataset/families.toml"
        return Issue(
            "shared-passage", where, f"the same words in several splits: {shown!r}", hint=hint, severity="warning"
        )


def find(
    articles: Iterable[Mapping[str, Any]], splits: Mapping[str, str], removed: Iterable[Mapping[str, Any]]
) -> list[Leak]:
    """Every long sentence that articles of two splits share, or that a removed one shares with one published."""
    places: dict[str, dict[str, str]] = defaultdict(dict)
    passages: dict[str, str] = {}
    for article, split in [
        *((article, splits[article["article_id"]]) for article in articles if article["article_id"] in splits),
        *((article, REMOVED) for article in removed),
    ]:
        for passage in _passages(article["text"]):
            key = sha256(" ".join(_WORD.findall(passage.casefold())).encode())[:32]
            places[key][article["article_id"]] = split
            passages.setdefault(key, passage)
    found = {key: standing for key, standing in places.items() if len(set(standing.values())) > 1}
    return sorted(Leak(passages[key], tuple(sorted(standing.items()))) for key, standing in found.items())


def counts(leaks: Iterable[Leak]) -> dict[str, int]:
    """What the manifest says of them."""
    found = [leak for leak in leaks if all(split != REMOVED for _, split in leak.places)]
    articles = {article for leak in found for article, _ in leak.places}
    return {"passages": len(found), "articles": len(articles), "least": LEAST}


def _passages(text: str) -> Iterator[str]:
    """Its longer sentences, roughly cut: all texts are cut alike, which is what counts."""
    for match in _SENTENCE.finditer(text):
        passage = match[0].strip()
        if len(passage) >= LEAST:
            yield passage
