"""Passages that stand word for word where they should not: in two splits, or in a release after they were removed.

In:  articles with their split, and articles that were removed.
Out: :class:`Leak`, with the passage as evidence; what the search for families may have missed.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xxhash import xxh3_64_intdigest

from copydesk.issues import Issue
from copydesk.project import SPLITS

Article = Mapping[str, Any]

LEAST = 100  #: code points that a sentence must have to be looked for
REMOVED = "removed"  #: stands for a split where an article is in none any more
PLACES = (*SPLITS, REMOVED)
_SHOWN = 160
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*")


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


@dataclass(frozen=True, slots=True)
class Keys:
    """The sentences of some articles: a number for each, and the place of its article in ``PLACES``."""

    numbers: array[int] = field(default_factory=lambda: array("Q"))
    places: array[int] = field(default_factory=lambda: array("B"))

    def add(self, text: str, place: str) -> None:
        for passage in _passages(text):
            self.numbers.append(_number(_words(passage)))
            self.places.append(PLACES.index(place))


def keys(articles: Iterable[Article], places: Mapping[str, str]) -> Keys:
    """Of the articles that have a place: a split, or ``REMOVED``."""
    found = Keys()
    for article in articles:
        if article["article_id"] in places:
            found.add(article["text"], places[article["article_id"]])
    return found


def shared(parts: Iterable[Keys]) -> frozenset[int]:
    """Numbers of sentences that stand in two places. Parts of a corpus may be gone through apart."""
    import numpy as np

    numbers, places = array("Q"), array("B")
    for part in parts:
        numbers.extend(part.numbers)
        places.extend(part.places)
    every, where = np.frombuffer(numbers, np.uint64), np.frombuffer(places, np.uint8)
    order = np.lexsort((where, every))
    every, where = every[order], where[order]
    apart = (every[1:] == every[:-1]) & (where[1:] != where[:-1])
    return frozenset(every[1:][apart].tolist())


def find(
    articles: Iterable[Article],
    splits: Mapping[str, str],
    removed: Iterable[Article],
    suspects: Collection[int] | None = None,
) -> list[Leak]:
    """Every long sentence that articles of two splits share, or that a removed one shares with one published.

    suspects: what :func:`shared` gave; without it all are gone through twice, and only numbers kept the first time.
    """
    if suspects is None:
        gone = {article["article_id"]: REMOVED for article in removed}
        suspects = shared([keys(articles, splits), keys(removed, gone)])
    places: dict[str, dict[str, str]] = defaultdict(dict)
    passages: dict[str, str] = {}
    for article, split in _standing(articles, splits, removed) if suspects else ():
        for passage in _passages(article["text"]):
            words = _words(passage)
            if _number(words) in suspects:
                places[words][article["article_id"]] = split
                passages.setdefault(words, passage)
    found = {words: standing for words, standing in places.items() if len(set(standing.values())) > 1}
    return sorted(Leak(passages[words], tuple(sorted(standing.items()))) for words, standing in found.items())


def _standing(
    articles: Iterable[Article], splits: Mapping[str, str], removed: Iterable[Article]
) -> Iterator[tuple[Article, str]]:
    """Articles with the split they are in; those held out are nowhere."""
    for article in articles:
        if article["article_id"] in splits:
            yield article, splits[article["article_id"]]
    for article in removed:
        yield article, REMOVED


def _number(words: str) -> int:
    return xxh3_64_intdigest(words.encode("utf-8", "surrogatepass"))


def _words(passage: str) -> str:
    """Its letters and digits, alike in case, and nothing of what stands between them."""
    return passage.casefold().translate(_LETTERS)


class _Letters(dict[int, int | None]):
    """For ``str.translate``: every sign that is no letter or digit goes."""

    def __missing__(self, sign: int) -> int | None:
        self[sign] = sign if chr(sign).isalnum() else None
        return self[sign]


_LETTERS = _Letters()


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
