"""CSV: one row is one article, its columns mapped by the source. The first row names the columns.

The decoded raw input of an article is its row, quotes included. Delimiter: the one of ``,`` ``;`` and tab that the
header has most of.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import IO

from copydesk.dataset.ingest.columns import article
from copydesk.dataset.ingest.decoding import BOM, too_large, utf8
from copydesk.dataset.ingest.places import Member
from copydesk.dataset.ingest.raw import Raw, Reject, reject
from copydesk.dataset.ingest.traced import Segment, Traced
from copydesk.dataset.sources import Source
from copydesk.files import sha256
from copydesk.spans import Span


def read(file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]:
    """Yield one raw article a row; blank rows are passed over."""
    header: list[str] | None = None
    mark = ","
    for number, row in _rows(file, source.limits.article_bytes):
        where = f"{path}#{number}"
        if len(row) > source.limits.article_bytes:
            yield too_large(where, sha256(row), source.limits.article_mb)
            continue
        if not row.strip():
            continue
        text = utf8(row, where)
        if isinstance(text, Reject):
            yield text
        elif header is None:
            mark = max(",;\t", key=text.count)
            header = [member.value.strip() for member in _members(text.removeprefix(BOM), mark)]
        else:
            yield _article(text, row, header, mark, where, source)
    if header is None:
        yield reject("empty", path, b"", "holds no row; take it out, or fetch it again")


def _rows(file: IO[bytes], limit: int) -> Iterator[tuple[int, bytes]]:
    """Rows with the number of their first line. A quote that is never closed ends with its line, not with the file."""
    number, waiting = 0, deque[bytes]()

    def following() -> bytes:
        return waiting.popleft() if waiting else file.readline(limit + 1)

    while line := following():
        number += 1
        taken, size, is_open = [line], len(line), bool(line.count(b'"') % 2)
        while is_open and size <= limit and (more := following()):
            taken.append(more)
            size += len(more)
            is_open ^= bool(more.count(b'"') % 2)
        if is_open:  # never closed: the lines after the first are read again
            waiting.extendleft(reversed(taken[1:]))
            taken = taken[:1]
        yield number, b"".join(taken).rstrip(b"\r\n")
        number += len(taken) - 1


def _article(text: str, row: bytes, header: list[str], mark: str, where: str, source: Source) -> Raw | Reject:
    members = list(_members(text, mark))
    if text.count('"') % 2:
        return reject("ragged-row", where, row, "a quote in it is never closed; close it, or drop the row")
    if len(members) != len(header):
        message = f"{len(members)} fields, the header has {len(header)}; check quotes and delimiters, or drop the row"
        return reject("ragged-row", where, row, message)
    named = dict(zip(header, members, strict=True))
    return article(named, source, where=where, data=row, decoded=text, media_type="text/csv")


def _members(text: str, mark: str) -> Iterator[Member]:
    """The fields of a row, each led back to its place."""
    field = re.compile(rf'\s*"((?:[^"]|"")*)"[^{mark}]*|([^{mark}]*)')
    at = 0
    while True:
        match = field.match(text, at)
        assert match  # the second form matches anything
        quoted = match[1] is not None
        span = Span(*match.span(1 if quoted else 2))
        content = _unquoted(text, span) if quoted else Traced(text[span.start : span.end], _one(span))
        yield Member(content.text, span, content)
        if match.end() >= len(text):
            return
        at = match.end() + 1


def _one(span: Span) -> tuple[Segment, ...]:
    return (Segment(0, len(span), span.start, span.end),) if len(span) else ()


def _unquoted(text: str, span: Span) -> Traced:
    """A quoted field's text: two quotes stand for one."""
    parts, segments, length, at = list[str](), list[Segment](), 0, span.start
    for quote in [*re.finditer('""', text[span.start : span.end]), None]:
        end = span.start + quote.start() + 1 if quote else span.end
        if end > at:
            parts.append(text[at:end])
            segments.append(Segment(length, length + end - at, at, end))
            length += end - at
        at = end + 1
    return Traced("".join(parts), tuple(segments))
