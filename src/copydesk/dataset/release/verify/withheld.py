"""Checks of what stands for withheld words: fingerprints of passages, and a reader's near copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from copydesk.dataset.release.audience import PUBLIC, is_cleared
from copydesk.dataset.release.facts import MANIFEST
from copydesk.dataset.release.passages import PASSAGES, Passage, cut, read
from copydesk.dataset.release.verify.opened import Opened
from copydesk.issues import Issue


def passages(opened: Opened) -> Iterator[Issue]:
    """``passages.parquet`` is there for the articles whose words are withheld, in order, within their lengths."""
    yield from _near_copies(opened)
    withheld = {key for key, article in opened.articles.items() if not is_cleared(article)}
    expected = withheld if opened.facts.audience == PUBLIC else set()
    there = (opened.folder / PASSAGES).exists()
    if there != bool(expected):
        word = "is there, but no words are withheld" if there else "is not there, but words are withheld"
        yield Issue("passages", PASSAGES, word)
        return
    replaced = {row["article_id"] for row in opened.facts.reanchored}
    texts, before = _texts(opened, expected - replaced), ""
    try:
        for article_id, found in read(opened.folder):
            if article_id not in expected or article_id <= before:
                yield Issue("passages", PASSAGES, f"{article_id} stands where it does not belong")
            elif article_id not in replaced and not _fits(found, opened.articles[article_id]["n_chars"]):
                yield Issue("passages", PASSAGES, f"passages of {article_id} are out of order or range")
            elif article_id in texts and cut(texts[article_id]) != found:
                yield Issue("passages", PASSAGES, f"passages of {article_id} are not those of its text")
            before = article_id
    except ValueError as error:
        yield Issue("passages", PASSAGES, str(error))


def _texts(opened: Opened, wanted: set[str]) -> Mapping[str, str]:
    """Texts that a reader put back."""
    if not opened.facts.hydrated:
        return {}
    rows = opened.facts.rows("articles", columns=["article_id", "text"])
    return {row["article_id"]: row["text"] for row in rows if row["article_id"] in wanted and row["text"] is not None}


def _fits(found: list[Passage], n_chars: int) -> bool:
    ends = [0, *(end for each in found for end in (each.start, each.end)), n_chars]
    return all(a <= b for a, b in pairwise(ends))


def _near_copies(opened: Opened) -> Iterator[Issue]:
    """Articles with a reader's near copy: named, since no digest of the release can prove them."""
    near = opened.facts.reanchored
    if near and not opened.facts.hydrated:
        yield Issue(
            "near-copy", MANIFEST, "says that near copies are in a release that nobody hydrated", "$.reanchored"
        )
    for row in near:
        message = f"holds a reader's near copy: {row['spans']} spans of answers were moved, {row['lost']} left out"
        hint = "look at it before you rely on its labels"
        yield Issue("near-copy", str(row["article_id"]), message, hint=hint, severity="warning")
