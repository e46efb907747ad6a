"""Text that knows where it came from: each code point leads back to the decoded raw input.

A :class:`Segment` of equal lengths maps one to one; where normalisation or an escape changed the length, the segment
is as short as it can be and maps as a whole. Cutting and normalising keep the map exact.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from copydesk.spans import Span

# What NFC or line breaks may change; everything between is ASCII and stays.
_CHANGING = re.compile(r"\r\n?|[^\x00-\x7f]+")


class Segment(NamedTuple):  # a tuple: a web page has thousands
    """``text[start:end]`` came from ``raw[raw_start:raw_end]``."""

    start: int
    end: int
    raw_start: int
    raw_end: int

    @property
    def is_linear(self) -> bool:
        return self.end - self.start == self.raw_end - self.raw_start


@dataclass(frozen=True, slots=True)
class Traced:
    """A text and the segments that cover it, in order, without gaps, and as few as can be."""

    text: str
    segments: tuple[Segment, ...]

    @classmethod
    def whole(cls, raw: str) -> Traced:
        """The raw input itself."""
        return cls(raw, (Segment(0, len(raw), 0, len(raw)),) if raw else ())

    def raw_span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the raw input; a segment that maps as a whole counts whole."""
        return raw_span(self.segments, start, end)

    def cut(self, spans: Iterable[Span]) -> Traced:
        """The stretches ``spans``, one after another."""
        texts, segments, at = list[str](), list[Segment](), 0
        stretches = list(_touching(spans))
        if len(stretches) == 1 and len(stretches[0]) == len(self.text):  # as of most texts from tables
            return self
        for span in stretches:
            texts.append(self.text[span.start : span.end])
            parts = self._within(span)
            if shift := at - span.start:
                parts = [Segment(start + shift, end + shift, *raw) for start, end, *raw in parts]
            segments += parts
            at += span.end - span.start
        return Traced("".join(texts), tuple(joined(segments)))

    def _within(self, span: Span) -> list[Segment]:
        first = bisect_right(self.segments, span.start, key=_END)
        found = list(self.segments[first : bisect_left(self.segments, span.end, key=_START)])
        for n in {0, len(found) - 1} if found else ():
            segment = found[n]
            start, end = max(segment.start, span.start), min(segment.end, span.end)
            if (start, end) != (segment.start, segment.end):
                shift = segment.raw_start - segment.start
                raw = (start + shift, end + shift) if segment.is_linear else segment[2:]
                found[n] = Segment(start, end, *raw)
        return found

    def over(self, base: Traced) -> Traced:
        """This text, traced through ``base``: what it calls raw is ``base``'s text."""
        if len(base.segments) == 1 and base.segments[0].is_linear and base.segments[0].raw_start == 0:
            return self
        segments = list[Segment]()
        for each in self.segments:
            if each.is_linear:
                at = each.start
                for part in base._within(Span(each.raw_start, each.raw_end)):
                    segments.append(Segment(at, at + part.end - part.start, part.raw_start, part.raw_end))
                    at += part.end - part.start
            else:
                raw = base.raw_span(each.raw_start, each.raw_end)
                segments.append(Segment(each.start, each.end, raw.start, raw.end))
        return Traced(self.text, tuple(joined(segments)))

    def normal(self) -> Traced:
        """The text in NFC with ``\\n``, its map split where lengths change."""
        if not self.segments:
            return Traced(unicodedata.normalize("NFC", self.text.replace("\r\n", "\n").replace("\r", "\n")), ())
        if "\r" not in self.text and unicodedata.is_normalized("NFC", self.text):
            return self
        texts, segments, at = list[str](), list[Segment](), 0
        for start, end in _runs(self.text):
            old = self.text[start:end]
            new = "\n" if old[0] == "\r" else unicodedata.normalize("NFC", old)
            texts.append(new)
            if new == old or len(old) == 1 == len(new):
                for part in self._within(Span(start, end)):
                    segments.append(Segment(at, at + part.end - part.start, part.raw_start, part.raw_end))
                    at += part.end - part.start
            else:
                raw = self.raw_span(start, end)
                segments.append(Segment(at, at + len(new), raw.start, raw.end))
                at += len(new)
        return Traced("".join(texts), tuple(joined(segments)))


def _touching(spans: Iterable[Span]) -> Iterator[Span]:
    """The same stretches, those that touch as one."""
    start = end = 0
    for span in spans:
        if span.start != end:
            if start < end:
                yield Span(start, end)
            start = span.start
        end = span.end
    if start < end:
        yield Span(start, end)


_START, _END = itemgetter(0), itemgetter(1)  #: of a segment, in C


def raw_span(segments: Sequence[Segment], start: int, end: int) -> Span:
    """Where a stretch of text stands in the raw input."""
    first = segments[bisect_right(segments, start, key=_END)]
    last = segments[bisect_left(segments, end, key=_START) - 1]
    return Span(
        first.raw_start + start - first.start if first.is_linear and start > first.start else first.raw_start,
        last.raw_end - (last.end - end) if last.is_linear and end < last.end else last.raw_end,
    )


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that may be normalised apart: line breaks, ASCII, and other letters with the ASCII one before."""
    start = 0
    for match in _CHANGING.finditer(text):
        head = match.start()
        if text[head] != "\r" and head > start and text[head - 1] != "\r":
            head -= 1  # an accent may compose with the ASCII letter before it
        if head > start:
            yield start, head
        yield head, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def joined(segments: list[Segment]) -> list[Segment]:
    """The same map in as few segments as can be: linear ones that run on become one."""
    made, before, after = list[Segment](), -1, -1  # where the last one ends, if it is linear
    for each in segments:
        start, end, raw_start, raw_end = each
        if end - start != raw_end - raw_start:
            made.append(each)
            before = after = -1
            continue
        if (start, raw_start) == (before, after):
            made[-1] = Segment(made[-1].start, end, made[-1].raw_start, raw_end)
        else:
            made.append(each)
        before, after = end, raw_end
    return made
