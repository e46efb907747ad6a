"""Rules for what stands before the story: labels, headline, byline, date, dateline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from copydesk.dataset.ingest import instants
from copydesk.dataset.ingest.rules import agencies, names
from copydesk.dataset.ingest.rules.scrape import Line, Scrape, Take
from copydesk.dataset.ingest.rules.signs import signed

_DATE_LABEL = re.compile(r"\s*date:?\s+(\d{4}-\d{2}-\d{2})(?=\s|$)", re.IGNORECASE)
_TAG = re.compile(r"\(([A-Z][A-Za-z]{1,9})\)\s+(?=\S)")
_SITE = re.compile(r"(?:www\.)?((?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|co|info|news|[a-z]{2}))", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'’ -]*[A-Z](?:,\s+(?:[A-Z][A-Za-z.]+\s?){1,3})?)"
    r"(?:,?\s+(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2}))?"
    r"(?:\s*\((?P<agency>[A-Za-z][A-Za-z .]{1,30})\))?"
    r"\s*(?:—|–|--|-)\s+"
)
_MIXED_DATELINE = re.compile(
    r"(?P<place>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,3}(?:, [A-Z][\w.]+)?)\s*\((?P<agency>[A-Za-z][A-Za-z .]{1,30})\)"
    r"\s*(?:—|–|--|-)\s+"
)
LABELS = signed(
    re.compile(
        r"(?:published(?: on| at)?|updated(?: on| at)?|last (?:updated|modified)|posted(?: on)?|date|author|"
        r"source|credits?|image credits?|text size|category|section|topics?)\s*[:|]?",
        re.IGNORECASE,
    ),
    opens="published updated last posted date author source credits image text category section topics",
)
_STAMP = re.compile(
    r"(?P<label>(?:first |originally )?(?:published|posted|created|updated|last updated|last modified|modified)"
    r"(?: on| at)?:?\s+)?(?P<date>\S.*)",
    re.IGNORECASE,
)


LABEL = 5  #: words that a label has not
STAMP = 120  #: letters of a line that is a date, at most


def date_label(scrape: Scrape) -> Iterator[Take]:
    """``date 2023-12-06`` at the very start."""
    match = _DATE_LABEL.match(scrape.text)
    if match and (day := instants.day_or_instant(match[1])):
        start = match.end() - len(match[0].lstrip())
        yield Take(start, match.end(), (("published", day[0], 0.97),))


def agency_tag(scrape: Scrape) -> Iterator[Take]:
    """``(AP)`` or another sign in brackets where the story begins: an agency, else who published it."""
    for line in scrape.lines[:1]:
        if match := _TAG.match(line.text):
            known = agencies.fields(match[1], 0.95)
            yield Take(line.start, line.start + len(match[0].rstrip()), known or _publisher(match[1]))


def _publisher(sign: str) -> tuple[tuple[str, str, float], ...]:
    return (("publisher.name", sign, 0.8),) if sign.isupper() else ()


def title_repeat(scrape: Scrape) -> Iterator[Take]:
    """A headline that stands twice: the first is the title, the others go."""
    head = scrape.head[:12]
    if len({line.text.casefold() for line in head}) == len(head):
        return
    for n, line in enumerate(head):
        repeats = [other for other in head[n + 1 : n + 4] if _same(line, other)]
        if repeats and names.is_headline(line.text):
            yield line.take(("title", line.text, 0.98))
            for other in repeats:
                yield other.take(kind="title-repeat")
            return


def _same(one: Line, other: Line) -> bool:
    return one.text.casefold() == other.text.casefold()


def site_name(scrape: Scrape) -> Iterator[Take]:
    """A line before the story that is nothing but the site's address, such as ``SeattlePI.com``."""
    for line in scrape.head:
        if match := _SITE.fullmatch(line.text):
            fields = (("publisher.name", line.text, 0.9), ("publisher.domain", match[1].lower(), 0.9))
            yield line.take(*fields)
            return


def empty_label(scrape: Scrape) -> Iterator[Take]:
    """A label whose value the scraper lost, such as ``Published`` alone on its line."""
    for line in scrape.head:
        if LABELS.fullmatch(line.text):
            yield line.take(kind="label")


def dateline(scrape: Scrape) -> Iterator[Take]:
    """``BANGKOK (AP) —`` at the head of the first paragraph."""
    first, after = scrape.prose
    for line in scrape.lines[first : first + 1] if after else ():
        match = _DATELINE.match(line.text) or ("(" in line.text and _MIXED_DATELINE.match(line.text))
        if match and (match["agency"] or len(match["place"]) > 3) and not _is_label(match["place"]):
            text = match[0].rstrip(" \t—–-")
            fields = (("dateline.text", text, 0.95), ("dateline.place", match["place"].strip(), 0.95))
            sign = agencies.fields(match["agency"] or "", 0.95)
            yield Take(line.start, line.start + len(match[0].rstrip()), (*fields, *sign))


def _is_label(place: str) -> bool:
    return place.rstrip(":") in {"UPDATE", "UPDATED", "BREAKING", "OPINION", "EXCLUSIVE", "WATCH", "NOTE", "CORRECTION"}


def byline(scrape: Scrape) -> Iterator[Take]:
    """``By Jane Doe and John Roe``, on a line of its own; where two name different people, nobody knows whose it is."""
    found = [(line, people) for line in scrape.opening if (people := names.byline(line.text))]
    if found and all(people == found[0][1] for _, people in found):
        line, people = found[0]
        yield line.take(*(("authors", person, 0.9) for person in people), kind="byline")


BY_ALONE = signed(
    re.compile(r"(?:(?:commentary|written|story|words|opinion) )?by:?", re.IGNORECASE),
    opens="by commentary written story words opinion",
)


def split_byline(scrape: Scrape) -> Iterator[Take]:
    """``By`` on a line, a name on the next, perhaps once more below."""
    lines = scrape.opening
    for n, line in enumerate(lines[:-1]):
        below = lines[n + 1]
        name = below.text.rstrip(" |,")
        if BY_ALONE.fullmatch(line.text) and names.is_name(name):
            yield Take(line.start, below.end, (("authors", name, 0.9),))
            yield from (again.take() for again in lines[n + 2 : n + 4] if again.text == name)
            return


def date_stamp(scrape: Scrape) -> Iterator[Take]:
    """A line before the story that is a date, perhaps behind ``Published``; days that differ are not asserted."""
    takes = list(_stamps(scrape))
    days = {value for take in takes for _, value, _ in take.fields}
    for take in takes:
        yield take if len(days) == 1 else replace(take, fields=tuple((name, day, 0.5) for name, day, _ in take.fields))


def _stamps(scrape: Scrape) -> Iterator[Take]:
    for line in scrape.opening:
        if len(line.text) > STAMP or not instants.may_hold_a_year(line.text):
            continue
        match = _STAMP.fullmatch(line.text)
        mention = instants.only_date(match["date"]) or _leading(match["date"]) if match else None
        if match and mention:
            updated = re.search("updated|modified", match["label"] or "", re.IGNORECASE)
            fields = () if updated else (("published", mention.day.isoformat(), 0.9 if match["label"] else 0.8),)
            yield line.take(*fields, kind="date-stamp")


def _leading(text: str) -> instants.Mention | None:
    """The date that a short line starts or ends with, such as ``3:00 PM on December 21, 2023``."""
    found = list(instants.full_dates(text)) if len(text) <= 50 and text[-1] not in ".!?" else []
    if len(found) != 1:
        return None
    rest = text[: found[0].span.start] + text[found[0].span.end :]
    return found[0] if len(rest) <= 25 and not re.search(r"[a-z]{8,}", rest) else None


def headline(scrape: Scrape) -> Iterator[Take]:
    """The line before the story that reads like a headline; the title only where it cannot be its summary instead."""
    head = scrape.head if scrape.prose[1] else ()
    found = [line for line in head if names.is_headline(line.text) and not line.is_item]
    if not found or not _leads(found[0], scrape):
        return
    line, others = found[0], [each for each in found[1:] if each.is_title_case or len(each.text) < 50]  # else a summary
    if len(others) <= line.is_title_case and not _are_two(line, others, scrape) and _stands_out(line, scrape):
        yield line.take(("title", names.without_medium(line.text), 0.85))
    elif not others and _is_next(line, scrape):
        yield line.take()


def _leads(line: Line, scrape: Scrape) -> bool:
    """Whether only labels stand above, and no sentence runs over its end."""
    above = takewhile(lambda each: each is not line, scrape.head)
    return all(len(each.text.split()) < LABEL for each in above) and not scrape.runs_on(line)


def _stands_out(line: Line, scrape: Scrape) -> bool:
    """Whether capitals, a label above, or a line between it and the story tell it from a summary."""
    return line.is_title_case or line is not scrape.lines[0] or not _is_next(line, scrape)


def _is_next(line: Line, scrape: Scrape) -> bool:
    return scrape.text[line.end : scrape.lines[scrape.prose[0]].start].isspace()


def _are_two(line: Line, others: list[Line], scrape: Scrape) -> bool:
    """Whether another may be the headline as well: right below, or with the same words."""
    below, words = scrape.lines[scrape.lines.index(line) + 1], set(line.text.casefold().split())
    return any(
        (other is below and other.is_title_case) or len(words & set(other.text.casefold().split())) > 0.5 * len(words)
        for other in others
    )


def head_line(scrape: Scrape) -> Iterator[Take]:
    """A line before the story that is no sentence: a section's name, a counter, a button."""
    found = [line for line in scrape.head if _is_furniture(line) and not scrape.runs_on(line)]
    yield from (line.take() for line in (scrape.few(found) if found and scrape.is_story else ()))


def _is_furniture(line: Line) -> bool:
    is_deck = len(line.text) >= 50 and not line.is_title_case
    is_listed = line.is_item and len(line.text) > 25
    return not line.ends and not is_deck and not is_listed and not _DATELINE.match(line.text)
