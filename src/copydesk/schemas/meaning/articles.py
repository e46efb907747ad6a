"""An article agrees with itself: length, digest, form of the text, map to the raw file, dates."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from copydesk.files import sha256
from copydesk.issues import Issue

Record = Mapping[str, Any]


def check_article(article: Record, where: str | None = None) -> list[Issue]:
    """What is wrong with an article beyond its shape. A withheld text (null) leaves only ranges to check."""
    place = where or str(article["article_id"])
    found: list[Issue] = []
    if article["text"] is not None:
        found += _text(article, article["text"], place)
    return [*found, *_segments(article, place), *_pieces(article, place), *_dates(article, place)]


def _text(article: Record, text: str, where: str) -> Iterator[Issue]:
    if article["n_chars"] != len(text):
        message = f"n_chars is {article['n_chars']}, the text has {len(text)} code points"
        yield Issue("wrong-length", where, message, "$.n_chars", "build again")
    if article["text_sha256"] != sha256(text.encode()):
        message = "is not the digest of the text"
        yield Issue(
            "wrong-digest", where, message, "$.text_sha256", "build again; a text never changes under its digest"
        )
    if "\r" in text or "\0" in text or not unicodedata.is_normalized("NFC", text):
        message = "the text is not in normal form (NFC, line breaks as \\n)"
        yield Issue("not-normalised", where, message, "$.text", "build again")


def _segments(article: Record, where: str) -> Iterator[Issue]:
    """Segments follow each other in the text and lie within it."""
    before = 0
    for n, segment in enumerate(article["provenance"]["segments"]):
        path = f"$.provenance.segments[{n}]"
        start, end = segment["start"], segment["end"]
        if not before <= start < end <= article["n_chars"]:
            message = f"{start}:{end} does not follow {before} within the {article['n_chars']} code points of the text"
            yield Issue("segment-out-of-order", where, message, path, "build again")
        if segment["raw_start"] > segment["raw_end"]:
            message = f"{segment['raw_start']}:{segment['raw_end']} in the raw file ends before it starts"
            yield Issue("range-reversed", where, message, path, "build again")
        before = max(before, end)


def _pieces(article: Record, where: str) -> Iterator[Issue]:
    """Findings and removed stretches are ranges; a finding has both ends or neither."""
    for name in ("findings", "removed"):
        for n, piece in enumerate(article["provenance"][name]):
            start, end = piece["start"], piece["end"]
            if (start is None) != (end is None) or (start is not None and start > end):
                path = f"$.provenance.{name}[{n}]"
                yield Issue("range-reversed", where, f"{start}:{end} is no range of the raw file", path, "build again")


def _dates(article: Record, where: str) -> Iterator[Issue]:
    """Dates exist, agree with what is said about them, and lie within their bounds."""
    days = {}
    for name in ("published", "published_earliest", "published_latest", "retrieved_at"):
        if article[name] is not None:
            days[name] = _day(article[name])
            if days[name] is None:
                message = f"{article[name]!r} is no day of the calendar"
                yield Issue("no-such-date", where, message, f"$.{name}", "null, where the date is not known")
    yield from _said(article, where)
    earliest, first, latest = (days.get(f"published{each}") for each in ("_earliest", "", "_latest"))
    last = first and _last_of(first, article["published_precision"])
    for name, low, high in (
        ("published_earliest", earliest, last),
        ("published_latest", first, latest),
        ("published_latest", earliest, latest),
    ):
        if low and high and low > high:
            message = f"{low.isoformat()} is after {high.isoformat()}"
            yield Issue("date-out-of-bounds", where, message, f"$.{name}", "published lies between its bounds")
            return


def _last_of(first: date, precision: str | None) -> date:
    """The last day that a date of this precision may mean."""
    if precision == "year":
        return first.replace(month=12, day=31)
    return first.replace(day=monthrange(first.year, first.month)[1]) if precision == "month" else first


def _said(article: Record, where: str) -> Iterator[Issue]:
    """Basis and precision speak of ``published`` exactly when it is there."""
    published, precision, basis = (article[f"published{each}"] for each in ("", "_precision", "_basis"))
    if (published is None) != (precision is None) or (published is None) != (basis == "none"):
        day, exact = published or "null", precision or "null"
        message = f"published is {day} with precision {exact} and basis {basis}"
        yield Issue("date-inconsistent", where, message, "$.published", "precision null and basis none when unknown")
    elif published is not None and _precise(published) != (precision == "second"):
        message = f"{published!r} has precision {precision!r}"
        hint = "an instant for second, else a day; the first of it for month and year"
        yield Issue("date-inconsistent", where, message, "$.published_precision", hint)
    elif (precision == "year" and published[5:] != "01-01") or (precision == "month" and published[8:] != "01"):
        message = f"{published!r} is not the first day of its {precision}"
        yield Issue("date-inconsistent", where, message, "$.published", "the first day stands for month and year")


def _precise(published: str) -> bool:
    return "T" in published


def _day(written: str) -> date | None:
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        return None
