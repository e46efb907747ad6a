"""What a row of each published config looks like, by the schemas that the release itself carries.

In:  ``schemas/`` of a release.
Out: row schemas, field tables, Features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.files import read_json
from copydesk.schemas import arrow
from copydesk.schemas.fields import Field
from copydesk.schemas.fields import fields as fields_of

if TYPE_CHECKING:
    import datasets


def row_schema(facts: ReleaseFacts, config: str) -> dict[str, Any]:
    """The schema of one row of ``config``, its properties in the order of the columns."""
    import pyarrow.parquet as pq

    schema: dict[str, Any] = read_json(facts.folder / "schemas" / "rows" / f"{config}.schema.json")
    shard = next((shard for shard in facts.shards if shard.config == config), None)
    return _like(schema, pq.read_schema(facts.folder / shard.path)) if shard else schema


def _like(rule: dict[str, Any], columns: Any) -> dict[str, Any]:
    """``rule`` with its properties ordered as the fields of an Arrow schema or type: JSON files sort their keys."""
    if "items" in rule:
        return rule | {"items": _like(rule["items"], columns.value_type)}
    if "properties" not in rule:
        return rule
    given = rule["properties"]
    ordered = {column.name: _like(given[column.name], column.type) for column in columns}
    return rule | {"properties": ordered}


def fields(facts: ReleaseFacts, config: str) -> list[Field]:
    """The fields of ``config`` as a table."""
    return list(fields_of(row_schema(facts, config)))


def features(facts: ReleaseFacts, config: str) -> datasets.Features:
    """The columns of ``config`` as ``datasets`` describes them."""
    return arrow.features(row_schema(facts, config))
