"""One row of a table (a JSON object, a CSV or Parquet row) to one raw article, by the source's column map."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copydesk.dataset.ingest import instants
from copydesk.dataset.ingest.places import Member
from copydesk.dataset.ingest.raw import HTML, TEXT, Finding, Raw, Reject, reject
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import Source
from copydesk.spans import Span

COLUMNS, COLUMN = 8, 40  #: names of columns that a message shows, and letters of each
_SURROGATE = re.compile("[\ud800-\udfff]")

#: our column → the record field that it states
STATED = {
    "title": "title",
    "url": "url",
    "publisher": "publisher.name",
    "domain": "publisher.domain",
    "agency": "agency.name",
    "language": "language",
    "published": "published",
}


def article(
    row: dict[str, Member], source: Source, *, where: str, data: bytes, decoded: str, media_type: str
) -> Raw | Reject:
    """The raw article in ``row``, whose places are in ``decoded``; a reject when it holds no text."""
    held = {kind: row[source.column(kind)] for kind in (TEXT, HTML) if source.column(kind) in row}
    kind = next((kind for kind, member in held.items() if _has_words(member)), next(iter(held), TEXT))
    column = source.column(kind)
    if not held:
        return no_text(column, row, where, data)
    content = _text(held[kind])
    if content is None or not content.text.strip():
        return reject("empty", where, data, f"column {column!r} holds no text")
    problem = _unusable(content.text)
    if problem:
        return reject(problem, where, data, f"column {column!r} holds characters that no text can have; repair it")
    given = {name: row.get(source.column(name)) for name in ("id", "url", "retrieved_at")}
    identity = "" if given["id"] is None or given["id"].value is None else str(given["id"].value)
    if problem := _unusable(identity):
        return reject(problem, where, data, "the id holds characters that no text can have; repair it")
    return Raw(
        path=where,
        data=data,
        media_type=media_type,
        decoded=decoded,
        content=content,
        kind=kind,
        stated=_stated(row, source),
        identity=identity or None,
        address=_string(given["url"]),
        retrieved_at=instants.utc(_string(given["retrieved_at"]) or ""),
    )


def no_text(column: str, names: Iterable[str], where: str, data: bytes | None) -> Reject:
    """The reject of a row or table without the column that holds the text; it names those that there are."""
    found = [name[:COLUMN] for name in names if not _unusable(name)]
    there = ", ".join([*found[:COLUMNS], *(["…"] if len(found) > COLUMNS else [])]) or "none"
    message = f"no column {column!r}, which should hold the text, among {there}; map it under [columns] of the source"
    return reject("no-text-column", where, data, message)


def _unusable(text: str) -> str | None:
    if "\0" in text:
        return "nul-byte"
    return "lone-surrogate" if not text.isascii() and _SURROGATE.search(text) else None


def _has_words(member: Member) -> bool:
    return isinstance(member.value, str) and bool(member.value.strip())


def _text(member: Member) -> Traced | None:
    if not isinstance(member.value, str) or not member.value:
        return None
    return member.traced or Traced(member.value, ())


def _string(member: Member | None) -> str | None:
    value = member.value if member else None
    return value.strip() or None if isinstance(value, str) and not _unusable(value) else None


def _stated(row: dict[str, Member], source: Source) -> tuple[Finding, ...]:
    found = list[Finding]()
    for name, field in STATED.items():
        member = row.get(source.column(name))
        if member and (value := _string(member)):
            if field == "published":
                value = value if instants.day_or_instant(value) else instants.read(value) or value
            found.append(Finding(field, value, _place(member), "column", 1.0))
    if authors := row.get(source.column("authors")):
        found += [Finding("authors", name, _place(authors), "column", 1.0) for name in _names(authors.value)]
    return tuple(found)


def _place(member: Member) -> Span | None:
    return member.span if len(member.span) else None


def _names(value: Any) -> list[str]:
    """Authors as a list, or as one string in which `;` or `,` parts them."""
    if isinstance(value, str):
        value = value.split(";" if ";" in value else ",")
    names = value if isinstance(value, list) else []
    return [name.strip() for name in names if isinstance(name, str) and name.strip() and not _unusable(name)]
