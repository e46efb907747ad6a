"""Searches articles for data that points at a person beyond the name: addresses, numbers, accounts.

In:  articles; what earlier searches found, kept in ``build/personal.jsonl`` by text digest, so a text is read once.
Out: a :class:`Scan`: counts per kind for the datasheet, and an issue per kind and article unless the kind is waived.
Nothing that was found is ever printed or stored: places only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from copydesk import files
from copydesk.issues import Issue
from copydesk.project import Waiver

Article = Mapping[str, Any]
Record = dict[str, Any]
Place = tuple[int, int]  #: start and end, code points

VERSION = 1  #: of the rules below; another one makes earlier searches void
CACHE = "personal.jsonl"
#: What a search needs of an article.
COLUMNS = ("article_id", "text", "text_sha256", "language", "title", "dateline", "authors", "provenance")
#: Regions whose national way of writing phone numbers is looked for, by language; others need their country code.
REGIONS = {
    "en": ("US", "GB"),
    **{language: (language.upper(),) for language in ("de", "es", "fr", "it", "nl", "pl")},
    "pt": ("PT", "BR"),
    "sv": ("SE",),
    "da": ("DK",),
    "ja": ("JP",),
    "zh": ("CN",),
}
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_NUMBER = re.compile(r"[0-9][0-9 ().\-/\u00a0\u2010-\u2015]{5,22}[0-9]")  # what may be any of the numbers below
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d){9,15}(?!\d)")
_NATIONAL_ID = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_IP = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
PHONE_DIGITS = 7
FEWEST = 4  #: digits, as in 1.1.1.1
_BEFORE, _AFTER = 16, 24  #: code points of context: letters of an IBAN; what tells a phone number from a date


def emails(text: str) -> Iterator[Place]:
    """E-mail addresses."""
    return (found.span() for found in _EMAIL.finditer(text)) if "@" in text else iter(())


def phones(window: str, language: str | None) -> Iterator[Place]:
    """Valid phone numbers, with country code or as the language's regions write them."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    if sum(map(str.isdigit, window)) < PHONE_DIGITS:
        return
    for region in REGIONS.get((language or "").partition("-")[0], ("ZZ",)):
        for found in PhoneNumberMatcher(window, region, leniency=Leniency.VALID):
            yield found.start, found.end


def accounts(window: str, language: str | None) -> Iterator[Place]:
    """Bank accounts (IBAN) and payment cards, each with a check digit that fits."""
    for found in _IBAN.finditer(window):
        if _iban_fits(found[0].replace(" ", "")):
            yield found.span()
    for found in _CARD.finditer(window):
        digits = [int(sign) for sign in found[0] if sign.isdigit()]
        if len(digits) in range(13, 20) and _luhn_fits(digits):
            yield found.span()


def _iban_fits(iban: str) -> bool:
    """Source: ISO 13616, remainder 97."""
    turned = iban[4:] + iban[:4]
    return 15 <= len(iban) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _luhn_fits(digits: list[int]) -> bool:
    """Source: ISO/IEC 7812, annex B."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def national_ids(window: str, language: str | None) -> Iterator[Place]:
    """Numbers written as United States social security numbers."""
    return (found.span() for found in _NATIONAL_ID.finditer(window))


def ip_addresses(window: str, language: str | None) -> Iterator[Place]:
    """IPv4 addresses."""
    return (found.span() for found in _IP.finditer(window))


#: Looked for where a text has something like a number.
NUMBERS: dict[str, Callable[[str, str | None], Iterator[Place]]] = {
    "phone": phones,
    "account": accounts,
    "national-id": national_ids,
    "ip-address": ip_addresses,
}
KINDS = ("email", *NUMBERS)


@cache
def rules() -> str:
    """What decides the findings: these rules and the phone numbering plans they use."""
    return f"{VERSION}, phonenumbers {metadata.version('phonenumbers')}"


def find(text: str, language: str | None) -> dict[str, list[Place]]:
    """Places by kind; kinds without any are not there."""
    found: dict[str, set[Place]] = {"email": set(emails(text))}
    for start, end in _windows(text):
        for kind, look in NUMBERS.items():
            places = look(text[start:end], language)
            found.setdefault(kind, set()).update((start + a, start + b) for a, b in places)
    return {kind: sorted(places) for kind, places in found.items() if places}


def _windows(text: str) -> Iterator[Place]:
    """Stretches around whatever looks like a number; those that touch are one."""
    start = end = 0
    for found in _NUMBER.finditer(text):
        if sum(map(str.isdigit, found[0])) < FEWEST:
            continue
        if found.start() - _BEFORE > end or not end:
            if end:
                yield start, end
            start = max(0, found.start() - _BEFORE)
        end = found.end() + _AFTER
    if end:
        yield start, min(end, len(text))


@dataclass(frozen=True)
class Scan:
    """What was found in some articles."""

    hits: Counter[str] = field(default_factory=Counter)  #: by kind
    articles: Counter[str] = field(default_factory=Counter)  #: articles with any, by kind
    issues: tuple[Issue, ...] = ()

    def __add__(self, other: Scan) -> Scan:
        return Scan(self.hits + other.hits, self.articles + other.articles, self.issues + other.issues)

    def counts(self) -> dict[str, Any]:
        """As the manifest states it: every kind, also those without a hit."""
        return {kind: {"hits": self.hits[kind], "articles": self.articles[kind]} for kind in KINDS}


@dataclass
class Cache:
    """What earlier searches found, by text; on disk if ``path`` is given."""

    path: Path
    records: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Cache:
        """Searches by other rules than today's are as good as none."""
        return cls(path, {each["key"]: each for each in files.read_jsonl(path) if each["rules"] == rules()})

    def of(self, keys: Iterable[str]) -> dict[str, Record]:
        return {key: self.records[key] for key in keys if key in self.records}

    def learn(self, records: Mapping[str, Record]) -> None:
        self.records.update(records)

    def write(self) -> None:
        files.write_jsonl(self.path, (self.records[key] for key in sorted(self.records)))


def scan(articles: Iterable[Article], waivers: Iterable[Waiver] = (), known: dict[str, Record] | None = None) -> Scan:
    """Search articles; texts that ``known`` holds are not read again, and those read are put there."""
    known = {} if known is None else known
    waived = {kind for kind in KINDS if any(waiver.covers(f"personal.{kind}") for waiver in waivers)}
    hits, with_any, issues = Counter[str](), Counter[str](), []
    for article in articles:
        found = _in_article(article, known)
        for kind, places in found.items():
            hits[kind] += len(places)
            with_any[kind] += 1
            if kind not in waived:
                issues.append(_issue(article, kind, places))
    return Scan(hits, with_any, tuple(issues))


def key(article: Article) -> str:
    """What a search of the text goes by."""
    return f"{article['text_sha256']} {article['language'] or ''}"


def _in_article(article: Article, known: dict[str, Record]) -> dict[str, list[tuple[str, Place]]]:
    """Paths and places by kind: in the text, which is cached, and in the short fields that come from the input."""
    name, text = key(article), article["text"]
    if text is not None and name not in known:
        known[name] = {"key": name, "rules": rules(), "found": find(text, article["language"])}
    found: dict[str, list[tuple[str, Place]]] = {}
    parts = [("$.text", known[name]["found"])] if text is not None else []
    parts += [(path, find(value, article["language"])) for path, value in _short_fields(article)]
    for path, places in parts:
        for kind, each in places.items():
            found.setdefault(kind, []).extend((path, (start, end)) for start, end in each)
    return found


def _short_fields(article: Article) -> Iterator[tuple[str, str]]:
    fields = [("$.title", article["title"]), ("$.dateline.text", article["dateline"]["text"])]
    fields += [(f"$.authors[{n}]", name) for n, name in enumerate(article["authors"])]
    found = enumerate(article["provenance"]["findings"])
    # a date that was found is no phone number, and an address of a page is no person's
    fields += [(f"$.provenance.findings[{n}].value", each["value"]) for n, each in found if each["field"] == "authors"]
    return ((path, value) for path, value in fields if value)


def _issue(article: Article, kind: str, places: list[tuple[str, Place]]) -> Issue:
    path, (start, end) = places[0]
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    message = f"holds what looks like {_NAMES[kind]}, at {start} to {end}{more}"
    hint = f"take it out of the raw file, remove the article, or waive personal.{kind} with a reason"
    return Issue("personal-data", article["article_id"], message, path, hint)


_NAMES = {
    "email": "an e-mail address",
    "phone": "a phone number",
    "account": "an account or card number",
    "national-id": "a national id number",
    "ip-address": "an IP address",
}
