"""One page to text, findings and removed stretches.

The library chooses the body; the rules for plain text take out of it what is furniture all the same; what the page
tells machines and readers about itself becomes findings.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from copydesk.dataset.ingest import identity, plain
from copydesk.dataset.ingest.extraction import Extraction
from copydesk.dataset.ingest.html import authors, body, dates, titles
from copydesk.dataset.ingest.html.source import Source
from copydesk.dataset.ingest.raw import FRAGMENT, Finding, Raw
from copydesk.dataset.ingest.traced import Traced
from copydesk.spans import Span

SURE = 0.8  #: what rules for plain text read of a page counts for less than what the page says outright
#: fields that a page states itself: readings of them in its body are dropped
_OWN = frozenset(["title", "authors", "published", "published_earliest", "url", "publisher.name", "publisher.domain"])


def extract(raw: Raw) -> Extraction:
    """Read the page in ``raw.content``."""
    source = Source(raw.content.text, raw.address)
    if raw.kind == FRAGMENT:
        text, items = body.whole(source.page)
    else:
        text, items = body.traced(source.page, body.chosen(source.text), source.told)
    people = list(authors.read(source))
    when = dates.read(source, any(each.field == "authors" for each in people))
    stated = (*raw.stated, *_publisher(source), *titles.read(source), *people, *when)
    found = plain.read(text, (), items)
    has = {finding.field for finding in stated}
    kept = (each for each in found.findings if each.field not in has or each.field not in _OWN)
    findings = (*stated, *(replace(each, confidence=each.confidence * SURE) for each in kept))
    return _through(raw.content, replace(found, findings=findings), len(raw.stated))


def _through(content: Traced, found: Extraction, n_stated: int) -> Extraction:
    """What was found in the page, with places in the raw input that holds the page."""
    if not content.segments:
        bare = (each if n < n_stated else replace(each, span=None) for n, each in enumerate(found.findings))
        return replace(found, text=Traced(found.text.text, ()), findings=tuple(bare), removed=())
    if content.raw_span(0, len(content.text)) == Span(0, len(content.text)):
        return found

    def moved(span: Span | None) -> Span | None:
        return span and content.raw_span(span.start, span.end)

    findings = (each if n < n_stated else replace(each, span=moved(each.span)) for n, each in enumerate(found.findings))
    removed = (replace(each, span=moved(each.span) or each.span) for each in found.removed)
    return replace(found, text=found.text.over(content), findings=tuple(findings), removed=tuple(removed))


def _publisher(source: Source) -> list[Finding]:
    """Address, site and its domain."""
    found = list[Finding]()
    for element in source.document.select("link[rel=canonical],meta[property='og:url']"):
        href = element.attrs.get("href") or element.attrs.get("content")
        address = identity.canonical(urljoin(source.address or "", href)) if isinstance(href, str) else None
        if address and len(urlsplit(address).path) > 1:
            found.append(Finding("url", address, source.place(element), "canonical", 0.95))
            break
    if source.address and (address := identity.canonical(source.address)):
        found.append(Finding("url", address, None, "retrieved-from", 0.9))
    if found and (domain := identity.domain(found[0].value)):
        found.append(Finding("publisher.domain", domain, found[0].span, found[0].rule, 0.95))
    names = source.meta("og:site_name", "application-name")
    return found + [Finding("publisher.name", each.text, each.span, "meta", 0.9) for each in names[:1]]
