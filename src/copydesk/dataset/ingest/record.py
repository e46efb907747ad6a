"""One extraction to one article record: fields chosen from findings, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from copydesk import __version__
from copydesk.cycles import search_young
from copydesk.dataset.ingest import html, identity, instants, language, plain
from copydesk.dataset.ingest.extraction import Extraction
from copydesk.dataset.ingest.raw import TEXT, Finding, Raw, Reject, reject
from copydesk.dataset.sources import Source
from copydesk.files import digest, sha256
from copydesk.spans import Span

Article = dict[str, Any]
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DOMAIN = re.compile(r"[a-z0-9.-]+")
TOGETHER, LETTERS = 256, 1_000_000  #: raw articles whose languages are looked up at once, and their letters, at most
ASSERTED = 0.75  #: below this confidence a reading bounds a date at most


@dataclass(frozen=True)
class Recorder:
    """What turns a source's raw articles into records."""

    source: Source
    reader: str
    layers: tuple[str, ...]

    def articles(self, raws: Iterable[Raw | Reject]) -> Iterator[Article | Reject]:
        """The record of each of ``raws``, in order; a reject when nothing is left of its text."""
        for some in _together(raws):
            read = [each if isinstance(each, Reject) else self._read(each) for each in some]
            texts = [each[1].text.text for each in read if not isinstance(each, Reject)]
            languages = iter(language.detect(texts))
            for each in read:
                yield each if isinstance(each, Reject) else self._record(*each, next(languages))
            search_young()  # pages may leave cycles: no more than of these

    def article(self, raw: Raw) -> Article | Reject:
        """The record of one."""
        return next(self.articles([raw]))

    def _read(self, raw: Raw) -> tuple[Raw, Extraction] | Reject:
        try:
            found = plain.extract(raw) if raw.kind == TEXT else html.extract(raw)
        except Exception as error:  # libraries, on odd pages: one input must not stop the others
            message = f"cannot be read ({type(error).__name__}: {str(error)[:120]}); take it out, or report it"
            return reject("extraction-failed", raw.path, raw.data, message)
        if not any(letter.isalnum() for letter in found.text.text):
            message = "nothing but boilerplate; see docs/ingest.md for what the rules take"
            return reject("only-boilerplate", raw.path, raw.data, message)
        return raw, found

    def _defaults(self, found: Extraction) -> list[Finding]:
        """What the source's file says where the text says nothing."""
        given = (("publisher.name", self.source.publisher), ("publisher.domain", self.source.domain))
        says = any(found.best(field) for field, _ in given)
        return [] if says else [Finding(field, value, None, "source-file", 0.7) for field, value in given if value]

    def _record(self, raw: Raw, found: Extraction, detected: tuple[str, float] | None) -> Article:
        text = found.text.text
        found = replace(found, findings=(*found.findings, *self._defaults(found), *_language(found, detected)))
        own = identity.canonical(raw.address)
        url = own or identity.canonical(_value(found, "url"))
        return {
            "article_id": identity.article_id(self.source.name, raw, own),
            "title": _value(found, "title"),
            "text": text,
            "n_chars": len(text),
            "text_sha256": sha256(text.encode()),
            "language": _matching(_TAG, _value(found, "language")),
            "publisher": {
                "name": _value(found, "publisher.name"),
                "domain": _matching(_DOMAIN, (_value(found, "publisher.domain") or "").lower()),
            },
            "agency": {"name": _value(found, "agency.name"), "code": _value(found, "agency.code")},
            "authors": found.values("authors"),
            "dateline": {"text": _value(found, "dateline.text"), "place": _value(found, "dateline.place")},
            "url": url,
            **dates(found),
            "retrieved_at": raw.retrieved_at,
            "rights": {"license": self.source.license, "redistribute": self.source.redistribute},
            "quality": sorted(found.quality | ({"encoding-repaired"} if raw.is_repaired else set())),
            "family_id": None,
            "split": None,
            "layers": dict.fromkeys(self.layers, "unlabelled"),
            "provenance": self._provenance(raw, found),
        }

    @cached_property
    def _config_sha256(self) -> str:
        return digest([self.source.config_sha256, self.layers])

    def _provenance(self, raw: Raw, found: Extraction) -> dict[str, Any]:
        return {
            "source": self.source.name,
            "path": raw.path,
            "raw_sha256": sha256(raw.data),
            "raw_bytes": len(raw.data),
            "media_type": raw.media_type,
            "warc_record": raw.warc_record,
            "reader": self.reader,
            "tool_version": __version__,
            "config_sha256": self._config_sha256,
            "segments": [
                {"start": start, "end": end, "raw_start": raw_start, "raw_end": raw_end}
                for start, end, raw_start, raw_end in found.text.segments
            ],
            "findings": [each.as_json() for each in found.findings],
            "removed": [each.as_json() for each in found.removed],
        }


def _together(raws: Iterable[Raw | Reject]) -> Iterator[list[Raw | Reject]]:
    """Some at a time; if reading them breaks off, first those that were read."""
    some, letters, following = list[Raw | Reject](), 0, iter(raws)
    while True:
        try:
            each = next(following)
        except StopIteration:
            break
        except Exception:
            yield some
            raise
        some.append(each)
        letters += 0 if isinstance(each, Reject) else len(each.decoded)
        if len(some) >= TOGETHER or letters >= LETTERS:
            yield some
            some, letters = [], 0
    yield some


def dates(found: Extraction) -> dict[str, str | None]:
    """The five date fields: asserted only where a reading is sure enough, else bounds at most."""
    best = found.best("published")
    read = instants.day_or_instant(best.value) if best and best.confidence >= ASSERTED else None
    if best and read:
        value, precision = read
        earliest, latest = instants.bounds(value, precision)
        basis = "metadata" if best.rule in METADATA else "url" if best.rule == "url-date" else "explicit"
        return _dates(value, precision, basis, earliest, latest)
    return _dates(None, None, "none", _value(found, "published_earliest"), _value(found, "published_latest"))


#: rules that read what machines are told, not what readers see
METADATA = frozenset({"column", "json-ld", "meta", "feed"})


def _dates(
    published: str | None, precision: str | None, basis: str, earliest: str | None, latest: str | None
) -> dict[str, str | None]:
    return {
        "published": published,
        "published_precision": precision,
        "published_basis": basis,
        "published_earliest": earliest,
        "published_latest": latest,
    }


def _language(found: Extraction, detected: tuple[str, float] | None) -> list[Finding]:
    if not detected:
        return []
    place: Span | None = None
    if found.text.segments:
        place = found.text.raw_span(0, min(language.READ, len(found.text.text)))
    return [Finding("language", detected[0], place, "py3langid", detected[1])]


def _value(found: Extraction, field: str) -> str | None:
    best = found.best(field)
    return best.value if best else None


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value and pattern.fullmatch(value) else None
