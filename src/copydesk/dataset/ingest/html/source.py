"""A page parsed once: its elements with their places in the source, its structured data with the places of values."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from copydesk.dataset.ingest.html.page import Page, read
from copydesk.spans import Span

_NEWS = (
    "NewsArticle AnalysisNewsArticle BackgroundNewsArticle OpinionNewsArticle ReportageNewsArticle ReviewNewsArticle"
)
_OTHER = "Article BlogPosting LiveBlogPosting Recipe Report Review TechArticle"
#: schema.org types that are the article itself
ARTICLES = frozenset(f"{_NEWS} {_OTHER}".split())
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Value:
    """Something a page says to machines, and where."""

    text: str
    span: Span | None


@dataclass(frozen=True)
class Source:
    """One page. ``address`` is where it was retrieved, when that is known."""

    text: str
    address: str | None = None

    @cached_property
    def page(self) -> Page:
        return read(self.text)

    @cached_property
    def document(self) -> Any:
        from turbohtml import parse

        return parse(self.text, source_locations=True)

    def place(self, element: Any) -> Span | None:
        """Where an element stands; None when the parser made it up."""
        location = element.source_location
        if location is None or self.text[location.start_tag.start_offset : location.start_tag.start_offset + 1] != "<":
            return None
        end = location.end_tag or location.start_tag
        return Span(location.start_tag.start_offset, end.end_offset)

    @cached_property
    def metas(self) -> dict[str, list[Value]]:
        """``<meta>`` by lower-case property, name or itemprop."""
        found = dict[str, list[Value]]()
        for element in self.document.find_all("meta"):
            attrs = element.attrs
            content = attrs.get("content")
            name = attrs.get("property") or attrs.get("name") or attrs.get("itemprop")
            if isinstance(content, str) and content.strip() and isinstance(name, str):
                found.setdefault(name.lower(), []).append(Value(" ".join(content.split()), self.place(element)))
        return found

    def meta(self, *names: str) -> list[Value]:
        """Values of the first of ``names`` that the page has, then of the next."""
        return [value for name in names for value in self.metas.get(name, ())]

    @cached_property
    def things(self) -> list[tuple[dict[str, Any], Span]]:
        """The objects of the page's JSON-LD, each with the place of its script."""
        return [(thing, span) for text, span in self._scripts() for thing in _things(_json(text))]

    def _scripts(self) -> Iterator[tuple[str, Span]]:
        for element in self.document.find_all("script"):
            kind, span = element.attrs.get("type"), self.place(element)
            if isinstance(kind, str) and "ld+json" in kind and span:
                yield element.text, span

    @cached_property
    def articles(self) -> list[tuple[dict[str, Any], Span]]:
        """Those that are the article itself."""
        return [(thing, span) for thing, span in self.things if _types(thing) & ARTICLES]

    @property
    def told(self) -> str:
        """The article's body as structured data hold it; the longest, tags taken out."""
        bodies = [text for thing, _ in self.articles if isinstance(text := thing.get("articleBody"), str)]
        return _TAG.sub(" ", html.unescape(max(bodies, key=len, default="")))

    def value(self, text: str, script: Span) -> Value:
        """``text`` with its place within a script, or the script's where escapes hide it."""
        start = self.text.find(text, script.start, script.end) if text else -1
        span = Span(start, start + len(text)) if start >= 0 else script
        return Value(" ".join(html.unescape(text).split()), span)


def _json(text: str) -> Any:
    try:
        return json.loads(text.strip(), strict=False)
    except (ValueError, RecursionError):
        return None


def _things(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for each in value:
            yield from _things(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _things(value.get(key), depth + 1)


def _types(thing: dict[str, Any]) -> frozenset[str]:
    kinds = thing.get("@type")
    return frozenset(str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds]))
