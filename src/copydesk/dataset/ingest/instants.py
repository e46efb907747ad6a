"""Dates as texts write them, to the forms that records hold. Only whole, explicit dates; nothing is guessed."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from copydesk.dataset.ingest.rules.signs import folded
from copydesk.spans import Span

MONTHS = ("january february march april may june july august september october november december").split()  # noqa: SIM905
_MONTH = {name[:cut]: n for n, name in enumerate(MONTHS, 1) for cut in (3, 9)} | {"sept": 9}
_NAME = r"(?P<name>" + "|".join(sorted(_MONTH, key=len, reverse=True)) + r")\.?"
_SHORT = tuple(name for name in _MONTH if len(name) == 3)
_TIME = r"(?:,?\s+(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,4}\)?)?)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])\b(?!-)",
        rf"\b{_NAME}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_DAY}(?:\s+of)?[\s-]+{_NAME},?[\s-]+{_YEAR}\b",
    )
]
_MONTH_YEAR = re.compile(rf"\b(?P<name>{'|'.join(MONTHS)})\s+(?:of\s+)?{_YEAR}\b", re.IGNORECASE)
_PARTIAL = re.compile(r"((?:19|20)\d{2})(?:-(0[1-9]|1[0-2]))?")
LONGEST = 40  #: letters of any ISO date: what is longer, such as a text in the wrong column, is not remembered
DAYS = 4096  #: that are remembered as read: articles of one day stand together
BEFORE, BEHIND = 64, 16  #: letters of a date that may stand before its year, and behind it
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text, to the day or the month."""

    day: date  #: of a month, its first
    precision: str  #: month | day
    span: Span


def full_dates(text: str) -> list[Mention]:
    """Dates with year, month and day in ``text``, in order."""
    return _days(text, _around_years(text))


def months(text: str) -> list[Mention]:
    """Months with their year, such as *August 2023*."""
    return _months(text, _around_years(text))


def mentions(text: str) -> list[Mention]:
    """The days and then the months of ``text``."""
    around = _around_years(text)
    return [*_days(text, around), *_months(text, around)]


def _days(text: str, around: list[tuple[int, int]]) -> list[Mention]:
    found = (
        mention
        for start, end in around
        for form in _FORMS
        for match in form.finditer(text, start, end)
        if (mention := _mention(match))
    )
    return sorted(found, key=lambda mention: mention.span)


def _months(text: str, around: list[tuple[int, int]]) -> list[Mention]:
    return [
        Mention(date(int(match["year"]), month, 1), "month", Span(*match.span()))
        for start, end in around
        for match in _MONTH_YEAR.finditer(text, start, end)
        if (month := _MONTH.get(folded(match["name"])))
    ]


def may_hold_a_year(text: str) -> bool:
    """Whether a text can hold a date: soon told."""
    return "20" in text or "19" in text


def _around_years(text: str) -> list[tuple[int, int]]:
    """Stretches that hold the dates, as each has a year and its parts near it: few and short in most texts."""
    found = list[tuple[int, int]]()
    if not may_hold_a_year(text):
        return found
    for year in _years(text):
        start, end = max(0, year - BEFORE), year + 4 + BEHIND
        if found and start <= found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    return [(start, end) for start, end in found if _names_a_month(text[start:end])]


def _years(text: str) -> Iterator[int]:
    """Where years from 1900 to 2099 start."""
    behind, last = 0, len(text) - 4
    for at in sorted((*_places(text, "19"), *_places(text, "20"))):
        if behind <= at <= last and text[at + 2 : at + 4].isdecimal():
            yield at
            behind = at + 4


def _places(text: str, century: str) -> Iterator[int]:
    """Where ``century`` stands: no letter is looked at twice, however many there are."""
    at = text.find(century)
    while at >= 0:
        yield at
        at = text.find(century, at + 2)


def _names_a_month(text: str) -> bool:
    """Whether a stretch may hold the month of a date, in letters or as a number."""
    small = folded(text)
    return "-" in small or any(name in small for name in _SHORT)


def _mention(match: re.Match[str]) -> Mention | None:
    parts = match.groupdict()
    month = int(parts["month"]) if parts.get("month") else _MONTH.get(folded(parts["name"]), 0)
    try:
        return Mention(date(int(parts["year"]), month, int(parts["day"])), "day", Span(*match.span()))
    except ValueError:  # 31 November
        return None


def only_date(text: str) -> Mention | None:
    """The date that ``text`` consists of, a time of day aside; None when there is none or more besides."""
    for mention in full_dates(text):
        rest = text[: mention.span.start] + text[mention.span.end :]
        if not re.sub(_TIME, "", rest, flags=re.IGNORECASE).strip(" \t,.|-–—/·•"):
            return mention
    return None


def utc(text: str) -> str | None:
    """An ISO instant with a time zone as records hold it; None for anything else."""
    parsed = _parsed(text)
    return _instant(parsed) if isinstance(parsed, datetime) and parsed.tzinfo else None


def day_or_instant(text: str) -> tuple[str, str] | None:
    """An ISO date or instant and its precision: year, month, day, second. Without a zone only the day is asserted."""
    said = text.strip()
    return _day_or_instant(said) if len(said) <= LONGEST else None


@lru_cache(DAYS)
def _day_or_instant(text: str) -> tuple[str, str] | None:
    if partial := _PARTIAL.fullmatch(text):
        return f"{partial[1]}-{partial[2] or '01'}-01", "month" if partial[2] else "year"
    parsed = _parsed(text)
    if isinstance(parsed, datetime) and parsed.tzinfo:
        return _instant(parsed), "second"
    return (parsed.isoformat()[:10], "day") if parsed and parsed.year >= 1000 else None


def read(text: str) -> str | None:
    """A date in any of the forms that feeds and tables use, as :func:`day_or_instant` reads it; else None."""
    if day_or_instant(text):
        return text.strip()
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        mention = only_date(text)
        return mention.day.isoformat() if mention else None
    return moment.isoformat() if moment.tzinfo else moment.date().isoformat()


def _parsed(text: str) -> date | None:
    text = text.strip()
    if not _ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def _instant(moment: datetime) -> str:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


@lru_cache(DAYS)
def bounds(value: str, precision: str) -> tuple[str, str]:
    """First and last day that ``published`` leaves open."""
    day = date.fromisoformat(value[:10])
    if precision == "year":
        return day.replace(month=1, day=1).isoformat(), day.replace(month=12, day=31).isoformat()
    if precision == "month":
        last = monthrange(day.year, day.month)[1]
        return day.replace(day=1).isoformat(), day.replace(day=last).isoformat()
    return day.isoformat(), day.isoformat()
