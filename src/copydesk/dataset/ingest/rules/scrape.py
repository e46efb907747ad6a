"""A scrape: plain text of which rules take stretches until the article's body is left.

A rule looks at what is still open and yields :class:`Take`; taken stretches are closed to later rules.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from copydesk.dataset.ingest.rules.glued import places
from copydesk.dataset.ingest.rules.remembered import remembered
from copydesk.dataset.ingest.rules.signs import held, opening
from copydesk.spans import Span

_LINE = re.compile(r"[^\r\n]+")
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_LONG_SMALL = re.compile(r"\s[a-z]\S{3}")
_TWO_SENTENCES = re.compile(r"[.!?][\"'”’)]*\s+[\"'“‘(]?[A-Z0-9]")
BULLETS = "-•*–—·"
MOSTLY = 0.5  #: of a story's letters stand in prose
FURNITURE = 0.25  #: of what is open, at most, are loose lines before or after the story
SHORT = 240  #: what sites put between paragraphs stands in lines no longer
PROSE = 80  #: a line at least this long that ends a sentence is prose


@dataclass(frozen=True, slots=True)
class Take:
    """A stretch that a rule reads, and what it says: field, value, confidence."""

    start: int
    end: int
    fields: tuple[tuple[str, str, float], ...] = ()
    kind: str | None = None  #: of what is removed, when not the rule's own
    keep: bool = False  #: evidence only: the stretch stays in the body

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


# Many rules ask the same of the same line, and its text stays the same object from rule to rule.
@remembered
def ends(text: str) -> bool:
    """Whether a line ends a sentence."""
    return text.rstrip("\"'”’)]").endswith((".", "!", "?", "…"))


@remembered
def is_title_case(text: str) -> bool:
    """Whether most words of a line have capitals, as in headings."""
    if text.isascii():
        n_capitals = len(text) - len(text.encode().translate(None, _CAPITALS))
        if len(list(islice(_LONG_SMALL.finditer(text), n_capitals))) == n_capitals:  # soon told, and so of prose
            return False
    first = "".join([word[0] for word in text.split() if len(word) > 3])
    letters = first if first.isalpha() else "".join(filter(str.isalpha, first))
    return sum(map(str.isupper, letters)) > 0.5 * len(letters)


@remembered
def is_prose(text: str) -> bool:
    """Whether a line reads like a paragraph of a story, not like a heading, a label or a caption."""
    if len(text) < PROSE or is_title_case(text):
        return False
    return ends(text) or bool(_TWO_SENTENCES.search(text))


class Line(NamedTuple):
    """One open line, white space at its ends aside."""

    start: int
    end: int
    text: str
    is_item: bool = False  #: of a list

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def ends(self) -> bool:
        """Whether it ends a sentence."""
        return ends(self.text)

    @property
    def is_title_case(self) -> bool:
        """Whether most of its words have capitals, as in headings."""
        return is_title_case(self.text)

    @property
    def is_prose(self) -> bool:
        """Whether it reads like a paragraph of a story, not like a heading, a label or a caption."""
        return is_prose(self.text)

    def take(self, *fields: tuple[str, str, float], kind: str | None = None) -> Take:
        """All of it."""
        return Take(self.start, self.end, fields, kind)


@dataclass(frozen=True)
class Scrape:
    """The whole text and the lines of it that are still open."""

    text: str
    lines: tuple[Line, ...]
    signs: frozenset[str]  #: what the text holds of the signs that rules ask for

    @classmethod
    def of(cls, text: str, items: frozenset[int] = frozenset()) -> Scrape:
        """The scrape ``text``; ``items`` are the places where lines start that are known to be a list's."""
        lines = _lines(text)
        if items:
            lines = [line._replace(is_item=True) if line.start in items else line for line in lines]
        return cls(text, tuple(lines), held(text))

    @cached_property
    def prose(self) -> tuple[int, int]:
        """The numbers of the first line of prose and of the one after the last; (0, 0) when there is none."""
        for first, line in enumerate(self.lines):
            if line.is_prose:
                return first, next(n for n in range(len(self.lines), first, -1) if self.lines[n - 1].is_prose)
        return 0, 0

    @cached_property
    def firsts(self) -> list[str]:
        """With what each line opens, see :func:`opening`."""
        return [opening(line.text) for line in self.lines]

    @cached_property
    def openings(self) -> frozenset[str]:
        """The same of the lines that may be a site's furniture."""
        return frozenset(
            [first for first, line in zip(self.firsts, self.lines, strict=True) if len(line.text) <= SHORT]
        )

    @cached_property
    def short(self) -> tuple[Line, ...]:
        """The lines that may be a site's furniture; those of a story are mostly longer."""
        return tuple(line for line in self.lines if len(line.text) <= SHORT)

    @cached_property
    def head(self) -> tuple[Line, ...]:
        """The lines before the story's first paragraph; all of them when there is no paragraph."""
        first, after = self.prose
        return self.lines[:first] if after else self.lines

    @cached_property
    def is_story(self) -> bool:
        """Whether most of what is open is prose; of lists and tables nobody can say which short lines are furniture."""
        n_prose = sum(len(line.text) for line in self.lines if line.is_prose)
        return n_prose >= MOSTLY * sum(len(line.text) for line in self.lines)

    def few(self, lines: Iterable[Line]) -> list[Line]:
        """``lines`` if they are a small part of what is open, else none: so many are a list, not furniture."""
        found = list(lines)
        is_small = sum(len(line.text) for line in found) <= FURNITURE * sum(len(line.text) for line in self.lines)
        return found if is_small else []

    def runs_on(self, line: Line) -> bool:
        """Whether a sentence goes on in the next line, as where lines are wrapped."""
        below = re.match(r"\s+(\w)", self.text[line.end : line.end + 20])
        return below is not None and below[1].islower() and not line.ends

    @property
    def opening(self) -> tuple[Line, ...]:
        """The head and, since a summary may come first, some lines beyond it."""
        return self.lines[: min(len(self.head) + 6, 20)]

    @property
    def tail(self) -> tuple[Line, ...]:
        """The lines after the story's last paragraph."""
        after = self.prose[1]
        return self.lines[after:] if after else ()

    def without(self, taken: Iterable[Span]) -> Scrape:
        """What is open when ``taken`` is closed."""
        spans = sorted(taken)
        if not spans:
            return self
        starts, ends = [span.start for span in spans], [span.end for span in spans]  # a rule's takes never overlap
        lines = list[Line]()
        for line in self.lines:
            touching = spans[bisect_right(ends, line.start) : bisect_left(starts, line.end)]
            lines += _parts(self.text, line, touching) if touching else (line,)
        return replace(self, lines=tuple(lines))


def _lines(text: str) -> list[Line]:
    """The lines of a text, those apart between which the line break was lost."""
    cuts = deque(places(text))
    if "\r" not in text and not cuts:  # as most texts
        return _plain_lines(text)
    found = list[Line]()
    for match in _LINE.finditer(text):
        start, end = match.span()
        while cuts and cuts[0] < end:
            if start < (cut := cuts.popleft()):
                found += _line(text, start, cut)
                start = cut
        found += _line(text, start, end)
    return found


def _plain_lines(text: str) -> list[Line]:
    found, at = list[Line](), 0
    for line in text.split("\n"):
        if stripped := line.strip():
            start = at if stripped == line else at + len(line) - len(line.lstrip())
            found.append(Line(start, start + len(stripped), stripped, stripped[0] in BULLETS))
        at += len(line) + 1
    return found


def _line(text: str, start: int, end: int) -> tuple[Line, ...]:
    part = text[start:end].lstrip()
    if stripped := part.rstrip():
        start = end - len(part)
        return (Line(start, start + len(stripped), stripped, stripped[0] in BULLETS),)
    return ()


def _parts(text: str, line: Line, touching: list[Span]) -> Iterator[Line]:
    """What ``touching`` leave open of a line."""
    at = line.start
    for span in touching:
        if span.start > at:
            yield from _line(text, at, span.start)
        at = max(at, span.end)
    if at < line.end:
        yield from _line(text, at, line.end)
