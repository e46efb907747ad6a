"""A schema as columns: Arrow's, and those of Hugging Face ``datasets``. One record has one form in both.

``string, integer, number, boolean`` become ``string, int64, float64, bool``; objects are structs, arrays are lists.
An integer with ``x-labels`` is a ClassLabel: its value is an index into these names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copydesk.schemas.fields import kind_of

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

_SCALARS = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}


class NoColumns(TypeError):
    """An open object: records of this schema live in JSON, not in columns."""


def schema(rule: dict[str, Any], name: str, version: int) -> pa.Schema:
    """The Arrow schema of a record, its name and ``schema_version`` in the metadata. Raises NoColumns."""
    import pyarrow as pa

    metadata = {"schema": name, "schema_version": str(version)}
    return pa.schema([_field(key, each) for key, each in rule["properties"].items()], metadata)


def _field(name: str, rule: dict[str, Any]) -> pa.Field:
    import pyarrow as pa

    return pa.field(name, _type(rule), nullable=kind_of(rule)[1])


def _type(rule: dict[str, Any]) -> pa.DataType:
    import pyarrow as pa

    kind, _ = kind_of(rule)
    if kind == "array":
        return pa.list_(_type(rule["items"]))
    if kind == "object":
        return pa.struct([_field(key, each) for key, each in _properties(rule).items()])
    return pa.type_for_alias(_SCALARS[kind])


def features(rule: dict[str, Any]) -> datasets.Features:
    """The same columns as ``datasets`` describes them. Raises NoColumns."""
    import datasets

    return datasets.Features({key: _feature(each) for key, each in _properties(rule).items()})


def _feature(rule: dict[str, Any]) -> Any:
    import datasets

    kind, _ = kind_of(rule)
    if kind == "array":
        return datasets.List(_feature(rule["items"]))
    if kind == "object":
        return {key: _feature(each) for key, each in _properties(rule).items()}
    if "x-labels" in rule:
        return datasets.ClassLabel(names=list(rule["x-labels"]))
    return datasets.Value(_SCALARS[kind])


def _properties(rule: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in rule:
        raise NoColumns(f"{rule.get('description', 'this object')} has no fixed fields")
    properties: dict[str, Any] = rule["properties"]
    return properties
