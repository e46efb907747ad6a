"""The answer that gold units add up to: what was decided of one task, in the shape that an annotator's answer has.

In:  a layer, the gold units of one article (and target).
Out: a layer's value, for a page to show and for answers to be compared with. What is disputed is missing from it: a
     span left out, an attribute or label null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from copydesk.labeling.layers import Layer
from copydesk.labeling.results import Value, span_id

Unit = Mapping[str, Any]


def agreed(layer: Layer, units: Iterable[Unit]) -> Value:
    """The value of the units that were decided."""
    known = list(units)
    said = {(unit["of"], unit["name"]): unit for unit in known if unit["of"]}
    if layer.kind == "choice":
        return _choice(layer, known, said)
    spans = [unit for unit in known if unit["kind"] == "span"]
    spans.sort(key=lambda unit: (unit["span"]["start"], unit["span"]["end"], unit["label"] or ""))
    return {"spans": [_span(layer, unit, said) for unit in spans]}


def _choice(layer: Layer, units: list[Unit], said: Mapping[tuple[str, str | None], Unit]) -> Value:
    decided = next((unit for unit in units if unit["kind"] == "label"), None)
    if decided is None:
        return {"label": None} | ({"evidence": None} if layer.evidence else {})
    evidence = said.get((decided["unit_id"], None), {})
    return {"label": decided["label"]} | ({"evidence": evidence.get("span")} if layer.evidence else {})


def _span(layer: Layer, unit: Unit, said: Mapping[tuple[str, str | None], Unit]) -> dict[str, Any]:
    place, label = unit["span"], unit["label"]
    span = {"span_id": span_id(layer, place["start"], place["end"], label or ""), **place}
    span |= {"label": label} if layer.labels else {}
    for attribute in layer.attributes:
        span[attribute.name] = said.get((unit["unit_id"], attribute.name), {}).get("label")
    if layer.linked:
        span[layer.linked] = said.get((unit["unit_id"], layer.linked), {}).get("span")
    return span
