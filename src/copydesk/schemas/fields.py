"""A schema as a table: one row per field, for card, datasheet, Croissant and docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record."""

    name: str  #: dotted; ``[]`` marks a list: ``provenance.segments[].start``
    type: str  #: string, integer, number, boolean, object, or ``list of …``; ``or null`` where it may be absent
    description: str
    values: tuple[str, ...] = ()  #: its closed set, where it has one


def fields(schema: dict[str, Any], prefix: str = "") -> Iterator[Field]:
    """Every field below ``schema``, parents before children, in the schema's order."""
    for name, rule in schema.get("properties", {}).items():
        yield _field(prefix + name, rule)
        inner, mark = _innermost(rule)
        yield from fields(inner, f"{prefix}{name}{mark}.")


def _innermost(rule: dict[str, Any]) -> tuple[dict[str, Any], str]:
    mark = ""
    while "items" in rule:
        rule, mark = rule["items"], mark + "[]"
    return rule, mark


def _field(name: str, rule: dict[str, Any]) -> Field:
    inner, _ = _innermost(rule)
    values = inner.get("x-labels") or [value for value in inner.get("enum", ()) if value is not None]
    return Field(name, type_name(rule), rule["description"], tuple(values))


def type_name(rule: dict[str, Any]) -> str:
    """How a table names the type of ``rule``."""
    kind, nullable = kind_of(rule)
    name = f"list of {type_name(rule['items'])}" if kind == "array" else kind
    return f"{name} or null" if nullable else name


def kind_of(rule: dict[str, Any]) -> tuple[str, bool]:
    """The one JSON type of ``rule``, and whether null may stand in its place."""
    kinds = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
    (kind,) = [kind for kind in kinds if kind != "null"]
    return kind, "null" in kinds
