"""Records of an older version are read through pure steps; a newer one is refused with both versions named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk import __version__, files
from copydesk.dataset import removals
from copydesk.dataset.release.diff import diff
from copydesk.dataset.release.facts import BrokenRelease, NewerRelease, ReleaseFacts
from copydesk.dataset.release.verify import verify
from copydesk.labeling import layers
from copydesk.labeling.annotations import history
from copydesk.schemas import Schemas, records
from copydesk.schemas.upgrade import STEPS, NewerRecord, upgrade
from copydesk.testing import a_project, an_annotation, an_article
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


def test_stages_read_older_record_files_through_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project(tmp_path / "news")
    path = project.dataset / "removals.jsonl"
    asked = {"article_id": "art-" + "0" * 16, "why": "asked to", "removed_at": "2026-01-01T00:00:00Z"}
    files.write_jsonl(path, [{"schema_version": 1, **asked}])
    before = path.read_bytes()
    monkeypatch.setitem(STEPS, "removal", {1: renamed})
    monkeypatch.setattr(records, "version", lambda name: 2)
    assert [(row["reason"], row["schema_version"]) for row in removals.read(project)] == [("asked to", 2)]
    assert path.read_bytes() == before


def test_stages_refuse_a_newer_record_file_by_name(tmp_path: Path) -> None:
    project = a_project(tmp_path / "news")
    files.write_jsonl(project.dataset / "removals.jsonl", [{"schema_version": 7, "article_id": "art-" + "0" * 16}])
    with pytest.raises(NewerRecord, match=r"dataset/removals\.jsonl: removal has schema_version 7.* up to 1"):
        removals.read(project)


def test_answers_of_a_newer_copydesk_are_refused_with_their_line(tmp_path: Path) -> None:
    layer = layers.load(a_project(tmp_path / "news"), ["stance"])[0]
    answer = an_annotation(an_article(), "stance", value={"label": "favor", "evidence": None})
    files.write_jsonl(layer.annotations, [answer, answer | {"schema_version": 2}])
    with pytest.raises(NewerRecord, match=r"labeling/stance/annotations\.jsonl:2: annotation has schema_version 2"):
        history(layer)


@pytest.mark.parametrize("use", [ReleaseFacts.read, verify, lambda folder: diff(folder, folder)])
def test_a_release_by_a_newer_copydesk_is_refused_with_both_versions(tmp_path: Path, use: Any) -> None:
    stated = {"schema_version": 2, "tools": [{"name": "copydesk", "version": "9.1.0"}]}
    files.write_json(tmp_path / "manifest.json", stated)
    with pytest.raises(NewerRelease, match=rf"Copydesk 9\.1\.0 \(manifest version 2\).*Copydesk {__version__}.* 1"):
        use(tmp_path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"schema_version":1}'])
def test_a_manifest_that_cannot_be_read_is_no_fault_of_ours(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(data)
    with pytest.raises(BrokenRelease, match="cannot be read") as refused:
        diff(tmp_path, tmp_path)
    assert "verify" in refused.value.hint
