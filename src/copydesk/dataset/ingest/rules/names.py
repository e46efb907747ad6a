"""What a headline, a person's name and a byline look like."""

from __future__ import annotations

import re

from copydesk.dataset.ingest.rules.signs import signed

_NAME_PART = r"(?:[A-Z][\w'’-]*\.?|[A-Z]\.|d[aeiu]|de[lnr]?|van|von|bin|al|la|le|ter|st\.)"
_NAME = re.compile(rf"[A-Z][\w'’.-]*(?: {_NAME_PART}){{1,4}}")
BY = signed(
    re.compile(r"(?:written |reported |story |posted |words )?by:?\s+(?P<names>\S.*)", re.IGNORECASE),
    opens="by written reported story posted words",
)
_AND = re.compile(r"\s*(?:,\s+and\s+|,|\s+and\s+|\s+&\s+|;)\s*")
_AFTER = re.compile(
    r"\s*(?:\||•|–|—|\s-\s|/|\bfor\b|\bin\b|\bon\b|,\s*(?:staff|special|associated press|ap|reuters|senior|contribut|"
    r"correspondent|updated|published|editor|reporter)).*$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\s+(?:(?:senior|staff|contributing|chief|political?|deputy|special|national) )*"
    r"(?:writer|columnist|reporter|correspondent|contributor|editor)$",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"[A-Z]{2,6}|(?:(?:senior|staff|contributing|\w+) )?(?i:writer|reporter|columnist|correspondent|editor)"
)
# A label, a counter or a credit; and what a lost line break glued together.
_NOT_A_HEADLINE = re.compile(
    r"^(?i:jump|skip|by|credit|photo|illustration|image|published|updated|last|sign|click|read|watch|more|home|menu|listen|"
    r"this article|this story|opinion)\b|^\d+ min\b|^\d\d?/\d|[|©@]|https?:|^(?:[A-Z][a-z]+|[A-Z]{2,})[A-Z][a-z]+ |"
    r"\w[.!?\]][A-Z]|[a-z](?:By|Published)\b|\b(?:19|20)\d\d[A-Z]|([A-Z]\w+ [A-Z]\w+)\1| as told to | - The |"
    # a breadcrumb, an item's number, who stands where in a picture, a section's name run into the headline
    r" > |^\d+\. |^From (?:left|right)\b|"
    r"^(?:Movies|Arts?|Food|Health|Recipes|Science|Style|Film|TV|Books|Music|Home|Tech) & "
)
_MEDIUM = re.compile(r"\s*[\[(](?:watch|video|videos|photos?|gallery|listen|updated?|live)[\])]\s*$", re.IGNORECASE)
_ENDS = re.compile(r"[.:,;|>][\"'”’]?$")
NOT_PEOPLE = re.compile(
    r"\b(?:staff|desk|news|press|reuters|editors?|team|agency|times|post|service|bureau|wire|inc|media|board|network|"
    r"magazine|reporters?|writers?|columnists?|correspondents?|contributors?|company|group|brandroom|the|editorial|"
    r"tribune|herald|journal|daily|online|today|guest|admin)\b",
    re.IGNORECASE,
)
# A lost line break inside a word, such as StormView; names such as McCrae and DeVito aside.
_GLUED = re.compile(r"\b(?!(?:Ma?c|De|Di|Du|El|La|Le|Van|Fitz|San|O['’])[A-Z])\w*[a-z][A-Z]")


def is_name(text: str) -> bool:
    """Whether ``text`` reads like a person's name: two to five parts, each with a capital."""
    if NOT_PEOPLE.search(text) or _GLUED.search(text) or any(map(str.isdigit, text)):
        return False
    return bool(_NAME.fullmatch(text))


def byline(text: str) -> list[str]:
    """The people that a byline names; none when it is no byline, or not made of names alone."""
    match = BY.fullmatch(text) if len(text) <= 120 else None
    if not match:
        return []
    parts = _AND.split(_AFTER.sub("", match["names"]))
    people = [name for part in parts if (name := _ROLE.sub("", part)) and not _SIGN.fullmatch(name)]
    return people if people and all(map(is_name, people)) else []


def is_headline(text: str) -> bool:
    """Whether a line reads like a headline: some words, no sentence's end, no label."""
    words = text.split()
    if not 5 <= len(words) <= 30 or not 25 <= len(text) <= 220 or _ENDS.search(text) or _NOT_A_HEADLINE.search(text):
        return False
    is_start = text[0] not in "-•*|" and not words[0].islower()
    return is_start and sum(letter.isalpha() for letter in text) >= 0.6 * len(text)


def without_medium(headline: str) -> str:
    """A headline without what a site says of the medium behind it, such as ``(video)``."""
    return _MEDIUM.sub("", headline)
