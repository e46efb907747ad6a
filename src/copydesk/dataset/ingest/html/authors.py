"""Who wrote it: structured data first, the visible byline where it names more, never the site or its staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from copydesk.dataset.ingest.html.source import Source, Value
from copydesk.dataset.ingest.raw import Finding
from copydesk.dataset.ingest.rules import agencies, names

_MARKED = (
    "[rel~=author],[itemprop~=author],[class*=byline],[class*=Byline],[class*=author],[class*=Author],"
    "[data-testid*=byline],[data-testid*=author]"
)
_LETTERS = re.compile(r"(?:,? (?:MS|RDN?|LDN?|CLC|MD|MPH|PhD|CPT|JD|MBA|RN|DO|CSCS|MA|CNN))+$")
_HEADS = re.compile(r"^(?:by|written by|story by|words by)\s+", re.IGNORECASE)
NEAR = 16  #: lines below the heading that may hold a byline


def read(source: Source) -> Iterator[Finding]:
    """The authors, and agencies that stand where an author should."""
    told, meta = list(_told(source)), list(_meta(source))
    for value in (*told, *meta):
        for field, text, sure in agencies.fields(value.text, 0.9):
            yield Finding(field, text, value.span, "json-ld" if value in told else "meta", sure)
    sites = _sites(source)
    people = [Value(name, value.span) for value in told if (name := _person(value.text, sites))]
    others = [Value(name, value.span) for value in meta if (name := _person(value.text, sites))]
    seen = list(_visible(source, sites))
    said = people or others
    if len(seen) > len(said) and {value.text for value in said} <= {value.text for value in seen}:
        yield from (Finding("authors", value.text, value.span, "visible-byline", 0.9) for value in seen)
    else:
        rule = "json-ld" if people else "meta"
        yield from (Finding("authors", value.text, value.span, rule, 0.93) for value in said)


def _told(source: Source) -> Iterator[Value]:
    for thing, script in source.articles:
        found = [source.value(name, script) for name in _named(thing.get("author") or thing.get("creator"))]
        if found:
            yield from found
            return


def _named(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        name = each.get("name") if isinstance(each, dict) else each
        for text in name if isinstance(name, list) else [name]:
            if isinstance(text, str) and text.strip():
                yield text.strip()


def _meta(source: Source) -> Iterator[Value]:
    for name in ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl"):
        found = [value for value in source.meta(name) if "://" not in value.text and "@" not in value.text]
        if found:
            for value in found:
                for part in re.split(r"\s*(?:;|,(?! (?:Ph|M)\.?D)| and )\s*", _HEADS.sub("", value.text)):
                    yield Value(part, value.span)
            return


def _sites(source: Source) -> set[str]:
    """The names of the site and its publisher, which are no authors."""
    named = [value.text for value in source.meta("og:site_name", "application-name")]
    for thing, _ in source.articles:
        named += _named(thing.get("publisher"))
    return {name.casefold() for name in named}


def _person(text: str, sites: set[str]) -> str | None:
    """The person that ``text`` names; None when it is the site, an agency, a desk or no name at all."""
    name = _LETTERS.sub("", _HEADS.sub("", text).split("|")[0].strip(" ,")).strip()
    name = re.sub(r",\s+(?!Ph|M\.?D|Jr|Sr).*$", "", name)
    is_other = name.casefold() in sites or agencies.agency(name) or names.NOT_PEOPLE.search(name)
    looks = 3 <= len(name) <= 60 and not re.search(r"[\d@:/<>]|\.com\b|\.in\b", name) and len(name.split()) <= 6
    return name if looks and not is_other and any(map(str.isupper, name)) else None


def _visible(source: Source, sites: set[str]) -> Iterator[Value]:
    """The names of the first byline that readers see near the heading."""
    for element in source.document.select(_MARKED)[:30]:
        text = " ".join(element.text.split())
        people = (
            names.byline(text)
            if _HEADS.match(text)
            else [text]
            if names.is_name(text) and len(text.split()) <= 4
            else []
        )
        found = [name for person in people if (name := _person(person, sites))]
        if found and len(found) == len(people):
            yield from (Value(name, source.place(element)) for name in found)
            return
    page = source.page.text
    start = source.page.headings[-1] if source.page.headings else 0
    for match in list(re.finditer(r"[^\n]+", page.text[start : start + 6000]))[:NEAR]:
        if people := names.byline(match.group().strip()):
            span = page.raw_span(start + match.start(), start + match.end())
            yield from (Value(name, span) for name in people if _person(name, sites))
            return
