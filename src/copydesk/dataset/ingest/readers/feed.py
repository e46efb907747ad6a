"""RSS and Atom files: each item is one article, its text what the feed carries, in full or as a summary.

Entities that a feed declares for itself are never expanded. The decoded raw input of an article is its item's source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO, Any

from copydesk.dataset.ingest import instants
from copydesk.dataset.ingest.decoding import whole
from copydesk.dataset.ingest.html.charset import decode
from copydesk.dataset.ingest.raw import FRAGMENT, TEXT, Finding, Raw, Reject, reject
from copydesk.dataset.ingest.traced import Segment, Traced, joined
from copydesk.dataset.sources import Source

_ITEM = re.compile(r"<(?P<name>(?:\w+:)?(?:item|entry))[\s>]")
_DECLARES = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_CONTENT = r"<(?P<tag>(?:\w+:)?(?:encoded|content|description|summary))(?:\s[^>]*)?>(?P<inner>.*?)</(?P=tag)\s*>"
_PIECE = re.compile(r"<!\[CDATA\[(?P<data>.*?)\]\]>|(?P<entity>&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);)", re.DOTALL)


def read(file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]:
    """Yield one raw article an item."""
    data = whole(file, path, source)
    if isinstance(data, Reject):
        yield data
        return
    if not data.strip():
        yield reject("empty", path, data, "holds nothing; take it out, or fetch it again")
        return
    decoded = decode(data)
    if _DECLARES.search(decoded.text, 0, 65536):
        yield reject("xml-entities", path, data, "declares entities of its own, which are never expanded; remove them")
        return
    yield from _items(decoded.text, decoded.encoding, path, data)


def _items(text: str, encoding: str, path: str, data: bytes) -> Iterator[Raw | Reject]:
    from turbohtml.extract import feed

    found = feed(text)
    sources = list(_sources(text))
    if found is None or not found.entries or len(found.entries) != len(sources):
        yield reject("bad-feed", path, data, "no RSS or Atom feed with whole items; fetch it again")
        return
    for number, (entry, item) in enumerate(zip(found.entries, sources, strict=True), 1):
        yield _article(entry, item, f"{path}#{number}", encoding)


def _sources(text: str) -> Iterator[str]:
    """The source of each item, in order."""
    at = 0
    while match := _ITEM.search(text, at):
        end = text.find(f"</{match['name']}", match.end())
        at = text.find(">", end) + 1 if end >= 0 else 0
        if at <= 0:
            return
        yield text[match.start() : at]


def _article(entry: Any, item: str, where: str, encoding: str) -> Raw | Reject:
    data = item.encode(encoding, "replace")
    text = entry.content if isinstance(entry.content, str) and entry.content.strip() else entry.summary
    if not text or not text.strip():
        return reject("empty", where, data, "the item carries no text; fetch the page that it links to")
    return Raw(
        path=where,
        data=data,
        media_type="application/xml",
        decoded=item,
        content=_content(text, item),
        kind=FRAGMENT if re.search(r"<\w", text) else TEXT,
        stated=tuple(_stated(entry)),
        identity=entry.id or None,
        address=entry.link or None,
        encoding=encoding,
    )


def _stated(entry: Any) -> Iterator[Finding]:
    published = instants.read(entry.published or "")
    for field, value in (
        ("title", entry.title),
        ("url", entry.link),
        ("authors", entry.author),
        ("published", published),
    ):
        if value and value.strip():
            yield Finding(field, " ".join(html.unescape(value).split()), None, "feed", 0.95)


def _content(text: str, item: str) -> Traced:
    """The item's text led back to its source; not traced where the source says it otherwise."""
    for match in re.finditer(_CONTENT, item, re.DOTALL):
        traced = _unescaped(item, match.start("inner"), match.end("inner"))
        start = traced.text.find(text)
        if start >= 0:
            from copydesk.spans import Span

            return traced.cut([Span(start, start + len(text))])
    return Traced(text, ())


def _unescaped(item: str, start: int, end: int) -> Traced:
    parts, segments, length, at = list[str](), list[Segment](), 0, start

    def put(text: str, raw_start: int, raw_end: int) -> None:
        nonlocal length
        if text:
            parts.append(text)
            segments.append(Segment(length, length + len(text), raw_start, raw_end))
            length += len(text)

    for piece in _PIECE.finditer(item, start, end):
        put(item[at : piece.start()], at, piece.start())
        if piece["data"] is not None:
            put(piece["data"], *piece.span("data"))
        else:
            put(html.unescape(piece["entity"]), *piece.span())
        at = piece.end()
    put(item[at:end], at, end)
    return Traced("".join(parts), tuple(joined(segments)))
