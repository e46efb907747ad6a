"""Which blocks of a page are the article: trafilatura chooses; its choice is found again in the page and judged anew.

The text that a record holds is then the page's own, character by character, not the library's rendering of it.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate

from copydesk.dataset.ingest.html.choice import judged
from copydesk.dataset.ingest.html.elements import Element
from copydesk.dataset.ingest.html.page import Page
from copydesk.dataset.ingest.html.signals import blocks
from copydesk.dataset.ingest.traced import Traced
from copydesk.spans import Span

_WORD = re.compile(r"\w+")
# Captions are not the story; trafilatura keeps many of them.
_PRUNED = ["//figcaption", "//figure", '//*[contains(@class,"caption") or contains(@class,"Caption")]']
_CAPTIONS = frozenset(["figcaption", "figure"])
ANCHOR = 40  #: letters by which the ends of a line are found when the whole line is not
FOUND = 0.9  #: of the chosen letters must be found for the page's own text to be used


def chosen(source: str) -> str:
    """The body text of a page, one block a line; empty when there is none."""
    text = _library()(
        source,
        fast=True,
        favor_recall=True,
        include_comments=False,
        include_tables=False,
        prune_xpath=_PRUNED,
    )
    return text or ""


@cache
def _library() -> Callable[..., str | None]:
    from trafilatura import extract

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read becomes a reject
    return extract


def traced(page: Page, body: str, told: str = "") -> tuple[Traced, frozenset[int]]:
    """``body`` as it stands in ``page``, each block judged anew, and where lines of lists start in it.

    ``told`` is the body that structured data hold.
    Where too little of it is found, ``body`` itself, not traced.
    """
    spans, items = found(page.text.text, body)
    if not spans:
        return Traced(body, ()), frozenset()
    chosen = judged(page, sorted(spans), told)
    return _cut(page, [span for span, _ in chosen], items | {span.start for span, inside in chosen if _is_item(inside)})


def whole(page: Page) -> tuple[Traced, frozenset[int]]:
    """All blocks but captions, and where lines of lists start: of a page that is nothing but its article."""
    kept = [
        (span, block.inside)
        for span, block in zip(blocks(page), page.blocks, strict=True)
        if not any(e.tag in _CAPTIONS for e in block.inside.path())
    ]
    return _cut(page, [span for span, _ in kept], {span.start for span, inside in kept if _is_item(inside)})


def _is_item(inside: Element | None) -> bool:
    return inside is not None and any(each.tag == "li" for each in inside.path()[:2])


def _cut(page: Page, spans: list[Span], items: set[int]) -> tuple[Traced, frozenset[int]]:
    """Some stretches of a page, and where lines of lists start in what they make."""
    parts = list(_parted(page.text.text, spans))
    starts = accumulate((len(part) for part in parts), initial=0)
    return page.text.cut(parts), frozenset(at for part, at in zip(parts, starts, strict=False) if part.start in items)


def found(text: str, body: str) -> tuple[list[Span], set[int]]:
    """Where the lines of ``body`` stand in ``text``, and where items of lists start; nothing if too few are there."""
    index = _Index(text)
    spans, items, n_found, n_body, at = list[Span](), set[int](), 0, 0, 0
    for line in body.split("\n"):
        letters = "".join(_WORD.findall(line))
        n_body += len(letters)
        place = index.find(letters, at) if letters else None
        if place:
            at = place[1]
            n_found += len(letters)
            spans.append(index.span(*place))
            if line.startswith("- "):
                items.add(spans[-1].start)
    return (spans, items) if n_found >= FOUND * n_body and n_found else ([], set())


def _parted(text: str, spans: list[Span]) -> Iterator[Span]:
    """The spans, overlaps joined, each with the line break behind it, the last one without."""
    joined = list[Span]()
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    for n, span in enumerate(joined):
        yield span
        mark = text.find("\n", span.end)
        if n + 1 < len(joined) and 0 <= mark < joined[n + 1].start:
            yield Span(mark, mark + 1)


class _Index:
    """Finds text by its letters and digits alone, so that white space and marks do not matter."""

    def __init__(self, text: str) -> None:
        self.text = text
        words = list(_WORD.finditer(text))
        self.starts = [word.start() for word in words]
        self.letters = "".join(word.group() for word in words)
        self.sums = [0, *accumulate(word.end() - word.start() for word in words)]

    def find(self, letters: str, at: int) -> tuple[int, int] | None:
        """The place of ``letters``, from ``at`` on, else anywhere; by its two ends when it is not found whole."""
        start = self._place(letters, at)
        if start >= 0:
            return start, start + len(letters)
        if len(letters) < 2 * ANCHOR:
            return None
        start = self._place(letters[:ANCHOR], at)
        end = self.letters.find(letters[-ANCHOR:], start) if start >= 0 else -1
        is_near = 0 <= end - start <= 1.3 * len(letters)
        return (start, end + ANCHOR) if start >= 0 and is_near else None

    def _place(self, letters: str, at: int) -> int:
        place = self.letters.find(letters, at)
        return place if place >= 0 else self.letters.find(letters)

    def span(self, start: int, end: int) -> Span:
        """The stretch of the text, out to the blanks around it."""
        first, last = self._offset(start), self._offset(end - 1) + 1
        while first > 0 and not self.text[first - 1].isspace():
            first -= 1
        while last < len(self.text) and not self.text[last].isspace():
            last += 1
        return Span(first, last)

    def _offset(self, letter: int) -> int:
        word = bisect_right(self.sums, letter) - 1
        return self.starts[word] + letter - self.sums[word]
