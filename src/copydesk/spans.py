"""Spans: half-open ranges of Unicode code points."""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT = 32  #: code points of prefix and suffix kept with a quoted span (W3C TextQuoteSelector)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points: ``text[start:end]``."""

    start: int  #: first code point, from 0
    end: int  #: one past the last

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def within(self, other: Span) -> bool:
        """Whether every code point of this one is in ``other``."""
        return other.start <= self.start and self.end <= other.end

    def iou(self, other: Span) -> float:
        """Intersection over union in code points, 0 to 1."""
        shared = max(0, min(self.end, other.end) - max(self.start, other.start))
        return shared / (len(self) + len(other) - shared) if shared else 0.0


def quoted(text: str, start: int, end: int) -> dict[str, int | str]:
    """The quoted span as records hold it: ``start, end, text, prefix, suffix``."""
    return {
        "start": start,
        "end": end,
        "text": text[start:end],
        "prefix": text[max(0, start - CONTEXT) : start],
        "suffix": text[end : end + CONTEXT],
    }
