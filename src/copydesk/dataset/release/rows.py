"""Published rows of one article: records joined to the shape of ``Schemas["rows/CONFIG"]``.

In:  an article with its split, its links, and its labels.
Out: rows by config, each list in its final order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from copydesk.files import canonical
from copydesk.labeling.layers import Layer

Row = dict[str, Any]
QUOTE = ("start", "end", "text", "prefix", "suffix")


def link_rows(article: Row, links: Iterable[Row], splits: Mapping[str, str]) -> list[Row]:
    """Links whose ``a`` is ``article``, where both ends are in its split; others cannot be shown without a leak."""
    shown = [link for link in links if splits.get(link["b"]) == article["split"]]
    return [link | _placed(article) for link in sorted(shown, key=lambda link: str(link["b"]))]


def answer_rows(article: Row, answers: Iterable[Row]) -> list[Row]:
    """Individual answers about ``article``, their value as canonical JSON."""
    return [_answer(article, answer) for answer in sorted(answers, key=_answer_order)]


def gold_rows(layer: Layer, article: Row, units: list[Row]) -> list[Row]:
    """What was decided about ``article`` in ``layer``; no rows where nothing was."""
    if not units:
        return []
    under: dict[tuple[str, str | None], Row] = {(unit["of"], unit["name"]): unit for unit in units if unit["of"]}
    if layer.kind == "choice":
        decided = sorted((unit for unit in units if unit["kind"] == "label"), key=lambda unit: unit["target"] or "")
        return [_choice(layer, article, unit, under) for unit in decided]
    spans = sorted((unit for unit in units if unit["kind"] == "span" and unit["span"]), key=_span_order)
    if layer.attributes or layer.linked:
        return [_head(layer, article) | _span(layer, unit) | _asked(layer, unit, under) for unit in spans]
    return [_head(layer, article) | {"spans": [_span(layer, unit) for unit in spans]}]


def _placed(article: Row) -> Row:
    return {"family_id": article["family_id"], "split": article["split"]}


def _head(layer: Layer, article: Row) -> Row:
    same = {key: article[key] for key in ("article_id", "text_sha256")}
    return same | _placed(article) | {"layer_version": layer.version}


def _answer(article: Row, answer: Row) -> Row:
    value = None if answer["value"] is None else canonical(answer["value"]).decode()
    kept = {key: part for key, part in answer.items() if key != "schema_version"}
    return kept | {"value": value} | _placed(article)


def _answer_order(answer: Row) -> tuple[bool, str, str, str, str]:
    last = answer["role"] == "adjudicator"
    return last, answer["layer"], answer["target"] or "", answer["annotator"], answer["annotation_id"]


def _span_order(unit: Row) -> tuple[int, int, str]:
    return unit["span"]["start"], unit["span"]["end"], unit["unit_id"]


def _span(layer: Layer, unit: Row) -> Row:
    label = _category("label", unit["label"], layer.labels) if layer.labels else {}
    quote = {key: unit["span"][key] for key in QUOTE}
    decided = {"how": unit["how"], "annotation_ids": sorted(unit["annotation_ids"])}
    return {"span_id": unit["unit_id"]} | label | quote | decided


def _asked(layer: Layer, unit: Row, under: Mapping[tuple[str, str | None], Row]) -> Row:
    """A span's attributes and linked span; null where they are disputed or nobody answered."""
    row: Row = {}
    for attribute in layer.attributes:
        found = under.get((unit["unit_id"], attribute.name), {})
        row |= _category(attribute.name, found.get("label"), attribute.labels)
        row |= {f"{attribute.name}_how": found.get("how"), f"{attribute.name}_distribution": found.get("distribution")}
    if layer.linked:
        found = under.get((unit["unit_id"], layer.linked), {})
        row |= {layer.linked: _quote(found.get("span")), f"{layer.linked}_how": found.get("how")}
    return row


def _choice(layer: Layer, article: Row, unit: Row, under: Mapping[tuple[str, str | None], Row]) -> Row:
    titles = {target.target_id: target.title for target in layer.targets}
    row = _head(layer, article) | {"target": unit["target"], "target_title": titles.get(unit["target"])}
    row |= _category("label", unit["label"], layer.labels)
    row |= {"how": unit["how"], "annotation_ids": sorted(unit["annotation_ids"]), "distribution": unit["distribution"]}
    if layer.evidence:
        found = next(_evidence(unit, under), {})
        row |= {"evidence": _quote(found.get("span")), "evidence_how": found.get("how")}
    return row


def _evidence(unit: Row, under: Mapping[tuple[str, str | None], Row]) -> Iterator[Row]:
    return (each for (of, _), each in under.items() if of == unit["unit_id"] and each["kind"] == "evidence")


def _category(name: str, label: str | None, labels: tuple[str, ...]) -> Row:
    """A label as its index and by name; both null where there is none."""
    return {name: None if label is None else labels.index(label), f"{name}_name": label}


def _quote(span: Row | None) -> Row | None:
    return None if span is None else {key: span[key] for key in QUOTE}
