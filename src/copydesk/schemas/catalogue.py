"""All schemas of a project by name: record kinds, layer values, published rows.

In:  the schemas that travel with Copydesk; the project's layers and their value schemas.
Out: one :class:`Schemas`, from which checks, Arrow schemas, Features and field tables come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from copydesk import resources
from copydesk.errors import BadConfig
from copydesk.files import read_json
from copydesk.issues import Issue
from copydesk.labeling import layers as layer_files
from copydesk.labeling.layers import Layer
from copydesk.project import Project
from copydesk.schemas import arrow, rows
from copydesk.schemas.checking import Checker
from copydesk.schemas.fields import Field, fields
from copydesk.schemas.layer_values import check_value_schema

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

Schema = dict[str, Any]

#: The record kinds, each with a file of its own.
RECORDS = (
    "article",
    "link",
    "family",
    "reject",
    "annotation",
    "gold",
    "dispute",
    "split",
    "removal",
    "release",
    "manifest",
)


class Schemas:
    """Schemas by name: ``article``, ``annotation``, …; a layer's name for its values; ``rows/NAME`` for a config."""

    def __init__(self, records: dict[str, Schema], layers: Sequence[tuple[Layer, Schema]], issues: list[Issue]) -> None:
        self.layers = {layer.name: layer for layer, _ in layers}
        self.issues = tuple(issues)  #: what is odd about the project's own schemas
        self._by_name = _named(records, layers)
        self._checkers: dict[str, Checker] = {}

    @classmethod
    def packaged(cls) -> Schemas:
        """Those that travel with Copydesk, with its starter layers."""
        folders = [path.parent for path in sorted(resources.folder("labeling").glob("*/layer.toml"))]
        layers = [layer_files.read(folder) for folder in folders]
        return cls(_packaged_records(), [(layer, _packaged(layer.name)) for layer in layers], [])

    @classmethod
    def of(cls, project: Project) -> Schemas:
        """Those of a project: packaged records, its own layers. Raises BadConfig when a layer's schema is unfit."""
        records = _packaged_records()
        layers = layer_files.load(project)
        issues = [issue for name in records for issue in _compare(project, name, records[name])]
        return cls(records, [(layer, _value_schema(project, layer)) for layer in layers], issues)

    def __getitem__(self, name: str) -> Schema:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def version(self, name: str) -> int:
        """The current ``schema_version`` of a record kind."""
        return int(self._by_name[name].get("x-version", 1))

    def check(self, name: str, record: Any, where: str) -> list[Issue]:
        """Every rule of schema ``name`` that ``record`` breaks. An annotation's value is held to its layer's schema."""
        return self._checker(name).check(record, where)

    def check_all(self, name: str, records: Iterable[Any], where: Callable[[int, Any], str]) -> Iterator[Issue]:
        """The same in bulk, lazily; ``where(n, record)`` names the n-th record, from 0."""
        return self._checker(name).check_all(records, where)

    def is_valid(self, name: str, record: Any) -> bool:
        """The quick word, without a reason."""
        return self._checker(name).is_valid(record)

    def arrow(self, name: str) -> pa.Schema:
        """Its columns, with ``schema_version`` in the metadata."""
        return arrow.schema(self._by_name[name], name, self.version(name))

    def features(self, name: str) -> datasets.Features:
        """Its columns as Hugging Face ``datasets`` describes them."""
        return arrow.features(self._by_name[name])

    def fields(self, name: str) -> list[Field]:
        """Its fields as a table."""
        return list(fields(self._by_name[name]))

    def composed(self, name: str) -> Schema:
        """What records are held against: for an annotation also the schema of its layer's value."""
        schema = self._by_name[name]
        if name != "annotation":
            return schema
        return schema | {"allOf": [_with_value(layer, self._by_name[layer]) for layer in self.layers]}

    def _checker(self, name: str) -> Checker:
        if name not in self._checkers:
            labels_at = {"annotation": "$.value"}.get(name, "$" if name in self.layers else None)
            self._checkers[name] = Checker(self.composed(name), labels_at)
        return self._checkers[name]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_checkers": {}}  # compiled validators do not travel to other processes


def _named(records: dict[str, Schema], layers: Sequence[tuple[Layer, Schema]]) -> dict[str, Schema]:
    article = _with_layers(records["article"], [layer.name for layer, _ in layers])
    named = records | {"article": article} | {layer.name: value for layer, value in layers}
    named["rows/articles"] = rows.article_row(article)
    named["rows/families"] = rows.link_row(records["link"])
    named["rows/annotations"] = rows.annotation_row(records["annotation"])
    return named | {f"rows/{layer.name}": rows.row_schema(layer, value) for layer, value in layers}


def _with_layers(article: Schema, names: list[str]) -> Schema:
    """The article schema with this project's layers in ``layers``."""
    known = article["properties"]["layers"]
    state = next(iter(known["properties"].values()))
    properties = {name: state | {"description": f"Where the article stands in layer {name}."} for name in names}
    own = known | {"properties": properties, "required": names}
    return article | {"properties": article["properties"] | {"layers": own}}


def _with_value(layer: str, value: Schema) -> Schema:
    """The rule that an annotation of ``layer`` has a value of its schema, or null."""
    inner = {key: rule for key, rule in value.items() if not key.startswith("$")}
    then = {"properties": {"value": inner | {"type": ["object", "null"]}}}
    return {"if": {"properties": {"layer": {"const": layer}}, "required": ["layer"]}, "then": then}


def _packaged_records() -> dict[str, Schema]:
    return {name: _packaged(name) for name in RECORDS}


def _packaged(name: str) -> Schema:
    schema: Schema = read_json(resources.folder("schemas") / f"{name}.schema.json")
    return schema


def _compare(project: Project, name: str, packaged: Schema) -> list[Issue]:
    path = project.schemas / f"{name}.schema.json"
    if not path.is_file() or _read(path, f"schemas/{path.name}") == packaged:
        return []
    message = "differs from the schema of this Copydesk, which is the one that is used"
    hint = "a project's own fields belong in a layer; copy the schema anew after an update of Copydesk"
    return [Issue("schema-differs", f"schemas/{path.name}", message, hint=hint, severity="warning")]


def _value_schema(project: Project, layer: Layer) -> Schema:
    where = f"schemas/{layer.name}.schema.json"
    if layer.name in RECORDS or layer.name in ("articles", "families", "annotations"):
        raise BadConfig(f"labeling/{layer.name}", "is the name of a record kind", "give the layer another name")
    path = project.root / where
    if not path.is_file():
        raise BadConfig(where, f"is not there, but the project has layer {layer.name!r}", "see docs/records.md, layers")
    schema: Schema = _read(path, where)
    check_value_schema(layer, schema, where)
    return schema


def _read(path: Path, where: str) -> Any:
    try:
        return read_json(path)
    except (OSError, orjson.JSONDecodeError) as error:
        raise BadConfig(where, f"cannot be read as JSON: {error}") from error
