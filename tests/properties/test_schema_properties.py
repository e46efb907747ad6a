"""On whatever JSON may hold, both validators say the same, columns lose nothing, and no record makes a traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import datasets
import jsonschema
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.schemas import RECORDS, Schemas
from copydesk.schemas.fields import kind_of
from copydesk.schemas.meaning import check_annotation, check_article
from copydesk.schemas.meaning.spans import check_quote
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article
from copydesk.validate import validate

SCHEMAS = Schemas.packaged()
NAMES = [*RECORDS, *SCHEMAS.layers, "rows/claims", "rows/stance"]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
integers = st.integers(-(2**53), 2**53)
scalars = st.none() | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False) | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


def records(rule: dict[str, Any], odd: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[Any]:
    """Values that keep ``rule``; with ``odd``, some part may be one of these instead."""
    kind, nullable = kind_of(rule)
    if "const" in rule:
        made: st.SearchStrategy[Any] = st.just(rule["const"])
    elif "enum" in rule:
        made = st.sampled_from([value for value in rule["enum"] if value is not None])
    elif kind == "object":
        made = st.fixed_dictionaries({key: records(each, odd) for key, each in rule.get("properties", {}).items()})
    elif kind == "array":
        unique = json.dumps if rule.get("uniqueItems") else None
        made = st.lists(records(rule["items"], odd), min_size=rule.get("minItems", 0), max_size=3, unique_by=unique)
    else:
        made = _scalar(kind, rule)
    made = st.none() | made if nullable else made
    return made if odd is None else st.one_of(*[made] * 9, odd)


def _scalar(kind: str, rule: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "pattern" in rule:
        return st.from_regex(rule["pattern"].replace(r"$(?!\n)", r"\Z"))
    if kind == "string":
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=rule.get("minLength", 0), max_size=40)
    low, high = rule.get("minimum"), rule.get("maximum")
    if kind == "integer":
        return st.integers(low or 0, high or 2**53)
    return st.booleans() if kind == "boolean" else st.floats(low, high, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("name", NAMES)
def test_both_validators_agree_on_generated_records(name: str) -> None:
    reference = jsonschema.Draft202012Validator(SCHEMAS.composed(name))

    @given(records(SCHEMAS[name], anything) | records(SCHEMAS[name]) | anything)
    @settings(max_examples=40, deadline=None)
    def agree(record: Any) -> None:
        quick = SCHEMAS.is_valid(name, record)
        assert quick == reference.is_valid(record) == (not SCHEMAS.check(name, record, ""))

    agree()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("annotation", "manifest", "release")])
def test_a_record_that_keeps_its_schema_comes_through_columns_unchanged(name: str) -> None:
    columns, features = SCHEMAS.arrow(name), SCHEMAS.features(name)

    @given(records(SCHEMAS[name]))
    @settings(max_examples=15, deadline=None)
    def unchanged(record: dict[str, Any]) -> None:
        assert SCHEMAS.check(name, record, "") == []
        table = pa.Table.from_pylist([record], schema=columns)
        assert table.to_pylist() == [record]
        assert datasets.Dataset(table.cast(features.arrow_schema))[0] == record

    unchanged()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200), st.data())
@settings(deadline=None)
def test_a_quote_is_right_where_it_was_taken_and_nowhere_else(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article, quote = an_article(text), quoted(text, start, end)
    assert list(check_quote(quote, article, "$", "")) == []
    by = data.draw(st.integers(-3, 3))
    moved = quote | {"start": max(0, start + by), "end": max(1, end + by)}
    same = quoted(text, moved["start"], moved["end"]) == moved and moved["end"] <= len(text)
    assert (list(check_quote(moved, article, "$", "")) == []) == same


@given(records(SCHEMAS["article"]))
@settings(max_examples=60, deadline=None)
def test_the_meaning_of_any_well_formed_article_can_be_looked_at(article: dict[str, Any]) -> None:
    for issue in check_article(article):
        assert issue.where == article["article_id"]


@pytest.mark.parametrize("name", list(SCHEMAS.layers))
def test_the_meaning_of_any_well_formed_answer_can_be_looked_at(name: str) -> None:
    article = an_article("Rain in Oslo.")

    @given(records(SCHEMAS[name]))
    @settings(max_examples=40, deadline=None)
    def look(value: dict[str, Any]) -> None:
        check_annotation(an_annotation(article, name, value=value), SCHEMAS.layers[name], article)

    look()


@given(st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()), st.sampled_from(NAMES))
@settings(max_examples=80, deadline=None)
def test_no_file_makes_a_traceback(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".jsonl", ".json", ".parquet"):
            path = Path(folder) / f"any{suffix}"
            path.write_bytes(content)
            found = validate(None, [path], schema=name)
            assert all(issue.where.startswith(str(path)) for issue in found.issues)
