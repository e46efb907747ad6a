"""What a reader hands on: one raw article as its container gave it, or a reject.

``decoded`` is the input that ``segments``, ``findings`` and ``removed`` of a record point into: the file for plain text
and HTML, the line for JSONL, the response body for WARC. ``content`` is the part of it that holds the article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.dataset.ingest.traced import Traced
from copydesk.files import sha256
from copydesk.spans import Span

TEXT, HTML = "text", "html"
FRAGMENT = "fragment"  #: HTML that is nothing but the article, as a feed carries it


@dataclass(frozen=True, slots=True)
class Finding:
    """A field's value, where it was read, by which rule, and how sure that is."""

    field: str
    value: str
    span: Span | None  #: in the decoded raw input; None when it came from outside it
    rule: str
    confidence: float

    def as_json(self) -> dict[str, Any]:
        start, end = (self.span.start, self.span.end) if self.span else (None, None)
        return {
            "field": self.field,
            "value": self.value,
            "start": start,
            "end": end,
            "rule": self.rule,
            "confidence": round(self.confidence, 3),
        }


@dataclass(frozen=True, slots=True)
class Removed:
    """A stretch of the decoded raw input that is not in the text."""

    kind: str
    span: Span
    rule: str

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "start": self.span.start, "end": self.span.end, "rule": self.rule}


@dataclass(frozen=True, slots=True)
class Raw:
    """One raw article."""

    path: str  #: the file, and the place in it where it holds several
    data: bytes  #: as received
    media_type: str
    decoded: str
    content: Traced  #: the article's part of ``decoded``
    kind: str = TEXT  #: what ``content`` is: text | html | fragment
    stated: tuple[Finding, ...] = ()  #: what the container says of the article
    identity: str | None = None  #: the source's own id
    address: str | None = None  #: where it was retrieved from
    retrieved_at: str | None = None
    warc_record: str | None = None
    encoding: str = "utf-8"  #: of ``data``
    is_repaired: bool = False  #: decoding had to guess or replace


@dataclass(frozen=True, slots=True)
class Reject:
    """An input that does not become an article."""

    code: str  #: listed in docs/issues.md
    where: str  #: source and path, with the place in the file
    raw_sha256: str | None
    message: str

    def as_json(self) -> dict[str, str | None]:
        return {"code": self.code, "where": self.where, "raw_sha256": self.raw_sha256, "message": self.message}


def reject(code: str, where: str, data: bytes | None, message: str) -> Reject:
    """A reject of ``data``; None when it could not be read."""
    return Reject(code, where, None if data is None else sha256(data), message)


def stated(fields: Mapping[str, tuple[str, Span | None]], rule: str, confidence: float = 1.0) -> tuple[Finding, ...]:
    """Findings for what a container states."""
    return tuple(Finding(field, value, span, rule, confidence) for field, (value, span) in fields.items())
