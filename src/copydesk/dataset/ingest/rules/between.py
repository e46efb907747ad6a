"""Rules for what a site puts between a story's paragraphs, or anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from copydesk.dataset.ingest.rules import phrases
from copydesk.dataset.ingest.rules.scrape import SHORT, Line, Scrape, Take
from copydesk.dataset.ingest.rules.signs import folded, signed

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]+")
CAPTION = 400  #: longer lines are no captions
REPEATS = 3  #: paragraphs that a site shows twice, at most
CREDIT = "credit"
_CREDITED = re.compile(r"\b(?:image |photo |picture )?credits?: .{2,80}$", re.IGNORECASE)
_CREDIT = re.compile(r"\((?P<words>[^()]*\b(?:photo|image|picture|credit|getty|file)\b[^()]*)\)\s*$", re.IGNORECASE)
# How picture agencies open a caption, and how papers close one.
_AGENCY_CAPTION = re.compile(r"[A-Z][A-Z .,'’-]+ [-–—] [A-Z]{3,9} \d{1,2}: ")
_FILE_PHOTO = re.compile(r"[-–—] ?FILE PHOTO$")
TWO_SOURCES = signed(re.compile(r"[A-Z][\w.&'’ -]{1,40} ?/ ?[A-Z][\w.&'’ -]{1,40}"), "/")
SEPARATOR = signed(re.compile(r"[\W_]{1,40}"), opens="")


def control_character(scrape: Scrape) -> Iterator[Take]:
    """Control characters and byte order marks, anywhere."""
    for match in _CONTROL.finditer(scrape.text):
        yield Take(*match.span())


def caption(scrape: Scrape) -> Iterator[Take]:
    """A line that ends in a photo credit in brackets."""
    for line in scrape.lines:
        if len(line.text) <= CAPTION and _names_a_photo(line.text, CREDIT in scrape.signs):
            yield line.take()


def _names_a_photo(text: str, may_credit: bool) -> bool:
    """Asked by what each form cannot be without, which spares most lines the forms."""
    return bool(
        (text[-1] == ")" and _CREDIT.search(text))
        or (may_credit and CREDIT in folded(text) and _CREDITED.search(text))
        or (not text[1:2].islower() and _AGENCY_CAPTION.match(text))
        or (text.endswith("FILE PHOTO") and _FILE_PHOTO.search(text))
    )


def photo_credit(scrape: Scrape) -> Iterator[Take]:
    """A line that is a photo credit, and a short caption above it."""
    for above, line in zip((None, *scrape.lines), scrape.lines, strict=False):
        if len(line.text) <= 140 and (phrases.PHOTO_CREDIT.fullmatch(line.text) or TWO_SOURCES.fullmatch(line.text)):
            if above and _is_caption(above, scrape):
                yield above.take(kind="caption")
            yield line.take()


def _is_caption(line: Line, scrape: Scrape) -> bool:
    inside = scrape.prose[1] and line.start > scrape.lines[scrape.prose[0]].start
    return bool(inside) and not line.is_prose and 30 <= len(line.text) <= 220 and not re.search(r"[\"“”]", line.text)


def separator(scrape: Scrape) -> Iterator[Take]:
    """A line without any letter or digit."""
    for line in scrape.short:
        if SEPARATOR.fullmatch(line.text):
            yield line.take()


def share(scrape: Scrape) -> Iterator[Take]:
    """A line of sharing buttons."""
    for line in scrape.short:
        if len(line.text) <= 60 and phrases.SHARE.fullmatch(line.text):
            yield line.take()


def advertisement(scrape: Scrape) -> Iterator[Take]:
    """A line that stands for an advertisement."""
    for line in scrape.short:
        if phrases.ADVERTISEMENT.fullmatch(line.text):
            yield line.take()


_LISTS = re.compile(r"(?:don['’]t miss|read next|see also|must[- ]reads?|more from.*)\s*:", re.IGNORECASE)


def pointer(scrape: Scrape) -> Iterator[Take]:
    """A line that points to another story, and the headline under a bare ``Related``."""
    lines = scrape.lines
    for n, line in enumerate(lines):
        if len(line.text) > SHORT:
            continue
        if phrases.POINTER.fullmatch(line.text) and not line.is_prose:
            yield line.take()
        elif phrases.POINTER_LABEL.fullmatch(line.text):
            yield line.take()
            after = lines[n + 1] if n + 1 < len(lines) else None
            if after and "related" in line.text.lower() and not after.ends and len(after.text) <= SHORT:
                yield after.take()
            elif _LISTS.fullmatch(line.text):
                yield from (item.take() for item in takewhile(lambda each: each.is_item, lines[n + 1 :]))


def embed(scrape: Scrape) -> Iterator[Take]:
    """What a player or a post from elsewhere leaves behind."""
    for line in scrape.short:
        if phrases.EMBED.fullmatch(line.text):
            yield line.take()


def table_row(scrape: Scrape) -> Iterator[Take]:
    """A row of a table, its cells parted by ``|``."""
    for line in scrape.lines:
        if line.text.startswith("|") and line.text.count("|") >= 2:
            yield line.take()


def repeat(scrape: Scrape) -> Iterator[Take]:
    """A paragraph that stands a second time; where many do, they are a list's own."""
    seen, again = set[str](), list[Line]()
    for line in scrape.lines:
        if line.is_prose and line.text in seen:
            again.append(line)
        seen.add(line.text)
    yield from (line.take() for line in again if len(again) <= REPEATS)
