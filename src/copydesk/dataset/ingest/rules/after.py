"""Rules for what stands after the story: credits, sources, notices, what else there is to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from copydesk.dataset.ingest.endings import is_open
from copydesk.dataset.ingest.rules import agencies, names, phrases
from copydesk.dataset.ingest.rules.scrape import Line, Scrape, Take
from copydesk.dataset.ingest.rules.signs import signed

SOURCE_URL = signed(
    re.compile(
        r"(?:source|original(?: article| story| source)?|via|link|read (?:it )?(?:at|on)|url)\s*:?\s*"
        r"(?P<url>https?://[^\s<>\"]+)",
        re.IGNORECASE,
    ),
    "http",
)
SIGNATURE = signed(
    re.compile(
        r"(?P<name>[^()]{4,60}?)\s*\((?:according to|source|sources|from|via|translated from)[:\s][^()]{2,120}\)",
        re.IGNORECASE,
    ),
    "(according to",
    "(source",
    "(from",
    "(via",
    "(translated from",
)


def comments(scrape: Scrape) -> Iterator[Take]:
    """A line that counts or asks for comments."""
    for line in scrape.short:
        if phrases.COMMENTS.fullmatch(line.text):
            yield line.take()


def read_more(scrape: Scrape) -> Iterator[Take]:
    """A line that leads to the full article elsewhere."""
    for line in scrape.short:
        if phrases.READ_MORE.fullmatch(line.text):
            yield line.take()


def copyright_notice(scrape: Scrape) -> Iterator[Take]:
    """A copyright line before or after the story."""
    for line in (*scrape.head, *scrape.lines[-12:]):
        if phrases.COPYRIGHT.fullmatch(line.text):
            yield line.take()


def newsletter(scrape: Scrape) -> Iterator[Take]:
    """A line that asks to subscribe, to follow or to accept cookies, before or after the story."""
    for line in (*scrape.head, *scrape.lines[-12:]):
        if phrases.NEWSLETTER.fullmatch(line.text) and not line.is_prose:
            yield line.take()


def credit_line(scrape: Scrape) -> Iterator[Take]:
    """``AP researcher Jane Doe contributed to this report from Beijing.`` after the story."""
    for line in scrape.lines[-8:]:
        match = phrases.CONTRIBUTED.fullmatch(line.text)
        if match:
            lead = (match["lead"] or "").removeprefix("The ")
            known = next((fields for n in (2, 1) if (fields := agencies.fields(" ".join(lead.split()[:n]), 0.9))), ())
            yield line.take(*known)


def source_url(scrape: Scrape) -> Iterator[Take]:
    """``Source: URL`` on a line of its own."""
    for line in (*scrape.head, *scrape.lines[-8:]):
        if match := SOURCE_URL.fullmatch(line.text):
            url = match["url"].rstrip(".,;)")
            domain = re.sub(r"^www\.", "", url.split("/")[2].split("@")[-1].split(":")[0].lower())
            yield line.take(("url", url, 0.8), ("publisher.domain", domain, 0.8))
            return


def translation_note(scrape: Scrape) -> Iterator[Take]:
    """A line that says that the text was translated."""
    for line in (*scrape.head, *scrape.lines[-8:]):
        if phrases.TRANSLATED.fullmatch(line.text):
            yield line.take()


def signature(scrape: Scrape) -> Iterator[Take]:
    """``Jane Doe (according to NYT)`` after the story."""
    for line in scrape.lines[-4:]:
        match = SIGNATURE.fullmatch(line.text)
        if match and names.is_name(match["name"].strip()):
            yield line.take(("authors", match["name"].strip(), 0.85))
            return


#: what somebody of whom a biography tells is or does
POSTS = (
    "writer",
    "editor",
    "reporter",
    "correspondent",
    "journalist",
    "author",
    "contribut",
    "columnist",
    "producer",
    "fellow",
    "freelance",
    "critic",
    "host",
    "cover",
    "writ",
    "blogger",
    "strategist",
    "librarian",
    "specialist",
    "coach",
)
_BIO = re.compile(
    r"(?:[—–•-]\s*)?(?:by |follow )?(?:(?:mr|ms|mrs|dr)\.? )?[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}(?:, [A-Z]{2,5})*,?"
    r"(?: \([^)]{1,40}\))? (?:is|was|has been|covers|writes|works|hails|joined|currently)\b"
    r"(?=.{,120}\b(?:writer|editor|reporter|correspondent|journalist|author|contributor|contributing|columnist|producer|fellow|"
    r"freelance|critic|host|covers|covering|writes|writing|blogger|strategist|librarian|specialist|coach)\b).{20,}",
)
# The same of one who is called by one name, or holds another post: what they are follows at once.
_POST = re.compile(
    r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){0,3} (?:is|has been) (?:an?|the) (?:[\w&’'-]+ ){0,4}"
    r"(?:writer|editor|reporter|correspondent|journalist|columnist|producer|contributor|specialist)\b"
)
AFTER_AT_LEAST = 0.5  #: of the text stands before what comes after the story
AFTER_AT_MOST = 0.25  #: of the story's prose may stand behind such a line


def biography(scrape: Scrape) -> Iterator[Take]:
    """A paragraph about the author, before or after the story."""
    first, after = scrape.prose
    near = {*scrape.lines[: first + 2], *scrape.lines[max(first, after - 2) :]}
    for line in scrape.lines:
        if line in near and len(line.text) <= 700 and (_BIO.match(line.text) or _POST.match(line.text)):
            yield line.take()


# Whom a story asks for help: the address is then the story's own.
_CALL = re.compile(
    r"\b(?:police|sheriff|deput(?:y|ies)|detectives?|investigators?|witness(?:es)?|suspects?|crime stoppers"
    r"|anyone with (?:any )?information)\b",
    re.IGNORECASE,
)


def reach(scrape: Scrape) -> Iterator[Take]:
    """A line on how to reach the author or the paper, or on where else the text appeared."""
    asked = phrases.REACH.among(scrape.signs)
    for line in dict.fromkeys((*scrape.opening, *scrape.lines[-10:])):
        if len(line.text) <= 500 and asked.fullmatch(line.text) and not _CALL.search(line.text):
            yield line.take()


LEADS = phrases.AFTER_STORY.opens | phrases.AWAY.opens


def after_story(scrape: Scrape) -> Iterator[Take]:
    """A heading of what follows the story, such as ``Related stories``, and all below it."""
    lines = scrape.lines
    leading = [n for n, first in enumerate(scrape.firsts) if first in LEADS and _leads_away(lines[n])]
    if not leading:
        return
    before = list(accumulate((len(line.text) for line in lines), initial=0))
    prose = list(accumulate((line.is_prose * len(line.text) for line in lines), initial=0))
    seen = set[str]()
    for n in leading:
        is_late = before[n] >= AFTER_AT_LEAST * before[-1] and _is_behind(prose, n)
        if is_late and lines[n].text not in seen:  # a line like it would be a leading one too
            yield from (below.take() for below in lines[n:])
            return
        seen.add(lines[n].text)


def _is_behind(prose: Sequence[int], n: int) -> bool:
    """Whether the prose stands before line ``n``, but for a small part; ``prose``: how much is before each line."""
    n_prose = prose[-1] or 1
    return n_prose - prose[n] <= AFTER_AT_MOST * n_prose


def _leads_away(line: Line) -> bool:
    is_heading = len(line.text) <= 120 and phrases.AFTER_STORY.fullmatch(line.text)
    return bool(is_heading or (phrases.AWAY.match(line.text) and not line.text.endswith("?")))


def loose_end(scrape: Scrape) -> Iterator[Take]:
    """A line below the last paragraph that ends no sentence."""
    found = list(filter(_is_loose, scrape.tail))
    yield from (line.take() for line in (scrape.few(found) if found and scrape.is_story else ()))


def _is_loose(line: Line) -> bool:
    is_listed = line.is_item or re.match(r"\d", line.text)
    return not line.ends and not line.text.endswith(":") and not is_listed and not is_open(line.text)  # a story cut off
