"""What a block of a page stands in: tags, and the signs that names of classes give.

A sign is a word that sites of any make use for a part of a page, such as *related* or *byline*.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Any

_SIGNS = {
    "body": r"(?:article|story|entry|post|page|main|content|body)[-_]*(?:body|content|copy|text)|rich-?text|paragraph|"
    r"prose",
    "caption": r"caption|credit|gallery|slideshow|carousel|lightbox|photo|figure|image",
    "related": r"related|recommend|recirc|read-?more|more-|trending|popular|promo|teaser|also|next|outbrain|taboola|"
    r"side-?bar|rail|widget|latest|most-?(?:read|viewed)|card|river|feed|listing|collection|suggest",
    "comment": r"comment|disqus|respond|reply|discussion",
    "share": r"share|social|sharing|follow|facebook|twitter|addthis",
    "signup": r"newsletter|subscri|sign-?up|paywall|register|login|email|cta|donat|member",
    "about": r"author|byline|bio\b|contributor|writer|profile|dateline|meta|date|timestamp|publish",
    "topics": r"tag-?s|topic|categor|breadcrumb|keyword|label|kicker|eyebrow",
    "ad": r"(?:^|[_-])ads?(?:$|[_-])|advert|sponsor|affiliate|commerce|product|shop",
    "navigation": r"nav|menu|footer|header|masthead|toolbar|skip|search|copyright|toc|jump",
    "hidden": r"hidden|sr-only|visually|screen-reader|modal|pop-?up|overlay|cookie|consent|banner|alert|tooltip|"
    r"noprint",
    "note": r"disclaimer|footnote|correction|editor|endnote|reference|source|legal|update",
    "deck": r"dek|deck|subtitle|sub-?head|standfirst|summary|excerpt|description|intro|lede",
    "title": r"title|headline|heading",
    "quote": r"quote",
    "embed": r"tweet|embed|instagram|video|player|iframe|audio|podcast",
}
_SIGN = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _SIGNS.items()))
#: attributes by whose words sites name the parts of a page
_NAMED = ("class", "id", "itemprop", "role", "data-testid", "data-component")
_VOID = frozenset("area base br col embed hr img input link meta source track wbr param".split())  # noqa: SIM905
_ENDED = frozenset("p li td tr dd dt option".split())  # noqa: SIM905
_HOLDERS = frozenset("ul ol table div section article".split())  # noqa: SIM905
LONG = 60  #: letters of the longest name that is looked at
REACH = 40  #: open elements that are looked at, from the inside out: pages may be nested without end


class Element:
    """An open element: its tag, its names and all those around it."""

    __slots__ = ("__dict__", "around", "names", "tag")

    def __init__(self, tag: str, names: str, around: Element | None) -> None:
        self.tag, self.names, self.around = tag, names, around

    @cached_property
    def signs(self) -> set[str]:
        """What its names tell of it."""
        return {sign for name in self.names.lower().split() if len(name) <= LONG for sign in _signs(name)}

    def path(self) -> list[Element]:
        """The element and those around it, from the inside out, as far as it matters; the root is left out."""
        found, at = list[Element](), self
        while at.around is not None and len(found) < REACH:
            found.append(at)
            at = at.around
        return found


ROOT = Element("", "", None)


def opened(inside: Element, tag: str, token: Any) -> Element:
    """Where text stands behind a start tag."""
    if tag in _VOID or token.self_closing:
        return inside
    if tag in _ENDED:
        inside = _without_open(inside, tag)
    names = " ".join(value for name, value in token.attrs or () if name in _NAMED and value)
    return Element(tag, names, inside)


def _without_open(inside: Element, tag: str) -> Element:
    """What is open when an element ends because its like starts, its end tag left out."""
    for element in inside.path()[:3]:
        if element.tag == tag:
            return element.around or ROOT
        if element.tag in _HOLDERS:
            break
    return inside


def closed(inside: Element, tag: str) -> Element:
    """Where text stands behind an end tag; one that closes nothing changes nothing."""
    at: Element | None = inside
    for _ in range(REACH):
        if at is None or at.around is None:
            break
        if at.tag == tag:
            return at.around
        at = at.around
    return inside


@lru_cache(20_000)
def _signs(name: str) -> frozenset[str]:
    return frozenset(match.lastgroup for match in _SIGN.finditer(name) if match.lastgroup)
