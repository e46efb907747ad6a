"""W3C Web Annotation, JSON-LD: an ``AnnotationPage`` per split.

Each gold span and choice is an annotation whose target names the article and, for a span, both a quote selector (words
with context) and a position selector (code points). Where a release withholds the words, positions alone are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from copydesk import files
from copydesk.dataset.export.marked import Marked
from copydesk.labeling.layers import Layer
from copydesk.spans import Span, quoted

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
Json = dict[str, Any]


def write(articles: Iterable[Marked], layers: Sequence[Layer], to: Path) -> list[Path]:
    """``SPLIT.jsonld`` for each split."""
    linked = {layer.name: layer.linked for layer in layers}
    found: dict[str, list[Json]] = defaultdict(list)
    for article in articles:
        found[article.split] += _annotations(article, linked)
    for split, items in found.items():
        page = {"@context": CONTEXT, "id": f"urn:copydesk:{split}", "type": "AnnotationPage", "items": items}
        files.write_json(to / f"{split}.jsonld", page)
    return [to / f"{split}.jsonld" for split in found]


def _annotations(article: Marked, linked: dict[str, str | None]) -> Iterator[Json]:
    for mark in article.marks:
        bodies = [_body("tagging", mark.label)]
        bodies += [_body("classifying", f"{name}={label}") for name, label in mark.attributes]
        yield _annotation(mark.mark_id, bodies, _target(article, mark.span))
        if mark.linked:
            body = {"type": "SpecificResource", "purpose": "linking", "source": f"urn:copydesk:{mark.mark_id}"}
            role = str(linked[mark.layer])
            bodies = [_body("tagging", role.upper()), body]
            yield _annotation(f"{mark.mark_id}:{role}", bodies, _target(article, mark.linked))
    for verdict in article.verdicts:
        key = ":".join(filter(None, (article.article_id, verdict.layer, verdict.target)))
        about = [_body("identifying", verdict.target_title)] if verdict.target_title else []
        bodies = [_body("classifying", f"{verdict.layer}={verdict.label}"), *about]
        yield _annotation(key, bodies, _target(article, verdict.evidence))


def _annotation(key: str, bodies: list[Json], target: Json) -> Json:
    return {"id": f"urn:copydesk:{key}", "type": "Annotation", "body": bodies, "target": target}


def _body(purpose: str, value: str) -> Json:
    return {"type": "TextualBody", "purpose": purpose, "value": value, "format": "text/plain"}


def _target(article: Marked, span: Span | None) -> Json:
    source: Json = {"id": f"urn:copydesk:{article.article_id}", "type": "Text"}
    source |= {"language": article.language} if article.language else {}
    source |= {"via": article.url} if article.url else {}
    if span is None:
        return {"type": "SpecificResource", "source": source}
    selectors: list[Json] = [{"type": "TextPositionSelector", "start": span.start, "end": span.end}]
    if article.text is not None:
        quote = quoted(article.text, span.start, span.end)
        context = {"prefix": quote["prefix"], "suffix": quote["suffix"]}
        selectors.insert(0, {"type": "TextQuoteSelector", "exact": quote["text"], **context})
    return {"type": "SpecificResource", "source": source, "selector": selectors}
