"""Rules for what a site puts around and between a story's paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copydesk.dataset.ingest.rules import agencies, names
from copydesk.dataset.ingest.rules.scrape import Scrape, Take

_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]+")
_CREDIT = re.compile(r"\((?P<words>[^()]*\b(?:photo|image|picture|credit|getty|file)\b[^()]*)\)\s*$", re.IGNORECASE)
_PHOTO = re.compile(
    r"(?:(?:photo|image|picture|photograph|illustration|credit|source images?)s?"
    r"(?: credits?| courtesy| by| via)*\s*[:/]|(?:photo|photograph|image)s? (?:by|courtesy|via)\b).{0,120}|"
    r".{0,60}\b(?:getty images|shutterstock|ap photo|istock)\b[^.]{0,40}",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[\W_]{1,40}")
_COMMENTS = re.compile(
    r"(?:(?:view|see|load|show|leave|post|add|read)\s+(?:all\s+|a\s+|your\s+|more\s+)?)?comments?(?:\s*\(\s*[\d,.k]*\s*\)|:?\s*\d+)?|"
    r"\d+\s+comments?|no comments(?: yet)?|join the (?:conversation|discussion).?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:read|view|see|continue|open|get)?\s*(?:the\s+)?(?:full|whole|complete|entire|rest of the|original)\s+"
    r"(?:article|story|post|text)(?:\s+(?:here|at|on)\b.{0,60})?|"
    r"(?:read|learn|see) more|continue reading|keep reading|click (?:here )?to read more.*",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?:share|tweet|pin|email|print|save|copy link|link copied|follow us|like us)"
    r"(?:\s+(?:this|on|via|with|to|it|article|story|post|page|facebook|twitter|x|pinterest|linkedin|whatsapp|reddit|email|link))*[\s:!]*",
    re.IGNORECASE,
)
_AD = re.compile(
    r"[-\s]*(?:(?:skip )?advert(?:isement|ising)?|sponsored(?: content)?|ad|paid (?:post|content)|"
    r"(?:article|story) continues (?:after|below).*|loading|loadingerror loading)[-\s:]*",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright\b).{0,200}|.{0,120}\ball rights reserved\b.{0,200}", re.IGNORECASE)
_LETTER = re.compile(
    r".{0,160}\b(?:sign up (?:for|to)|subscribe (?:to|now|for)|newsletters?\b|(?:we|this (?:web)?site) uses? cookies|"
    r"enable javascript|not supported\. for an optimal|follow us on|download (?:the|our) app)\b.{0,300}",
    re.IGNORECASE,
)
_CONTRIBUTED = re.compile(
    r"(?P<lead>.{2,200}?)\s+(?:also )?contributed (?:to this|to the|reporting).{0,120}|"
    r"(?:reporting|additional reporting|editing|writing) by .{2,200}",
    re.IGNORECASE,
)
_SOURCE_URL = re.compile(
    r"(?:source|original(?: article| story| source)?|via|link|read (?:it )?(?:at|on)|url)\s*:?\s*(?P<url>https?://[^\s<>\"]+)",
    re.IGNORECASE,
)
_TRANSLATED = re.compile(
    r"\W?(?:this (?:article|text|story) (?:was|has been) (?:machine[- ]|automatically )?translated\b.{0,120}|"
    r"(?:machine |automatically )?translated (?:from|by|with)\b.{0,120}|machine translation\b.{0,80})",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?P<name>[^()]{4,60}?)\s*\((?:according to|source|sources|from|via|translated from)[:\s][^()]{2,120}\)",
    re.IGNORECASE,
)


def control_character(scrape: Scrape) -> Iterator[Take]:
    """Control characters and byte order marks, anywhere."""
    for match in _CONTROL.finditer(scrape.text):
        yield Take(*match.span())


def caption(scrape: Scrape) -> Iterator[Take]:
    """A line that ends in a photo credit in brackets."""
    for line in scrape.lines:
        if len(line.text) <= 400 and _CREDIT.search(line.text):
            yield line.take()


def photo_credit(scrape: Scrape) -> Iterator[Take]:
    """A line that is a photo credit."""
    for line in scrape.lines:
        if len(line.text) <= 140 and _PHOTO.fullmatch(line.text):
            yield line.take()


def separator(scrape: Scrape) -> Iterator[Take]:
    """A line without any letter or digit."""
    for line in scrape.lines:
        if _SEPARATOR.fullmatch(line.text):
            yield line.take()


def comments(scrape: Scrape) -> Iterator[Take]:
    """A line that counts or asks for comments."""
    for line in scrape.lines:
        if _COMMENTS.fullmatch(line.text):
            yield line.take()


def read_more(scrape: Scrape) -> Iterator[Take]:
    """A line that leads to the full article elsewhere."""
    for line in scrape.lines:
        if _MORE.fullmatch(line.text):
            yield line.take()


def share(scrape: Scrape) -> Iterator[Take]:
    """A line of sharing buttons."""
    for line in scrape.lines:
        if len(line.text) <= 60 and _SHARE.fullmatch(line.text):
            yield line.take()


def advertisement(scrape: Scrape) -> Iterator[Take]:
    """A line that stands for an advertisement."""
    for line in scrape.lines:
        if _AD.fullmatch(line.text):
            yield line.take()


def copyright_notice(scrape: Scrape) -> Iterator[Take]:
    """A copyright line before or after the story."""
    for line in (*scrape.head, *scrape.lines[-12:]):
        if _COPYRIGHT.fullmatch(line.text):
            yield line.take()


def newsletter(scrape: Scrape) -> Iterator[Take]:
    """A line that asks to subscribe, to follow or to accept cookies, before or after the story."""
    for line in (*scrape.head, *scrape.lines[-12:]):
        if _LETTER.fullmatch(line.text):
            yield line.take()


def credit_line(scrape: Scrape) -> Iterator[Take]:
    """``AP researcher Jane Doe contributed to this report from Beijing.`` after the story."""
    for line in scrape.lines[-8:]:
        match = _CONTRIBUTED.fullmatch(line.text)
        if match:
            lead = (match["lead"] or "").removeprefix("The ")
            known = next((fields for n in (2, 1) if (fields := agencies.fields(" ".join(lead.split()[:n]), 0.9))), ())
            yield line.take(*known)


def source_url(scrape: Scrape) -> Iterator[Take]:
    """``Source: URL`` on a line of its own."""
    for line in (*scrape.head, *scrape.lines[-8:]):
        if match := _SOURCE_URL.fullmatch(line.text):
            url = match["url"].rstrip(".,;)")
            domain = re.sub(r"^www\.", "", url.split("/")[2].split("@")[-1].split(":")[0].lower())
            yield line.take(("url", url, 0.8), ("publisher.domain", domain, 0.8))
            return


def translation_note(scrape: Scrape) -> Iterator[Take]:
    """A line that says that the text was translated."""
    for line in (*scrape.head, *scrape.lines[-8:]):
        if _TRANSLATED.fullmatch(line.text):
            yield line.take()


def signature(scrape: Scrape) -> Iterator[Take]:
    """``Jane Doe (according to NYT)`` after the story."""
    for line in scrape.lines[-4:]:
        match = _SIGNED.fullmatch(line.text)
        if match and names.is_name(match["name"].strip()):
            yield line.take(("authors", match["name"].strip(), 0.85))
            return
