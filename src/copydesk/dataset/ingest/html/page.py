"""The words of a page, block by block, each led back to its place in the source.

In:  the source of a page.
Out: a :class:`Page`: text as a reader would see it, one block a line, traced to the source, and where each stands.
A line break of the text maps to the tags it came from; an entity to its source; white space is collapsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from copydesk.dataset.ingest.html.elements import ROOT, Element, closed, opened
from copydesk.dataset.ingest.traced import Segment, Traced, joined

_BLANK = re.compile(r" *[\t\r\n\f][ \t\r\n\f]*| {2,}")  # what is not one plain space already
_LINES = re.compile(r"\r\n|\r|\n")
_HIDDEN = frozenset(
    ["script", "style", "noscript", "template", "svg", "head", "iframe", "object", "select", "textarea"]
)
_NAMES = """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span
strike strong sub sup time tt u var wbr"""
_INLINE = frozenset(_NAMES.split())


@dataclass(slots=True)
class Block:
    """One line of a page's text: where it starts, what it stands in, and how many of its letters are links'."""

    start: int
    inside: Element
    n_linked: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page's visible text, its lines, and the places of its first-level headings in it."""

    text: Traced
    blocks: tuple[Block, ...]
    headings: tuple[int, ...]


class _Writer:
    """Collects text and segments, collapsing white space as browsers do."""

    def __init__(self) -> None:
        self.parts, self.segments = list[str](), list[Segment]()
        self.length = 0
        self.last = "\n"
        self.blocks = list[Block]()
        self.inside, self.is_link = ROOT, False

    def put(self, text: str, raw_start: int, raw_end: int) -> None:
        if self.last == "\n":
            self.blocks.append(Block(self.length, self.inside))
        if self.is_link:
            self.blocks[-1].n_linked += len(text)
        self.parts.append(text)
        self.segments.append(Segment(self.length, self.length + len(text), raw_start, raw_end))
        self.length += len(text)
        self.last = text[-1]

    def blank(self, raw_start: int, raw_end: int) -> None:
        if self.last not in " \n":
            self.put(" ", raw_start, raw_end)

    def break_line(self, raw_start: int, raw_end: int) -> None:
        if self.last != "\n":
            self.put("\n", raw_start, raw_end)

    def words(self, source: str, start: int, end: int) -> None:
        at = start + 1 if source[start] == " " and self.last in " \n" else start
        for blank in _BLANK.finditer(source, at, end):
            if blank.start() > at:
                self.put(source[at : blank.start()], at, blank.start())
            self.blank(blank.start(), blank.end())
            at = blank.end()
        if at < end:
            self.put(source[at:end], at, end)


def read(source: str) -> Page:
    """The page in ``source``."""
    from turbohtml import TokenType

    start_tag, end_tag = TokenType.START_TAG, TokenType.END_TAG
    words, reference = TokenType.TEXT, TokenType.CHARACTER_REFERENCE
    writer, headings, hidden = _Writer(), list[int](), list[str]()
    for token, start, end in _tokens(source):
        kind, tag = token.type, token.tag
        if kind is start_tag:
            if tag in _HIDDEN and not token.self_closing:
                hidden.append(tag)
            elif not hidden and tag not in _INLINE:
                writer.break_line(start, end)
                writer.inside = opened(writer.inside, tag, token)
                if tag == "h1":
                    headings.append(writer.length)
            writer.is_link |= tag == "a"
        elif kind is end_tag:
            if tag in hidden:
                del hidden[hidden.index(tag) :]
            elif not hidden and tag not in _INLINE:
                writer.break_line(start, end)
                writer.inside = closed(writer.inside, tag)
            writer.is_link &= tag != "a"
        elif hidden:
            continue
        elif kind is words:
            writer.words(source, start, end)
        elif kind is reference and token.data:
            writer.put(token.data, start, end)
    return Page(Traced("".join(writer.parts), tuple(joined(writer.segments))), tuple(writer.blocks), tuple(headings))


def _tokens(source: str) -> Iterator[tuple[Any, int, int]]:
    """Tokens with their places; a token ends where the next one starts. One at a time: a page may be all tags."""
    from turbohtml import tokenize

    lines, length = [0, *[match.end() for match in _LINES.finditer(source)]], len(source)
    before, before_start = None, 0
    for token in tokenize(source, resolve_references=False):
        start = lines[token.line - 1] + token.col
        if start > length:
            start = length
        if before is not None:
            yield before, before_start, start
        before, before_start = token, start
    if before is not None:
        yield before, before_start, length
