"""Records of an older version are read through pure steps; a newer one is refused with both versions named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.schemas import Schemas
from copydesk.schemas.upgrade import STEPS, NewerRecord, upgrade
from copydesk.testing import an_article
from copydesk.validate import validate


def renamed(record: dict[str, Any]) -> dict[str, Any]:
    """A step as one would be written: version 1 called ``reason`` ``why``."""
    return {("reason" if key == "why" else key): value for key, value in record.items()}


def shouted(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"reason": record["reason"].upper()}


HISTORY = {"removal": {1: renamed, 2: shouted}}
OLD = {"schema_version": 1, "why": "asked to"}


def test_an_older_record_goes_through_every_step_and_stays_as_it_was_itself() -> None:
    assert upgrade("removal", OLD, 3, steps=HISTORY) == {"schema_version": 3, "reason": "ASKED TO"}
    assert OLD == {"schema_version": 1, "why": "asked to"}


def test_a_current_record_is_left_alone() -> None:
    assert upgrade("removal", {"schema_version": 3, "why": "?"}, 3, steps=HISTORY) == {"schema_version": 3, "why": "?"}


def test_a_row_goes_by_the_version_of_its_file() -> None:
    assert upgrade("removal", {"why": "asked to"}, 3, version=1, steps=HISTORY) == {"reason": "ASKED TO"}


def test_a_newer_record_is_refused_with_both_versions() -> None:
    with pytest.raises(NewerRecord, match="removal has schema_version 4; this Copydesk reads up to 3"):
        upgrade("removal", {"schema_version": 4}, 3)


@pytest.mark.parametrize("version", [None, "1", True, 1.5, 0, -1])
def test_what_is_no_version_is_left_to_the_schema(version: Any) -> None:
    record = {"schema_version": version}
    assert upgrade("removal", record, 1) == record
    assert Schemas.packaged().check("removal", record, "")


def test_every_version_before_the_current_one_has_a_step() -> None:
    schemas = Schemas.packaged()
    for name in schemas:
        assert sorted(STEPS.get(name, {})) == list(range(1, schemas.version(name)))


def test_a_build_by_a_newer_copydesk_is_an_issue(tmp_path: Path) -> None:
    newer = Schemas.packaged().arrow("article").with_metadata({"schema": "article", "schema_version": "2"})
    pq.write_table(pa.Table.from_pylist([an_article()], schema=newer), tmp_path / "articles.parquet")
    (issue,) = validate(None, [tmp_path / "articles.parquet"]).issues
    assert (issue.code, issue.message) == (
        "newer-record",
        "article has schema_version 2; this Copydesk reads up to 1",
    )
