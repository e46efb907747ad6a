"""Croissant's own claims: its record sets lead to the columns that are there, its file objects to the files.

In:  ``croissant.json`` and the shards, whoever wrote the document.
Out: issues. No library is needed: every field's column and steps are followed in the shards' own types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import Any

import orjson
import pyarrow as pa

from copydesk.dataset.release.verify.opened import Opened
from copydesk.issues import Issue

Node = dict[str, Any]
PATH = "croissant.json"
#: What a field's ``dataType`` says of the Arrow type that it leads to.
TYPES = {
    "sc:Text": pa.types.is_string,
    "sc:Integer": pa.types.is_integer,
    "sc:Float": pa.types.is_floating,
    "sc:Boolean": pa.types.is_boolean,
}


def croissant(opened: Opened) -> Iterator[Issue]:
    """Every file object is a shard, every file set one config's shards, every field a column or part of one."""
    try:
        document = orjson.loads((opened.folder / PATH).read_bytes())
        objects = {node["contentUrl"]: node["sha256"] for node in document["distribution"] if "contentUrl" in node}
        sets = {node["@id"]: node["includes"] for node in document["distribution"] if "includes" in node}
        yield from _files(opened, objects)
        yield from _record_sets(opened, document["recordSet"], sets)
    except (OSError, orjson.JSONDecodeError) as error:
        yield _issue(PATH, f"cannot be read: {error}")
    except KeyError as error:
        yield _issue(PATH, f"lacks {error} where a reader needs it")
    except (TypeError, AttributeError):
        yield _issue(PATH, "is not of the form that readers of Croissant know")


def _issue(where: str, message: str) -> Issue:
    return Issue("croissant", where, message, hint="the document was edited; make the release again")


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _files(opened: Opened, objects: dict[str, str]) -> Iterator[Issue]:
    shards = {shard.path: shard.sha256 for shard in opened.facts.shards}
    for path in sorted(path for path in shards.keys() | objects.keys() if shards.get(path) != objects.get(path)):
        yield _issue(f"{PATH} {path}", "is no file object with the digest of the shard of this name")


def _record_sets(opened: Opened, record_sets: list[Node], sets: dict[str, str]) -> Iterator[Issue]:
    named = [record_set["@id"] for record_set in record_sets]
    if sorted(named) != sorted(opened.facts.configs):
        yield _issue(PATH, f"has the record sets {_list(named)}; the configs are {_list(opened.facts.configs)}")
        return
    for record_set in record_sets:
        config = record_set["@id"]
        schema = opened.facts.schema(config)
        leaves = [leaf for field in record_set["field"] for leaf in _leaves(field)]
        for leaf in leaves:
            problem = _problem(leaf, config, schema, opened, sets)
            if problem:
                yield _issue(f"{PATH} {leaf['@id']}", problem)
        missing = set(_paths(schema)) - {leaf["@id"].partition("/")[2] for leaf in leaves}
        for path in sorted(missing):
            yield _issue(f"{PATH} {config}", f"does not describe {path}")


def _leaves(field: Node) -> Iterator[Node]:
    if "subField" not in field:
        yield field
    for below in field.get("subField", ()):
        yield from _leaves(below)


def _problem(leaf: Node, config: str, schema: pa.Schema, opened: Opened, sets: dict[str, str]) -> str:
    """Why a field does not give the values it is named after; empty when it does."""
    source = leaf["source"]
    pattern = sets[source["fileSet"]["@id"]]
    if {shard.path for shard in opened.facts.shards if fnmatch(shard.path, pattern)} != {
        shard.path for shard in opened.facts.shards if shard.config == config
    }:
        return f"its files are {pattern}, which are not the shards of {config}"
    column = source["extract"]["column"]
    steps = [step["jsonPath"].removeprefix("$.") for step in source.get("transform", ())]
    if [config, column, *steps] != leaf["@id"].split("/"):
        return f"takes {'/'.join([column, *steps])}, which is not what it is called"
    found = _reached(schema, column, steps)
    if found is None:
        return f"there is no column {'/'.join([column, *steps])}"
    return "" if TYPES[leaf["dataType"]](found) else f"says {leaf['dataType']}; the column holds {found}"


def _reached(schema: pa.Schema, column: str, steps: list[str]) -> pa.DataType | None:
    if column not in schema.names:
        return None
    found = _element(schema.field(column).type)
    for step in steps:
        if not pa.types.is_struct(found) or found.get_field_index(step) < 0:
            return None
        found = _element(found.field(step).type)
    return found


def _paths(columns: Any, prefix: str = "") -> Iterator[str]:
    """Every leaf of a schema or a struct."""
    for field in columns:
        found = _element(field.type)
        if pa.types.is_struct(found):
            yield from _paths(found, f"{prefix}{field.name}/")
        else:
            yield f"{prefix}{field.name}"


def _element(found: pa.DataType) -> pa.DataType:
    """Below a list each step is taken in every element."""
    return _element(found.value_type) if pa.types.is_list(found) else found
