"""When it was published: asserted only where the page's signals agree, or where one stands unopposed.

Structured data and the address are readings of what the site's software stored; the date near the heading is a reading
of what readers see. Where the two name different days, neither is asserted: they bound the date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from copydesk.dataset.ingest import instants
from copydesk.dataset.ingest.html.source import Source, Value
from copydesk.dataset.ingest.raw import Finding
from copydesk.spans import Span

_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "pub_date",
    "og:pubdate",
    "cxenseparse:recs:publishtime",
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified")
BEFORE, AFTER = 1500, 2500  #: code points around the heading in which a date is the article's
WEST, EAST = 11, 14  #: hours that clocks on earth are behind or ahead of UTC, at most
BELOW = 400  #: code points below the heading where only its own date stands
LINE = 160  #: longer lines are the story, not about it


@dataclass(frozen=True, slots=True)
class Reading:
    """A day as the page states it (in its own time zone), the form for records, where and by which rule."""

    day: date
    value: str
    span: Span | None
    rule: str


def read(source: Source, has_author: bool) -> Iterator[Finding]:
    """The date of publication if it may be asserted, else what bounds it.

    ``has_author``: a lone visible date counts only on a page that names its author and calls itself an article.
    """
    stored = [*_stored(source, "datePublished", _PUBLISHED)]
    kind = next((value.text for value in source.meta("og:type")), "website")
    visible = list(_visible(source, has_author and kind != "website"))
    linked = _linked(source)
    chosen = _choose(stored, visible, linked, list(_stored(source, "dateModified", _MODIFIED)))
    if chosen:
        yield Finding("published", chosen.value, chosen.span, chosen.rule, 0.95)
    readings = [each for each in (*stored, linked) if each]
    for each in readings:
        if each is not chosen:
            yield Finding("published", each.value, each.span, each.rule, 0.5)
    if not chosen and stored:
        first, last = min(stored, key=_day), max((*stored, *visible), key=_day)
        yield Finding("published_earliest", first.day.isoformat(), first.span, first.rule, 0.6)
        yield Finding("published_latest", last.day.isoformat(), last.span, last.rule, 0.6)


def _day(reading: Reading) -> date:
    return reading.day


def _choose(
    stored: list[Reading], visible: list[Reading], linked: Reading | None, modified: list[Reading]
) -> Reading | None:
    seen = {each.day for each in visible}
    if _are_apart([*stored, *([linked] if linked else [])]) or (
        linked and not stored and seen and linked.day not in seen
    ):
        return None
    for each in stored:
        if each.day in seen or (linked and linked.day == each.day):
            return each
    for each in stored:
        if near := next((other for other in visible if _is_same_moment(each, other)), None):
            return near
    if stored and not seen:
        days = {each.day for each in stored}
        return stored[0] if {each.day for each in modified} <= days and len(days) == 1 else None
    if not stored:
        return linked or _unopposed(visible)
    return None


def _are_apart(stored: list[Reading]) -> bool:
    """Whether stored dates, the address's included, differ by more than a time zone can explain."""
    days = [each.day for each in stored]
    return len(days) > 1 and (max(days) - min(days)).days > 1


def _is_same_moment(stored: Reading, visible: Reading) -> bool:
    """Whether an instant in UTC falls on the visible day where the readers live."""
    if not stored.value.endswith("Z"):
        return False
    hour, days = int(stored.value[11:13]), (visible.day - stored.day).days
    return (days == -1 and hour < WEST) or (days == 1 and hour >= 24 - EAST)


def _unopposed(visible: list[Reading]) -> Reading | None:
    """A date that readers see: behind *Published*, or the only one right below the heading."""
    labelled = next((each for each in visible if each.rule == "visible-label"), None)
    below = {each.day for each in visible if each.rule != "visible-date"}
    return labelled or (next(each for each in visible if each.day in below) if len(below) == 1 else None)


def _stored(source: Source, key: str, names: tuple[str, ...]) -> Iterator[Reading]:
    for thing, script in source.articles:
        if isinstance(text := thing.get(key), str) and (reading := _reading(source.value(text, script), "json-ld")):
            yield reading
            break
    for value in source.meta(*names):
        if reading := _reading(value, "meta"):
            yield reading
            break


def _reading(value: Value, rule: str) -> Reading | None:
    """A stored date. Where UTC would move it to another day than the page states, the day alone is kept."""
    stated = value.text[:10]
    read = instants.day_or_instant(value.text) or instants.day_or_instant(stated)
    if not read or len(stated) < 10:
        mention = instants.only_date(value.text)
        return Reading(mention.day, mention.day.isoformat(), value.span, rule) if mention else None
    day = date.fromisoformat(stated)
    return Reading(day, read[0] if read[0][:10] == stated else stated, value.span, rule)


def _linked(source: Source) -> Reading | None:
    addresses = [source.address, *(each.attrs.get("href") for each in source.document.select("link[rel=canonical]"))]
    for address in addresses:
        match = _IN_ADDRESS.search(address) if isinstance(address, str) else None
        if match:
            try:
                day = date(*map(int, match.groups()))
            except ValueError:
                continue
            return Reading(day, day.isoformat(), None, "url-date")
    return None


_LABEL = re.compile(r"(?:published|posted|first published)\b:?(?: on| at)?\W{0,3}$", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:updated|modified|reviewed)\b[^.]{0,20}$", re.IGNORECASE)


def _visible(source: Source, is_article: bool) -> Iterator[Reading]:
    """Dates in short lines around the heading; those behind *Published* say so."""
    text = source.page.text
    heading = source.page.headings[-1] if source.page.headings else 0
    start, end = max(0, heading - BEFORE), heading + AFTER
    for line in re.finditer(r"[^\n]+", text.text[start:end]):
        if len(line.group()) > LINE:
            continue
        for mention in instants.full_dates(line.group()):
            at = start + line.start()
            before = line.group()[: mention.span.start]
            near = heading <= at < heading + BELOW and is_article and source.page.headings
            rule = "visible-label" if _LABEL.search(before) else "below-heading" if near else "visible-date"
            if not _OTHER.search(before):
                span = text.raw_span(at + mention.span.start, at + mention.span.end)
                yield Reading(mention.day, mention.day.isoformat(), span, rule)
