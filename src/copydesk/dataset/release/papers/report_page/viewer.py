"""What the article viewer shows: a stated selection of articles with their gold labels.

In:  released rows.
Out: one plain value for the page's script. Words that a release withholds are null here too: they come from its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.dataset.release.facts import Row
from copydesk.dataset.release.papers.summary import Summary
from copydesk.dataset.release.papers.tally import MOST_SHOWN as MOST
from copydesk.labeling.layers import Layer

MOST_CHARS = 6_000_000  #: of text, so that the page stays under 20 MB
_COLUMNS = [
    *("article_id", "title", "text", "n_chars", "family_id", "split", "publisher", "published", "published_earliest"),
    *("url", "authors", "quality", "layers", "language"),
]


@dataclass(frozen=True, slots=True)
class Selection:
    """Articles to show, and how many there are."""

    ids: frozenset[str]
    total: int

    @property
    def said(self) -> str:
        """What the page says about it."""
        if len(self.ids) == self.total:
            return f"All {self.total:,} articles."
        return (
            f"A selection of {len(self.ids):,} of {self.total:,} articles, by the smallest SHA-256 of their ids, so "
            "anyone can make the same one."
        )


def select(summary: Summary) -> Selection:
    """The articles whose ids hash smallest, up to ``MOST`` and ``MOST_CHARS``."""
    chosen: set[str] = set()
    chars = 0
    for _, n_chars, article_id in summary.tally.shown[:MOST]:
        chars += n_chars
        if chars > MOST_CHARS and chosen:
            break
        chosen.add(article_id)
    return Selection(frozenset(chosen), summary.n_articles)


def content(summary: Summary, selection: Selection) -> dict[str, Any]:
    """Layers and articles as the script reads them."""
    facts = summary.facts
    labels: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    for layer in facts.layers:
        if layer.name in facts.configs:
            for article_id, found in _labels(layer, facts.rows(layer.name, only=selection.ids)).items():
                labels[article_id][layer.name] = found
    rows = facts.rows("articles", columns=_COLUMNS, only=selection.ids)
    return {
        "articles": [_article(row, labels[row["article_id"]]) for row in rows],
        "layers": [_layer(layer) for layer in facts.layers],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {"name": layer.name, "title": layer.title, "kind": _kind(layer), "labels": list(layer.labels)}


def _kind(layer: Layer) -> str:
    """How the page draws it: coloured spans, underlined spans with details, or one answer per target."""
    if layer.kind == "choice":
        return "choice"
    return "detailed" if layer.attributes or layer.linked else "spans"


def _article(row: Row, labels: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {
        "id": row["article_id"],
        "title": row["title"],
        "text": row["text"],
        "chars": row["n_chars"],
        "family": row["family_id"],
        "split": row["split"],
        "publisher": row["publisher"]["name"] or row["publisher"]["domain"],
        "published": row["published"],
        "earliest": row["published_earliest"],
        "url": row["url"],
        "authors": row["authors"],
        "quality": row["quality"],
        "states": row["layers"],
        "labels": dict(labels),
    }


def _labels(layer: Layer, rows: Iterable[Row]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["article_id"]] += _of_row(layer, row)
    return found


def _of_row(layer: Layer, row: Row) -> list[dict[str, Any]]:
    kind = _kind(layer)
    if kind == "spans":
        return [{"at": _range(span), "label": span["label_name"], "how": span["how"]} for span in row["spans"]]
    if kind == "choice":
        evidence = row.get("evidence")
        said = {"target": row["target"], "about": row["target_title"], "label": row["label_name"], "how": row["how"]}
        return [said | {"evidence": evidence and _range(evidence)}]
    asked = {attribute.name: row[f"{attribute.name}_name"] for attribute in layer.attributes}
    linked = row[layer.linked] if layer.linked else None
    label = row["label_name"] if layer.labels else layer.span_name
    span = {"at": _range(row), "label": label, "how": row["how"], "asked": asked}
    return [span | {"linked": linked and _range(linked), "link": layer.linked}]


def _range(span: Mapping[str, Any]) -> list[int]:
    return [span["start"], span["end"]]
