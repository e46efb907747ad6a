"""Parquet files: the same rows back, and few bytes where labels change."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from copydesk.cycles import unsearched
from copydesk.dataset import build, parquet

SCHEMA = pa.schema(
    {
        "article_id": pa.string(),
        "text": pa.string(),
        "annotation_ids": pa.list_(pa.string()),
        "spans": pa.list_(pa.struct({"text": pa.string(), "annotation_ids": pa.list_(pa.string())})),
    }
)
ROWS = [
    {
        "article_id": f"art-{n:016x}",
        "text": f"Rain in Oslo {n}.",
        "annotation_ids": [f"ann-{n * 7919 % 65537:016x}", "ann-00000000000000ff"],
        "spans": [{"text": "Oslo", "annotation_ids": [f"ann-{n:016x}"]}, {"text": None, "annotation_ids": []}],
    }
    for n in range(300)
]


def columns(path: Path) -> dict[str, pq.ColumnChunkMetaData]:
    group = pq.ParquetFile(path).metadata.row_group(0)
    found = (group.column(number) for number in range(group.num_columns))
    return {column.path_in_schema: column for column in found}


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    parquet.write(tmp_path / "rows.parquet", ROWS, SCHEMA)
    assert parquet.read(tmp_path / "rows.parquet") == ROWS


def test_ids_of_answers_are_written_without_what_they_share_and_without_a_dictionary(tmp_path: Path) -> None:
    parquet.write(tmp_path / "rows.parquet", ROWS, SCHEMA)
    found = columns(tmp_path / "rows.parquet")
    ids = [name for name in found if "annotation_ids" in name]
    assert len(ids) == 2
    assert all("DELTA_BYTE_ARRAY" in found[name].encodings for name in ids)
    assert all("RLE_DICTIONARY" not in found[name].encodings for name in ids)
    assert "RLE_DICTIONARY" in found["article_id"].encodings


def test_no_words_stand_in_the_footer(tmp_path: Path) -> None:
    parquet.write(tmp_path / "rows.parquet", ROWS, SCHEMA)
    found = columns(tmp_path / "rows.parquet")
    assert {name for name in found if not found[name].is_stats_set} == {"text", "spans.list.element.text"}


def test_cycles_are_searched_again_after_a_block_that_was_spared_it() -> None:
    import gc

    assert gc.isenabled()
    with unsearched(), unsearched():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize(("links", "groups"), [(0, [0]), (2, [2]), (3, [3]), (4, [3, 1]), (6, [3, 3])])
def test_no_group_of_links_is_empty_but_that_of_none(
    links: int, groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "LINKS", 3)
    made = build._links(iter([{"band": "family"}] * links), build.Tally(), pa.schema([("band", pa.string())]))
    assert [group.num_rows for group in made] == groups
