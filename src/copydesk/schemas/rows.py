"""The shape of published rows, derived: a project's own layer is published without a line of code.

In:  a layer, the schema of its values, the schemas of records.
Out: the schema of one row of each config. Categorical columns come twice: an index (ClassLabel) and a name.

What a decision may change (labels, how, the answers it rests on) stands after the words it is about: the changed bytes
of a file then lie together, at its end, and whoever has an earlier release fetches little anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from copydesk import resources
from copydesk.files import read_json
from copydesk.labeling.layers import Layer

Schema = dict[str, Any]
QUOTE = ("start", "end", "text", "prefix", "suffix")


def row_schema(layer: Layer, value: Schema) -> Schema:
    """One row of the config of ``layer``.

    Shape:   plain spans (entities): a row per article with its spans; spans with attributes or a linked span
             (claims): a row per span; a choice (stance): a row per article and target.
    """
    if layer.kind == "choice":
        return _row(layer, "One article and target, with its gold answer.", _choice(layer, value))
    if layer.attributes or layer.linked:
        return _row(layer, "One gold span with what was asked about it.", _span_row(layer, value))
    return _row(layer, "One article with its gold spans.", _spans_row(layer, value))


def article_row(article: Schema) -> Schema:
    """A row of config ``articles``: the article record."""
    return article | {"$id": "urn:copydesk:schema:rows:articles"}


def link_row(link: Schema) -> Schema:
    """A row of config ``families``: a link between two articles of one family."""
    return _object("families", "Family link", link["description"], link["properties"] | _placed())


def annotation_row(annotation: Schema) -> Schema:
    """A row of config ``annotations``: an individual answer, its value as JSON text."""
    properties = {key: rule for key, rule in annotation["properties"].items() if key != "schema_version"}
    properties["value"] = {
        "description": "The answer as canonical JSON, which the layer's schema validates; null when skipped or "
        "withdrawn, or where labels are withheld.",
        "type": ["string", "null"],
    }
    return _object("annotations", "Individual answer", annotation["description"], properties | _placed())


def _row(layer: Layer, description: str, properties: Schema) -> Schema:
    return _object(layer.name, f"{layer.title} row", description, properties)


def _object(name: str, title: str, description: str, properties: Schema) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:copydesk:schema:rows:{name}",
        "title": title,
        "description": description,
        "x-version": 1,
        **_closed(properties),
    }


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _spans_row(layer: Layer, value: Schema) -> Schema:
    span = _place(value) | _said(layer, value)
    item = {"title": f"{layer.name.capitalize()}Span", "description": "One gold span.", **_closed(span)}
    return _head() | {
        "spans": {"description": value["properties"]["spans"]["description"], "type": "array", "items": item}
    }


def _span_row(layer: Layer, value: Schema) -> Schema:
    asked = _span_value(value)
    row = _head() | _place(value)
    if layer.linked:
        row[layer.linked] = asked[layer.linked]
        row[f"{layer.linked}_how"] = _how(nullable=True)
    row |= _said(layer, value)
    for attribute in layer.attributes:
        description = asked[attribute.name]["description"]
        row |= _category(attribute.name, attribute.labels, description, nullable=True)
        row[f"{attribute.name}_how"] = _how(nullable=True)
        row[f"{attribute.name}_distribution"] = _gold("distribution")
    return row


def _choice(layer: Layer, value: Schema) -> Schema:
    row = _head() | {
        "target": _gold("target"),
        "target_title": {"description": "What the target is; null without targets.", "type": ["string", "null"]},
    }
    if layer.evidence:
        row |= {"evidence": value["properties"]["evidence"], "evidence_how": _how(nullable=True)}
    return row | {
        **_category("label", layer.labels, value["properties"]["label"]["description"], nullable=False),
        "how": _how(),
        "annotation_ids": _gold("annotation_ids"),
        "distribution": _gold("distribution") | {"type": "array"},
    }


def _place(value: Schema) -> Schema:
    """Where a span stands, and its words."""
    asked = _span_value(value)
    return {"span_id": _gold("unit_id")} | {key: asked[key] for key in QUOTE}


def _said(layer: Layer, value: Schema) -> Schema:
    """What was decided about a span itself."""
    asked = _span_value(value)
    label = _category("label", layer.labels, asked["label"]["description"], nullable=False) if layer.labels else {}
    return label | {"how": _how(), "annotation_ids": _gold("annotation_ids")}


def _span_value(value: Schema) -> Schema:
    properties: Schema = value["properties"]["spans"]["items"]["properties"]
    return properties


def _category(name: str, labels: Iterable[str], description: str, *, nullable: bool) -> Schema:
    names = list(labels)
    index: Schema = {"description": f"{description} As an index into the label set.", "type": "integer"}
    index |= {"minimum": 0, "maximum": len(names) - 1, "x-labels": names}
    named: Schema = {"description": f"{description} By name.", "type": "string", "enum": names}
    if nullable:
        index["type"], named["type"], named["enum"] = ["integer", "null"], ["string", "null"], [*names, None]
    key = f"{name}_name"
    return {name: index, key: named}


def _head() -> Schema:
    return {"article_id": _gold("article_id"), "text_sha256": _gold("text_sha256")} | _placed() | _version()


def _version() -> Schema:
    return {"layer_version": {"description": "Version of the layer.", "type": "string", "minLength": 1}}


def _placed() -> Schema:
    family = _record("article")["family_id"] | {"description": "Family of the article.", "type": "string"}
    split = {"description": "Split of the article.", "type": "string", "enum": ["train", "validation", "test"]}
    return {"family_id": family, "split": split}


def _how(*, nullable: bool = False) -> Schema:
    how = _gold("how")
    return how | {"type": ["string", "null"], "enum": [*how["enum"], None]} if nullable else how


def _gold(name: str) -> Schema:
    rule: Schema = _record("gold")[name]
    return rule


@cache
def _record(name: str) -> Schema:
    properties: Schema = read_json(resources.folder("schemas") / f"{name}.schema.json")["properties"]
    return properties
