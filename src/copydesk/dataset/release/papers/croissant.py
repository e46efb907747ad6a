"""Croissant: the release as machines read it, with responsible-AI properties and lineage.

In:  a summary of the release.
Out: ``croissant.json``, Croissant 1.1 and RAI 1.0: a file object with digest per shard, a file set and a record set per
config, fields from the row schemas, PROV terms for raw → article → answer → gold → row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers import lineage, responsible, shapes
from copydesk.dataset.release.papers.summary import Summary
from copydesk.schemas.fields import kind_of

Node = dict[str, Any]

PARQUET = "application/x-parquet"  # mlcroissant reads no other name for it
_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}
_CROISSANT = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty"),
    *("fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{name: f"cr:{name}" for name in _CROISSANT},
}


def render(summary: Summary) -> str:
    """The release as JSON-LD."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document(summary), option=options).decode()


def document(summary: Summary) -> Node:
    """The release as a node."""
    facts = summary.facts
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": facts.name,
        "alternateName": facts.title or facts.name,
        "description": facts.description or facts.title or facts.name,
        "version": facts.version,
        "datePublished": facts.released_at,
        "citeAs": _citation(facts),
        "license": facts.license,
        "inLanguage": list(facts.languages),
        "isLiveDataset": False,
        **responsible.properties(summary),
        **lineage.of_dataset(summary),
        "distribution": _files(facts),
        "recordSet": [_record_set(facts, config) for config in facts.configs],
    }


def _citation(facts: ReleaseFacts) -> str:
    title = (facts.title or facts.name).replace("{", "(").replace("}", ")")
    year = facts.released_at[:4]
    return (
        f"@misc{{{facts.name}-{facts.version}, title = {{{title}}}, version = {{{facts.version}}}, year = {{{year}}}}}"
    )


def _files(facts: ReleaseFacts) -> list[Node]:
    shards = [
        {
            "@type": "cr:FileObject",
            "@id": shard.path,
            "name": shard.path,
            "contentUrl": shard.path,
            "contentSize": f"{shard.bytes} B",
            "encodingFormat": PARQUET,
            "sha256": shard.sha256,
        }
        for shard in facts.shards
    ]
    # No containedIn: the set is taken from the folder that this file is in.
    sets = [
        {
            "@type": "cr:FileSet",
            "@id": _set_id(config),
            "name": _set_id(config),
            "encodingFormat": PARQUET,
            "includes": f"data/{config}/*.parquet",
        }
        for config in facts.configs
    ]
    return shards + sets


def _record_set(facts: ReleaseFacts, config: str) -> Node:
    schema = shapes.row_schema(facts, config)
    columns = schema["properties"].items()
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": f"{schema['description']} {facts.n_rows(config)} rows.",
        "field": [_field(config, name, rule, column=name) for name, rule in columns],
        **lineage.of_config(facts, config),
    }


def _field(config: str, path: str, rule: Node, column: str, steps: Sequence[str] = ()) -> Node:
    """A field and those below it.

    ``steps`` lead from the column's value to this field. Below a list each step is taken in every element, so a list
    of structs becomes a repeated field whose sub-fields each pick one key.
    """
    inner, repeated = _innermost(rule)
    node: Node = {"@type": "cr:Field", "@id": f"{config}/{path}", "name": f"{config}/{path}"}
    node["description"] = _described(rule, inner)
    if repeated:
        node["repeated"] = True
    if "properties" in inner:
        below = inner["properties"].items()
        node["subField"] = [_field(config, f"{path}/{key}", each, column, [*steps, key]) for key, each in below]
        return node
    node["dataType"] = _TYPES[kind_of(inner)[0]]
    node["source"] = {"fileSet": {"@id": _set_id(config)}, "extract": {"column": column}}
    if steps:
        node["source"]["transform"] = [{"jsonPath": f"$.{step}"} for step in steps]
    return node


def _innermost(rule: Node) -> tuple[Node, bool]:
    return (rule["items"], True) if "items" in rule else (rule, False)


def _described(rule: Node, inner: Node) -> str:
    """The schema's words, with the names of a ClassLabel's indices."""
    names = inner.get("x-labels")
    indices = ", ".join(f"{index} {name}" for index, name in enumerate(names)) if names else ""
    return f"{rule['description']} Indices: {indices}." if names else str(rule["description"])


def _set_id(config: str) -> str:
    return f"{config}-files"
