"""One record has one form in Arrow, whichever way it gets there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.schemas import Schemas
from copydesk.schemas.arrow import NoColumns
from copydesk.testing import a_link, an_article

PACKAGED = Schemas.packaged()
IN_JSON = ("annotation", "manifest", "release")  # hold objects whose fields depend on layer or project
COLUMNAR = [name for name in PACKAGED if name not in IN_JSON]


def without_nullability(kind: pa.DataType) -> Any:
    """``datasets`` declares everything nullable; the types are otherwise to be the same."""
    if pa.types.is_struct(kind):
        return {field.name: without_nullability(field.type) for field in kind}
    if pa.types.is_list(kind):
        return [without_nullability(kind.value_type)]
    return kind


@pytest.mark.parametrize("name", COLUMNAR)
def test_arrow_and_features_agree_on_names_order_and_types(name: str) -> None:
    ours, theirs = PACKAGED.arrow(name), PACKAGED.features(name).arrow_schema
    assert ours.names == theirs.names
    assert [without_nullability(kind) for kind in ours.types] == [without_nullability(kind) for kind in theirs.types]


@pytest.mark.parametrize(("name", "record"), [("article", an_article()), ("link", a_link("art-1", "art-2"))])
def test_a_record_survives_arrow_parquet_and_datasets(name: str, record: dict[str, Any], tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([record], schema=PACKAGED.arrow(name)), tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [record]
    loaded = datasets.Dataset.from_list([record], features=PACKAGED.features(name))
    assert loaded[0] == record
    assert loaded.data.table.cast(PACKAGED.arrow(name)).to_pylist() == [record]


def test_a_file_says_what_it_holds() -> None:
    assert PACKAGED.arrow("article").metadata == {b"schema": b"article", b"schema_version": b"1"}


def test_what_may_be_absent_is_nullable_and_nothing_else() -> None:
    article = PACKAGED.arrow("article")
    assert article.field("title").nullable
    assert not article.field("article_id").nullable
    assert not article.field("rights").type.field("license").nullable


def test_a_label_is_a_class_with_its_name_beside_it() -> None:
    features = PACKAGED.features("rows/stance")
    assert features["label"] == datasets.ClassLabel(names=["against", "neutral", "favor", "none"])
    assert features["label_name"] == datasets.Value("string")


@pytest.mark.parametrize("name", IN_JSON)
def test_an_open_object_has_no_columns(name: str) -> None:
    with pytest.raises(NoColumns):
        PACKAGED.arrow(name)
