"""Extraction from plain text: the rules' reading, its findings and what they took, and the body between.

body ∪ findings ∪ removed ∪ white space = the whole content; a property test holds this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copydesk.dataset.ingest import instants, rules
from copydesk.dataset.ingest.extraction import Extraction
from copydesk.dataset.ingest.quality import marks
from copydesk.dataset.ingest.raw import Finding, Raw, Removed
from copydesk.dataset.ingest.rules.scrape import Line
from copydesk.dataset.ingest.rules.signs import held
from copydesk.dataset.ingest.traced import Traced
from copydesk.spans import Span

_BREAK = re.compile(r"\r\n|\r|\n")
_BLANK = re.compile(r"\s+")
_KEPT = ("\n\n", "\n", " ", "")


def extract(raw: Raw) -> Extraction:
    """Read ``raw.content`` by the rules."""
    return read(raw.content, raw.stated)


def read(content: Traced, stated: tuple[Finding, ...], items: frozenset[int] = frozenset()) -> Extraction:
    """Read text by the rules; ``items`` are the places where lines of lists start."""
    reading = rules.read(content.text, items)
    text = content.cut(_joined(content.text, reading.body)).normal()
    findings, removed = list(stated), list[Removed]()
    for rule, take in reading.takes:
        span = content.raw_span(take.start, take.end) if content.segments else None
        findings += [Finding(field, value, span, rule.name, sure) for field, value, sure in take.fields]
        if span and not take.fields and not take.keep:
            removed.append(Removed(take.kind or rule.name, span, rule.name))
    findings += _not_before(text)
    address = next((each.value for each in findings if each.field == "url"), None)
    signs = reading.signs if text.text in content.text else held(text.text)
    quality = marks(text.text, signs, content.text, {rule.name for rule, _ in reading.takes}, address)
    return Extraction(text, tuple(findings), tuple(removed), quality)


def _joined(text: str, body: tuple[Line, ...]) -> Iterator[Span]:
    """The body's stretches and, of the white space between two, at most two line breaks or one blank."""
    first = last = 0
    for start, end, *_ in body:
        if first < last and text[last:start] not in _KEPT:  # as between few lines
            yield Span(first, last)
            yield from _separator(text, last, start)
            first = start
        elif first == last:
            first = start
        last = end
    if first < last:
        yield Span(first, last)


def _separator(text: str, start: int, end: int) -> list[Span]:
    runs = [(match.start(), match.group()) for match in _BLANK.finditer(text, start, end)]
    if not runs:
        return []
    breaks = [[Span(at + m.start(), at + m.end()) for m in _BREAK.finditer(run)] for at, run in runs]
    best = max(breaks, key=len)[:2]
    return best or [Span(runs[0][0], runs[0][0] + 1)]


_AHEAD = re.compile(
    r"\b(?:will|until|till|by|before|expected|scheduled|deadline|upcoming|plans?|planned|due|next|would|could|may|might|expires?)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")


def _not_before(text: Traced) -> Iterator[Finding]:
    """The latest day or month that the story speaks of as past: it cannot be older than that."""
    mentions = [mention for mention in instants.mentions(text.text) if not _is_ahead(text.text, mention.span)]
    if mentions:
        last = max(mentions, key=lambda mention: mention.day)
        span = text.raw_span(last.span.start, last.span.end) if text.segments else None
        yield Finding("published_earliest", last.day.isoformat(), span, f"latest-{last.precision}-mentioned", 0.8)


def _is_ahead(text: str, span: Span) -> bool:
    """Whether the words around a date speak of what is to come."""
    return bool(_AHEAD.search(text[max(0, span.start - 60) : span.end + 60]))
