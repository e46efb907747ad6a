"""A diff says which rows came, went and changed, and what became of the labels."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from copydesk import files
from copydesk.dataset import parquet
from copydesk.dataset.release.diff import Diff, diff
from copydesk.dataset.release.facts import MANIFEST, BrokenRelease, NotARelease
from copydesk.schemas import Schemas
from copydesk.views import View
from copydesk.views import releases as views
from released import a_release, rows

SCHEMAS = Schemas.packaged()
Rows = dict[str, list[dict[str, Any]]]


def changed(tmp_path: Path, **new: list[dict[str, Any]]) -> Diff:
    """The diff from the small release to one in which some configs have other rows."""
    a_release(tmp_path / "old")
    a_release(tmp_path / "new")
    listed = files.read_json(tmp_path / "new" / MANIFEST)
    for entry in listed["files"]:
        config = entry["path"].split("/")[1]
        if config in new:
            parquet.write(tmp_path / "new" / entry["path"], new[config], SCHEMAS.arrow(f"rows/{config}"))
            entry["rows"] = len(new[config])
    files.write_json(tmp_path / "new" / MANIFEST, listed | {"version": "2.0.0"})
    return diff(tmp_path / "old", tmp_path / "new")


def test_the_same_release_calls_for_a_patch(tmp_path: Path) -> None:
    found = changed(tmp_path)
    assert (found.bump, found.is_empty) == ("patch", True)
    assert {name: config["added"] + config["changed"] for name, config in found.summary()["configs"].items()} == (
        dict.fromkeys(("articles", "annotations", "claims", "entities", "families", "stance"), 0)
    )


def test_the_text_says_what_became_of_labels_and_splits_and_on_demand_of_every_row(tmp_path: Path) -> None:
    (claim,) = rows()["claims"]
    found = changed(tmp_path, claims=[claim, claim | {"span_id": "unit-" + "d" * 16, "start": 2}])
    short, whole = (printed(views.diff(found, whole=whole)) for whole in (False, True))
    assert re.search(r"labels in +gained +lost +relabelled", short) and re.search(r"claims +1 +0 +0\n", short)
    assert re.search(r"claims +train +1 +2\n", short)
    row = f"claims + unit-{'d' * 16}"
    assert "-v names the rows" in short and row not in short and row in whole


def printed(view: View) -> str:
    out = Console(file=StringIO(), width=120)
    view(out)
    return re.sub(r" +\n", "\n", out.file.getvalue())  # type: ignore[attr-defined]


def test_tool_version_and_settings_digest_are_no_change(tmp_path: Path) -> None:
    articles = rows()["articles"]
    for article in articles:
        article["provenance"] |= {"tool_version": "9", "config_sha256": "0" * 64}
    assert changed(tmp_path, articles=articles).is_empty


def test_a_further_row_calls_for_a_minor_step(tmp_path: Path) -> None:
    (claim,) = rows()["claims"]
    found = changed(tmp_path, claims=[claim, claim | {"span_id": "unit-" + "d" * 16, "start": 2}])
    assert found.bump == "minor"
    assert found.as_json()["rows"]["claims"]["added"] == ["unit-" + "d" * 16]
    assert found.configs["claims"].labels == {"gained": 1, "lost": 0, "relabelled": 0}


def test_a_row_that_went_calls_for_a_major_step(tmp_path: Path) -> None:
    found = changed(tmp_path, annotations=rows()["annotations"][:1])
    assert (found.bump, len(found.configs["annotations"].removed)) == ("major", 1)
    assert found.configs["annotations"].labels is None


def test_spans_gained_lost_and_relabelled_are_counted_one_by_one(tmp_path: Path) -> None:
    (row,) = rows()["entities"]
    first, second = row["spans"]
    moved = second | {"start": 25}
    found = changed(tmp_path, entities=[row | {"spans": [first | {"label": 1, "label_name": "ORG"}, moved]}])
    assert found.bump == "major"
    assert found.configs["entities"].changed[0].fields == ("spans",)
    assert found.configs["entities"].labels == {"gained": 1, "lost": 1, "relabelled": 1}


def test_an_article_that_moved_to_another_family_or_split_is_named(tmp_path: Path) -> None:
    first, second = rows()["articles"]
    found = changed(tmp_path, articles=[first, second | {"family_id": "fam-" + "2" * 16, "split": "test"}])
    before, after = "fam-" + "1" * 16, "fam-" + "2" * 16
    assert found.moved("family_id") == [{"article_id": second["article_id"], "before": before, "after": after}]
    assert found.summary()["splits_moved"] == 1


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenRelease, match="rows of articles are out of order"):
        changed(tmp_path, articles=rows()["articles"][::-1])


def test_what_is_no_release_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(NotARelease):
        diff(tmp_path, tmp_path)
