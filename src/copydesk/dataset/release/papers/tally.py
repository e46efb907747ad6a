"""What documents count, taken from rows article by article; tallies of parts of a release add up to that of the whole.

In:  bundles: an article's row and every row about it.
Out: counters, families, extremes, and what agreement needs. No words of articles are kept.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any

import orjson

from copydesk.files import sha256
from copydesk.labeling import agreement
from copydesk.labeling.layers import Layer

Row = Mapping[str, Any]

MOST_SHOWN = 2000  #: articles that the report's viewer may show
AT_ONCE = 250  #: articles whose answers are held until what agreement needs of them is taken
#: Nullable fields of an article.
OPTIONAL = (
    "title",
    "language",
    "publisher.name",
    "publisher.domain",
    "agency.name",
    "dateline.text",
    "url",
    "published",
    "published_earliest",
    "published_latest",
    "retrieved_at",
)


@dataclass
class Tally:
    """Counts of some articles."""

    layers: tuple[Layer, ...]
    counts: dict[str, Counter[Any]] = field(default_factory=dict)  #: by what is counted
    families: dict[tuple[str, str], list[str]] = field(default_factory=dict)  #: family, split → its articles
    earliest: dict[str, str] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    lead_times: dict[str, array[float]] = field(default_factory=dict)  #: seconds, by annotator
    shown: list[tuple[str, int, str]] = field(default_factory=list)  #: SHA-256 of the id, length, id: the smallest
    parts: dict[str, list[agreement.Part]] = field(default_factory=dict)  #: by layer
    _articles: dict[str, Row] = field(default_factory=dict)  # since the last part was taken
    _answers: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Count one article and all rows about it, by config."""
        for article in rows.get("articles", ()):
            self._article(article)
        for link in rows.get("families", ()):
            self._count("links", (link["band"], link["extent"], link["wording"]))
        for answer in rows.get("annotations", ()):
            self._answer(answer)
        for layer in self.layers:
            for row in rows.get(layer.name, ()):
                self._gold(layer, row)
        if len(self._articles) >= AT_ONCE:
            self.close()

    def close(self) -> Tally:
        """Take what agreement needs of the answers seen so far; a tally travels and joins closed."""
        for layer in self.layers:
            if self._answers.get(layer.name):
                part = agreement.part(layer, self._answers[layer.name], self._articles)
                self.parts.setdefault(layer.name, []).append(part)
        self._articles, self._answers = {}, {}
        self.shown = nsmallest(MOST_SHOWN, self.shown)
        return self

    def take(self, other: Tally) -> None:
        """Add what was counted of other articles; both are closed."""
        for what, counts in other.counts.items():
            self.counts.setdefault(what, Counter()).update(counts)
        for key, members in other.families.items():
            self.families.setdefault(key, []).extend(members)
        self.earliest = _extreme(min, self.earliest, other.earliest)
        self.latest = _extreme(max, self.latest, other.latest)
        for name, times in other.lead_times.items():
            self.lead_times.setdefault(name, array("d")).extend(times)
        self.shown = nsmallest(MOST_SHOWN, [*self.shown, *other.shown])
        for layer, parts in other.parts.items():
            self.parts.setdefault(layer, []).extend(parts)

    def _count(self, what: str, value: Any, number: int = 1) -> None:
        counts = self.counts.get(what)
        if counts is None:
            counts = self.counts[what] = Counter()
        counts[value] += number

    def _article(self, row: Row) -> None:
        provenance, rights = row["provenance"], row["rights"]
        for what, value in _facets(row):
            self._count(what, value)
        self._count("raw_bytes", provenance["source"], provenance["raw_bytes"])
        for name, state in row["layers"].items():
            self._count("states", (name, state))
        for mark in row["quality"]:
            self._count("quality", mark)
        for removed in provenance["removed"]:
            self._count("removed", removed["kind"])
        for name in _missing(row):
            self._count("missing", name)
        for what in ("retrieved_at", "published", "published_earliest"):
            if row[what] and (what != "published_earliest" or not row["published"]):
                self._seen(what, row[what])
        if not rights["redistribute"]:
            self._count("uncleared", True)
        self.families.setdefault((row["family_id"], row["split"]), []).append(row["article_id"])
        self.shown.append((sha256(row["article_id"].encode()), row["n_chars"], row["article_id"]))
        self._articles[row["article_id"]] = {key: row[key] for key in ("text_sha256", "n_chars")}

    def _seen(self, what: str, value: str) -> None:
        """A time: how often it is known, on which days, the first and the last."""
        self._count("known", what)
        if what == "published":
            self._count("days", value[:10])
        self.earliest[what] = min(value, self.earliest.get(what, value))
        self.latest[what] = max(value, self.latest.get(what, value))

    def _answer(self, row: Row) -> None:
        name = row["annotator"]
        self._count("answers", row["status"])
        self._count("systems", row["source"]["system"])
        self._count("helped", bool(row["with_predictions"]))
        self._count("roles", (name, row["role"]))
        self._count("status", (name, row["status"]))
        if row["status"] == "submitted":
            self._count("submitted", (name, row["layer"]))
            if row["lead_time_s"] is not None:
                self.lead_times.setdefault(name, array("d")).append(row["lead_time_s"])
        if row["value"] is not None:  # skipped, or its split's labels are withheld
            self._answers.setdefault(row["layer"], []).append({**row, "value": orjson.loads(row["value"])})

    def _gold(self, layer: Layer, row: Row) -> None:
        spans = row.get("spans", [row])
        if layer.kind == "spans":
            self._count("spans", layer.name, len(spans))
        for how in _hows(row):
            self._count("decided", (layer.name, how))
        for span in spans:
            for column in ("label", *(attribute.name for attribute in layer.attributes)):
                if (label := span.get(f"{column}_name")) is not None:
                    self._count("labels", (layer.name, column, row["split"], label))


def _extreme(choose: Any, ones: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    shared = {key: choose(ones[key], others[key]) for key in ones.keys() & others.keys()}
    return ones | others | shared


def _facets(row: Row) -> Iterator[tuple[str, Any]]:
    provenance, rights, publisher, agency = row["provenance"], row["rights"], row["publisher"], row["agency"]
    source, reader = provenance["source"], provenance["reader"]
    yield "articles", row["split"]
    yield "sources", (source, reader, provenance["media_type"])
    yield "readers", (reader, provenance["tool_version"])
    yield "publishers", publisher["name"] or publisher["domain"] or "not known"
    yield "agencies", agency["name"] or agency["code"] or "none credited"
    yield "rights", (source, rights["license"], rights["redistribute"])


def _missing(row: Row) -> Iterator[str]:
    for name in OPTIONAL:
        outer, _, inner = name.partition(".")
        if (row[outer][inner] if inner else row[outer]) is None:
            yield name
    if not row["authors"]:
        yield "authors"


def _hows(row: Row) -> Iterator[str]:
    """Every ``how`` in a row: its own, those of its attributes, those of the spans in it."""
    yield from (value for key, value in row.items() if (key == "how" or key.endswith("_how")) and value)
    yield from (span["how"] for span in row.get("spans", ()))
