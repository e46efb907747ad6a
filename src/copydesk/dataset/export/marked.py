"""An article of a release with all its gold: what every export format starts from.

In:  a release's facts.
Out: one :class:`Marked` per article, in the order of the release; the layers' own shapes are gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.labeling.layers import Layer
from copydesk.spans import Span

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """One gold span."""

    mark_id: str
    layer: str
    span: Span
    label: str
    attributes: tuple[tuple[str, str], ...] = ()  #: name and label of those that are decided
    linked: Span | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gold choice about the article, or about it and a target."""

    layer: str
    target: str | None
    target_title: str | None
    label: str
    evidence: Span | None


@dataclass(frozen=True, slots=True)
class Marked:
    """One article with its gold."""

    article_id: str
    split: str
    language: str | None
    title: str | None
    url: str | None
    text: str | None  #: None where a public release withholds it
    standing: Mapping[str, str]  #: layer → unlabelled | annotated | disputed | gold
    marks: tuple[Mark, ...]  #: by start
    verdicts: tuple[Verdict, ...]

    def marks_of(self, layer: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.layer == layer]

    def is_marked_in(self, layer: str) -> bool:
        """Whether the layer has gold here: else there are no spans because nobody has decided."""
        return self.standing[layer] == "gold" or bool(self.marks_of(layer))


def read(facts: ReleaseFacts) -> Iterator[Marked]:
    """The articles of a release, split by split."""
    for split in facts.splits:
        gold = {layer.name: _by_article(facts, layer, split) for layer in facts.layers}
        for article in facts.rows("articles", split):
            found = [(layer, gold[layer.name].get(article["article_id"], [])) for layer in facts.layers]
            marks = [mark for layer, rows in found if layer.kind == "spans" for mark in _marks(layer, rows)]
            yield Marked(
                **{key: article[key] for key in ("article_id", "split", "language", "title", "url", "text")},
                standing=article["layers"],
                marks=tuple(sorted(marks, key=lambda mark: (mark.span, mark.mark_id))),
                verdicts=tuple(_verdict(layer, row) for layer, rows in found if layer.kind == "choice" for row in rows),
            )


def _by_article(facts: ReleaseFacts, layer: Layer, split: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows(layer.name, split):
        found[row["article_id"]].append(row)
    return found


def _marks(layer: Layer, rows: Sequence[Row]) -> Iterator[Mark]:
    asked = layer.attributes or layer.linked
    for span in rows if asked else [span for row in rows for span in row["spans"]]:
        attributes = [(each.name, span[f"{each.name}_name"]) for each in layer.attributes]
        yield Mark(
            span["span_id"],
            layer.name,
            Span(span["start"], span["end"]),
            span["label_name"] if layer.labels else layer.span_name,
            tuple((name, label) for name, label in attributes if label is not None),
            _span(span[layer.linked]) if layer.linked else None,
        )


def _verdict(layer: Layer, row: Row) -> Verdict:
    evidence = _span(row["evidence"]) if layer.evidence else None
    return Verdict(layer.name, row["target"], row["target_title"], row["label_name"], evidence)


def _span(quote: Row | None) -> Span | None:
    return Span(quote["start"], quote["end"]) if quote else None
