"""Columns from records: what pyarrow makes of the same records, and the same file."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.dataset import columns

ITEM = pa.struct([pa.field("n", pa.int64()), pa.field("words", pa.list_(pa.string()))])
SCHEMA = pa.schema(
    [
        pa.field("text", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("sure", pa.float64()),
        pa.field("is_gold", pa.bool_()),
        pa.field("item", ITEM),
        pa.field("items", pa.list_(ITEM)),
    ]
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
item = st.none() | st.fixed_dictionaries(
    {"n": st.none() | st.integers(-(2**63), 2**63 - 1), "words": st.lists(words | st.none(), max_size=3)}
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "text": words,
            "name": st.none() | words,
            "sure": st.none() | st.floats(allow_nan=False),
            "is_gold": st.none() | st.booleans(),
            "item": item,
            "items": st.none() | st.lists(item, max_size=3),
        }
    ),
    max_size=12,
)


def written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


@settings(max_examples=100, deadline=None)
@given(rows)
def test_columns_are_those_that_pyarrow_makes(found: list[dict[str, Any]]) -> None:
    table = columns.table(found, SCHEMA)
    table.validate(full=True)
    theirs = pa.Table.from_pylist(found, SCHEMA)
    assert table.equals(theirs) and written(table) == written(theirs)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, pa.bool_()),
        (True, pa.int64()),
        (True, pa.float64()),
        ("5", pa.int64()),
        (1.7, pa.int64()),
        (5, pa.string()),
        ("ab", pa.list_(pa.string())),
        ("ab", ITEM),
        ([{"n": "5", "words": []}], pa.list_(ITEM)),
    ],
)
def test_a_value_of_another_kind_is_refused_not_changed(value: object, kind: pa.DataType) -> None:
    with pytest.raises(TypeError):
        columns.table([{"a": None}, {"a": value}], pa.schema([("a", kind)]))
