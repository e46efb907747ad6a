"""A layer's value schema must say what its ``layer.toml`` says: the same labels, attributes and linked span."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from copydesk.errors import BadConfig
from copydesk.files import canonical
from copydesk.labeling.layers import Layer

SPAN = ("span_id", "start", "end", "text", "prefix", "suffix")


def check_value_schema(layer: Layer, schema: Any, where: str) -> None:
    """Raises BadConfig at the first difference between ``schema`` and ``layer``, or when it is no schema."""
    _is_schema(schema, where)
    properties = _spans(schema, where) if layer.kind == "spans" else _properties(schema, where)
    _same_names(layer, properties, where)
    if layer.labels:
        _same_set(properties["label"], layer.labels, "label", where)
    for attribute in layer.attributes:
        _same_set(properties[attribute.name], attribute.labels, attribute.name, where)


def _is_schema(schema: Any, where: str) -> None:
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator(schema, offline=True)  # quicker to load than the reference
    except (ValueError, jsonschema_rs.ValidationError) as error:
        problem = str(error).splitlines()[0]
        raise BadConfig(where, f"is no JSON Schema: {problem}") from error
    if b'"$ref"' in canonical(schema):
        raise BadConfig(where, "uses $ref", "write the part out: rows are derived from what stands here")


def _spans(schema: Any, where: str) -> dict[str, Any]:
    top = _properties(schema, where)
    if list(top) != ["spans"]:
        raise BadConfig(where, f"a spans layer's value has the one property 'spans', not {', '.join(top) or 'none'}")
    return _properties(top["spans"].get("items"), where)


def _properties(schema: Any, where: str) -> dict[str, Any]:
    if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
        raise BadConfig(where, "the value of a layer, and each span in it, must be an object with properties")
    properties: dict[str, Any] = schema["properties"]
    if set(schema.get("required", ())) != set(properties) or schema.get("additionalProperties") is not False:
        raise BadConfig(where, "every property must be required, and additionalProperties false", "use null for absent")
    undescribed = [name for name, rule in properties.items() if not rule.get("description") or "type" not in rule]
    if undescribed:
        raise BadConfig(where, f"property {undescribed[0]!r} needs a description and a type")
    return properties


def _same_names(layer: Layer, properties: dict[str, Any], where: str) -> None:
    if layer.kind == "choice":
        expected = {"label"} | ({"evidence"} if layer.evidence or "evidence" in properties else set())
    else:
        expected = {*SPAN, *(["label"] if layer.labels else []), *(each.name for each in layer.attributes)}
        expected |= {layer.linked} if layer.linked else set()
    for name in sorted(expected ^ set(properties)):
        side = "layer.toml does not ask for" if name in properties else "is missing, which layer.toml asks for"
        raise BadConfig(where, f"property {name!r}: {side}" if name in properties else f"property {name!r} {side}")


def _same_set(rule: dict[str, Any], labels: Iterable[str], name: str, where: str) -> None:
    found = {value for value in rule.get("enum", ()) if value is not None}
    if found != set(labels):
        differ = ", ".join(sorted(found ^ set(labels)))
        raise BadConfig(where, f"the set of {name!r} is not that of layer.toml: {differ}")
