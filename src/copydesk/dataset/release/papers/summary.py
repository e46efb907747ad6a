"""The counts that card, datasheet, Croissant and report share, each taken once from the released rows.

In:  :class:`ReleaseFacts`.
Out: a :class:`Summary`, whose properties count narrow columns when first asked for. No words of articles are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from copydesk.dataset.release.facts import ReleaseFacts, Row
from copydesk.dataset.release.papers import measures
from copydesk.labeling.layers import Layer
from copydesk.project import SPLITS

#: Nullable fields of an article, as columns of the config.
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
_COLUMNS = (
    "article_id",
    "n_chars",
    "family_id",
    "split",
    "layers",
    "quality",
    "rights",
    "publisher",
    "agency",
    "language",
    "url",
    "published",
    "published_precision",
    "published_earliest",
    "published_latest",
    "retrieved_at",
    *(f"provenance.{name}" for name in ("source", "reader", "media_type", "raw_bytes", "tool_version")),
)


@dataclass(frozen=True)
class Distribution:
    """How often each label of one closed set was decided, by split."""

    config: str
    column: str
    labels: tuple[str, ...]
    counts: Mapping[str, Counter[str]]  #: by split

    @property
    def total(self) -> Counter[str]:
        return sum(self.counts.values(), Counter())

    def distance(self, split: str) -> float | None:
        """Total variation distance of a split's shares from those of the whole, 0 to 1; None without labels there."""
        part, whole = self.counts[split], self.total
        if not part.total():
            return None
        return sum(abs(part[label] / part.total() - whole[label] / whole.total()) for label in self.labels) / 2


@dataclass(frozen=True)
class Annotator:
    """What one pseudonym did."""

    name: str
    roles: tuple[str, ...]
    answers: Counter[str]  #: by layer, submitted ones
    skipped: int
    withdrawn: int
    lead_times: tuple[float, ...]  #: seconds

    @property
    def median_s(self) -> float | None:
        return median(self.lead_times) if self.lead_times else None


@dataclass(frozen=True)
class Summary:
    """Counts of one release."""

    facts: ReleaseFacts

    @cached_property
    def articles(self) -> list[Row]:
        """Articles without their words: the columns that counts need."""
        return list(self.facts.rows("articles", columns=list(_COLUMNS)))

    @property
    def n_articles(self) -> int:
        return len(self.articles)

    def articles_in(self, split: str) -> list[Row]:
        return [article for article in self.articles if article["split"] == split]

    @cached_property
    def families(self) -> dict[str, list[Row]]:
        """Articles by family."""
        grouped: dict[str, list[Row]] = {}
        for article in self.articles:
            grouped.setdefault(article["family_id"], []).append(article)
        return grouped

    @cached_property
    def links(self) -> list[Row]:
        """Links without their passages."""
        columns = ["link_id", "a", "b", "score", "band", "extent", "wording", "direction", "decided_by", "split"]
        return list(self.facts.rows("families", columns=columns))

    def by(self, *path: str) -> Counter[str]:
        """Articles by the value at ``path``; null counts as ``not known``."""
        return Counter(_at(article, path) or "not known" for article in self.articles)

    @cached_property
    def missing(self) -> dict[str, int]:
        """Articles in which each optional field is null; an empty list of authors counts too."""
        columns = dict.fromkeys(name.partition(".")[0] for name in OPTIONAL)
        table = self.facts.table("articles", [*columns, "authors"])
        if table is None:
            return {}
        import pyarrow.compute as pc

        flat = table.flatten()
        found = {name: flat[name].null_count for name in OPTIONAL}
        empty = pc.equal(pc.list_value_length(table["authors"]), 0)
        return found | {"authors": int(pc.sum(empty).as_py() or 0)}

    @cached_property
    def removed(self) -> Counter[str]:
        """Stretches left out of texts, by kind."""
        rows = self.facts.rows("articles", columns=["provenance.removed"])
        return Counter(each["kind"] for row in rows for each in row["provenance"]["removed"])

    def layer(self, name: str) -> Layer:
        return next(layer for layer in self.facts.layers if layer.name == name)

    @cached_property
    def distributions(self) -> list[Distribution]:
        """Gold labels and attributes of every layer."""
        return [each for layer in self.facts.layers for each in self._of_layer(layer)]

    def _of_layer(self, layer: Layer) -> list[Distribution]:
        sets = [("label", layer.labels)] if layer.labels else []
        sets += [(attribute.name, attribute.labels) for attribute in layer.attributes]
        return [self._distribution(layer, column, labels) for column, labels in sets]

    def _distribution(self, layer: Layer, column: str, labels: tuple[str, ...]) -> Distribution:
        nested = layer.kind == "spans" and not (layer.attributes or layer.linked)
        path = f"spans.list.element.{column}_name" if nested else f"{column}_name"
        counts = {split: Counter[str]() for split in self.facts.splits}
        if layer.name in self.facts.configs:
            for row in self.facts.rows(layer.name, columns=["split", path]):
                values = [span[f"{column}_name"] for span in row["spans"]] if nested else [row[f"{column}_name"]]
                counts.setdefault(row["split"], Counter()).update(value for value in values if value is not None)
        return Distribution(layer.name, column, labels, counts)

    @cached_property
    def decided(self) -> dict[str, Counter[str]]:
        """Gold units by how they were decided, per layer: spans, attributes, labels, evidence together."""
        return {layer.name: self._decided(layer) for layer in self.facts.layers}

    def _decided(self, layer: Layer) -> Counter[str]:
        if layer.name not in self.facts.configs:
            return Counter()
        return Counter(how for row in self.facts.rows(layer.name) for how in _hows(row))

    @cached_property
    def spans(self) -> Counter[str]:
        """Gold spans by layer (0 for choice layers)."""
        found: Counter[str] = Counter()
        for layer in self.facts.layers:
            if layer.kind == "spans" and layer.name in self.facts.configs:
                rows = self.facts.rows(layer.name)
                found[layer.name] = sum(len(row["spans"]) if "spans" in row else 1 for row in rows)
        return found

    @cached_property
    def answers(self) -> list[Row]:
        """Individual answers without their values."""
        columns = ["annotator", "role", "layer", "status", "lead_time_s", "with_predictions", "source", "article_id"]
        return list(self.facts.rows("annotations", columns=columns))

    @cached_property
    def annotators(self) -> list[Annotator]:
        """Everyone who answered, by pseudonym."""
        grouped: dict[str, list[Row]] = {}
        for answer in self.answers:
            grouped.setdefault(answer["annotator"], []).append(answer)
        return [_annotator(name, rows) for name, rows in sorted(grouped.items())]

    @cached_property
    def agreement(self) -> dict[str, list[dict[str, Any]]]:
        """Metrics of each layer that has answers."""
        return measures.agreement(self.facts)

    @cached_property
    def states(self) -> dict[str, Counter[str]]:
        """Articles by where they stand, per layer."""
        return {
            layer.name: Counter(article["layers"].get(layer.name, "unlabelled") for article in self.articles)
            for layer in self.facts.layers
        }

    @property
    def left_out(self) -> tuple[str, ...]:
        """Splits without articles."""
        return tuple(split for split in SPLITS if split not in self.facts.splits)


def _at(row: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = row
    for name in path:
        value = value[name]
    return value


def _hows(row: Row) -> list[str]:
    """Every ``how`` in a row: its own, those of its attributes, those of the spans in it."""
    own = [value for key, value in row.items() if (key == "how" or key.endswith("_how")) and value]
    return own + [span["how"] for span in row.get("spans", ())]


def _annotator(name: str, rows: list[Row]) -> Annotator:
    status = Counter(row["status"] for row in rows)
    submitted = [row for row in rows if row["status"] == "submitted"]
    return Annotator(
        name=name,
        roles=tuple(sorted({row["role"] for row in rows})),
        answers=Counter(row["layer"] for row in submitted),
        skipped=status["skipped"],
        withdrawn=status["withdrawn"],
        lead_times=tuple(sorted(row["lead_time_s"] for row in submitted if row["lead_time_s"] is not None)),
    )
