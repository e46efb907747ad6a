"""The record of one adjudicated answer (an article, and a target): its gold units and its disputes.

Unit ids derive from what the unit is about, so that a unit keeps its id when it is decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from copydesk.files import digest
from copydesk.labeling.adjudicate.opinions import Opinions
from copydesk.labeling.layers import Layer
from copydesk.spans import Span, quoted

Record = dict[str, Any]
WEAKEST_FIRST = ("model", "majority", "unanimous")


@dataclass(slots=True)
class Sheet:
    """Collects units while an answer is decided."""

    layer: Layer
    article: Mapping[str, Any]
    target: str | None
    opinions: Opinions | None = None  #: the model step, when asked for
    gold: list[Record] = field(default_factory=list)
    disputes: list[Record] = field(default_factory=list)
    left_out: int = 0  #: spans that more than half did not mark
    _ids: set[str] = field(default_factory=set)

    def decide(
        self,
        kind: str,
        *,
        how: str,
        annotation_ids: Iterable[str],
        at: Span | None = None,
        of: str | None = None,
        name: str | None = None,
        span: Span | None = None,
        label: str | None = None,
        distribution: Sequence[Mapping[str, Any]] | None = None,
    ) -> str:
        """Write a gold unit; ``at`` tells units of one kind apart. Returns its id."""
        unit = self._unit(kind, of, name, at) | {
            "span": self._quoted(span),
            "label": label,
            "how": how,
            "annotation_ids": sorted(annotation_ids),
            "distribution": distribution,
        }
        self.gold.append(unit)
        return str(unit["unit_id"])

    def dispute(
        self,
        kind: str,
        *,
        reason: str,
        options: Iterable[tuple[Span | None, str | None, Iterable[str]]],
        at: Span | None = None,
        of: str | None = None,
        name: str | None = None,
    ) -> None:
        """Write a dispute with its options: span, label, annotation ids."""
        told = [
            {"span": self._quoted(span), "label": label, "annotation_ids": sorted(ids)} for span, label, ids in options
        ]
        self.disputes.append(self._unit(kind, of, name, at) | {"options": told, "reason": reason})

    def close(self, answers: Sequence[Mapping[str, Any]]) -> None:
        """Write the ``answer`` unit, as sure as the least sure unit, unless everything is in dispute."""
        if not self.gold and self.disputes:
            return
        hows = {unit["how"] for unit in self.gold} | ({"majority"} if self.disputes else set())
        how = next((each for each in WEAKEST_FIRST if each in hows), None)
        by_people = "adjudicator" if any(answer["role"] == "adjudicator" for answer in answers) else "unanimous"
        self.decide("answer", how=how or by_people, annotation_ids=(answer["annotation_id"] for answer in answers))
        self.gold.insert(0, self.gold.pop())

    def _quoted(self, span: Span | None) -> Record | None:
        return quoted(self.article["text"], span.start, span.end) if span else None

    def _unit(self, kind: str, of: str | None, name: str | None, at: Span | None) -> Record:
        article_id, layer = self.article["article_id"], self.layer
        place = [at.start, at.end] if at else None
        key: list[Any] = [article_id, layer.name, self.target, kind, of, name, place]
        unit_id = f"unit-{digest(key, 16)}"
        while unit_id in self._ids:  # two labels on one range
            unit_id = f"unit-{digest([unit_id], 16)}"
        self._ids.add(unit_id)
        return {
            "schema_version": 1,
            "unit_id": unit_id,
            "article_id": article_id,
            "text_sha256": self.article["text_sha256"],
            "layer": layer.name,
            "layer_version": layer.version,
            "target": self.target,
            "kind": kind,
            "of": of,
            "name": name,
        }
