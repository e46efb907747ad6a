"""The headline: the page's own heading where structured data bear it out, else what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copydesk.dataset.ingest.html.source import Source, Value
from copydesk.dataset.ingest.raw import Finding
from copydesk.dataset.ingest.rules import names

_SUFFIX = re.compile(r"^(?P<title>.{15,}?)\s+[|–—\-»·:]\s+(?P<site>[^|–—»·]{2,40})$")


def read(source: Source) -> Iterator[Finding]:
    """The headline, with what else was read of it at lower confidence."""
    headings = [Value(" ".join(each.text.split()), source.place(each)) for each in source.document.find_all("h1")]
    told = list(_told(source))
    said = [value for _, value in told]
    heading = next((each for each in headings if any(_agree(each.text, other.text) for other in said)), None)
    if heading:
        yield _finding(min((each for each in said if _is_end(each, heading)), key=_length, default=heading), "h1", 0.97)
    elif len(headings) == 1 and len(headings[0].text.split()) >= 4:
        yield _finding(headings[0], "h1", 0.92)
    for rule, value in told:
        yield _finding(value, rule, 0.9)


def _told(source: Source) -> Iterator[tuple[str, Value]]:
    for thing, script in source.articles:
        if isinstance(text := thing.get("headline") or thing.get("name"), str) and text.strip():
            yield "json-ld", source.value(text, script)
            break
    sites = {value.text.casefold() for value in source.meta("og:site_name", "application-name")}
    for value in source.meta("og:title", "twitter:title")[:2]:
        yield "meta", Value(_without_site(value.text, sites), value.span)
    title = source.document.find("title")
    if title is not None and title.text.strip():
        yield "title-tag", Value(_without_site(" ".join(title.text.split()), sites), source.place(title))


def _without_site(title: str, sites: set[str]) -> str:
    """A title without the site's name behind it."""
    match = _SUFFIX.match(title)
    if match and (match["site"].casefold() in sites or len(match["site"].split()) <= 3):
        return match["title"]
    return title


def _agree(one: str, other: str) -> bool:
    mine, theirs = set(re.findall(r"\w+", one.casefold())), set(re.findall(r"\w+", other.casefold()))
    return len(mine) > 1 and len(mine & theirs) > 0.5 * min(len(mine), len(theirs)) and len(mine) > 0.3 * len(theirs)


def _is_end(told: Value, heading: Value) -> bool:
    """Whether a heading is a section's name and then this title."""
    return len(told.text) >= 15 and heading.text.casefold().endswith(" " + told.text.casefold())


def _length(value: Value) -> int:
    return len(value.text)


def _finding(value: Value, rule: str, confidence: float) -> Finding:
    return Finding("title", names.without_medium(value.text), value.span, rule, confidence)
