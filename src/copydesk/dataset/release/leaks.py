"""Passages that stand word for word where they should not: in two splits, or in a release after they were removed.

In:  articles with their split, and articles that were removed.
Out: :class:`Leak`, with the passage as evidence; what the search for families may have missed.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xxhash import xxh3_64_intdigest

from copydesk.issues import Issue

LEAST = 100  #: code points that a sentence must have to be looked for
REMOVED = "removed"  #: stands for a split where an article is in none any more
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


def find(
    articles: Iterable[Mapping[str, Any]], splits: Mapping[str, str], removed: Iterable[Mapping[str, Any]]
) -> list[Leak]:
    """Every long sentence that articles of two splits share, or that a removed one shares with one published.

    Both are gone through twice: first only a number per sentence is kept, then the sentences that some number shares.
    """
    suspects = _in_several(_standing(articles, splits, removed))
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
    articles: Iterable[Mapping[str, Any]], splits: Mapping[str, str], removed: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Articles with the split they are in; those held out are nowhere."""
    for article in articles:
        if article["article_id"] in splits:
            yield article, splits[article["article_id"]]
    for article in removed:
        yield article, REMOVED


def _in_several(standing: Iterable[tuple[Mapping[str, Any], str]]) -> set[int]:
    """Numbers of sentences that stand in more than one split."""
    import numpy as np

    names: list[str] = []
    hashes, where = array("Q"), array("B")
    for article, split in standing:
        if split not in names:
            names.append(split)
        for passage in _passages(article["text"]):
            hashes.append(_number(_words(passage)))
            where.append(names.index(split))
    pairs = np.unique(np.rec.fromarrays([np.frombuffer(hashes, np.uint64), np.frombuffer(where, np.uint8)]))
    numbers, times = np.unique(pairs["f0"], return_counts=True) if len(pairs) else ((), np.array([]))
    return {int(number) for number, n in zip(numbers, times, strict=True) if n > 1}


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
