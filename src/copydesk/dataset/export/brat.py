"""brat standoff: ``SPLIT/ARTICLE.txt`` and ``.ann``, and the ``annotation.conf`` that lets brat open the folder.

A span is a text-bound annotation, its attributes are attributes of it, its linked span is a further annotation with a
relation. brat knows nothing about whole documents: a choice is the attribute of its evidence; without evidence it is
left out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from copydesk import files
from copydesk.dataset.export.marked import Marked
from copydesk.labeling.layers import Layer
from copydesk.spans import Span


def write(articles: Iterable[Marked], layers: Sequence[Layer], to: Path) -> list[Path]:
    """Two files per article."""
    files.write_text(to / "annotation.conf", _configuration(layers))
    made = [to / "annotation.conf"]
    for article in articles:
        text = to / article.split / f"{article.article_id}.txt"
        files.write_text(text, article.text or "")
        files.write_text(text.with_suffix(".ann"), "".join(f"{line}\n" for line in _lines(article, layers)))
        made += [text, text.with_suffix(".ann")]
    return made


class _Page:
    """The lines of one document, numbered as brat does."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.lines: list[str] = []
        self._counts = {"T": 0, "A": 0, "R": 0}

    def span(self, kind: str, span: Span) -> str:
        """A text-bound annotation; over a line break it has two fragments, since brat's text has no line breaks."""
        parts = [match.span() for match in re.finditer(r"[^\n]+", self._text[span.start : span.end])]
        ends = ";".join(f"{span.start + start} {span.start + end}" for start, end in parts)
        words = " ".join(self._text[span.start + start : span.start + end] for start, end in parts)
        return self._add("T", f"{kind} {ends}\t{words}")

    def attribute(self, name: str, of: str, label: str) -> None:
        self._add("A", f"{name} {of} {label}")

    def relation(self, name: str, one: str, other: str) -> None:
        self._add("R", f"{name} Arg1:{one} Arg2:{other}")

    def _add(self, kind: str, line: str) -> str:
        self._counts[kind] += 1
        name = f"{kind}{self._counts[kind]}"
        self.lines.append(f"{name}\t{line}")
        return name


def _lines(article: Marked, layers: Sequence[Layer]) -> list[str]:
    page = _Page(article.text or "")
    linked = {layer.name: layer.linked for layer in layers}
    shared: dict[tuple[str, Span], str] = {}
    for mark in article.marks:
        name = page.span(_name(mark.label), mark.span)
        for attribute, label in mark.attributes:
            page.attribute(_name(attribute), name, _name(label))
        if mark.linked:
            role = str(linked[mark.layer])
            if (role, mark.linked) not in shared:
                shared[role, mark.linked] = page.span(_name(role.upper()), mark.linked)
            page.relation(_name(role), name, shared[role, mark.linked])
    for verdict in article.verdicts:
        if verdict.evidence:
            name = page.span(_name(verdict.layer), verdict.evidence)
            page.attribute(_name("_".join(filter(None, (verdict.layer, verdict.target)))), name, _name(verdict.label))
    return page.lines


def _configuration(layers: Sequence[Layer]) -> str:
    spans = [layer for layer in layers if layer.kind == "spans"]
    entities = [_name(label) for layer in spans for label in layer.labels or (layer.span_name,)]
    entities += [_name(layer.linked.upper()) for layer in spans if layer.linked]
    entities += [_name(layer.name) for layer in layers if layer.evidence]
    owners = {layer.name: "|".join(map(_name, layer.labels or (layer.span_name,))) for layer in spans}
    links = [
        f"{_name(layer.linked)} Arg1:{owners[layer.name]}, Arg2:{_name(layer.linked.upper())}"
        for layer in spans
        if layer.linked
    ]
    parts = {"entities": entities, "relations": links, "events": [], "attributes": list(_attributes(layers))}
    return "\n".join(f"[{title}]\n" + "".join(f"{line}\n" for line in lines) for title, lines in parts.items())


def _attributes(layers: Sequence[Layer]) -> Iterator[str]:
    for layer in layers:
        owner = "|".join(map(_name, layer.labels or (layer.span_name,)))
        for attribute in layer.attributes:
            yield f"{_name(attribute.name)} Arg:{owner}, Value:{'|'.join(map(_name, attribute.labels))}"
        for target in layer.target_ids if layer.evidence else ():
            name = "_".join(filter(None, (layer.name, target)))
            yield f"{_name(name)} Arg:{_name(layer.name)}, Value:{'|'.join(map(_name, layer.labels))}"


def _name(label: str) -> str:
    """A label as brat takes it: ASCII letters, digits, ``_`` and ``-``."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", label)
