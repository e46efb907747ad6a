"""The data changelog: one section per release, counted by the diff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.dataset.release.papers import changelog
from copydesk.dataset.release.papers.summary import Summary
from released import a_release

NOTHING = {"added": 0, "removed": 0, "changed": 0, "fields": {}, "fields_added": [], "fields_removed": []}


def changed(**configs: Any) -> dict[str, Any]:
    """The counts of a diff in which these configs differ."""
    return {
        "bump": "major",
        "old": "1.0.0",
        "new": "2.0.0",
        "configs": {"articles": NOTHING, "stance": NOTHING} | configs,
        "families_moved": 0,
        "splits_moved": 0,
        "splits": {"stance": {"train": {"before": 1, "after": 2}}},
    }


def summary(folder: Path, version: str, **manifest: Any) -> Summary:
    return Summary.of(a_release(folder / version, version=version, **manifest))


def test_the_first_release_lists_its_rows(tmp_path):
    assert "First release.\n\n- `articles`: 2 rows" in changelog.entry(summary(tmp_path, "1.0.0"))


def test_identical_rows_are_said_to_be_so():
    assert changelog.section(changed() | {"bump": "patch"}).startswith(
        "Against 1.0.0, a patch step. Rows are identical"
    )


def test_changed_rows_name_their_fields():
    relabelled = NOTHING | {"added": 1, "changed": 1, "fields": {"label": 1, "label_name": 1}}
    text = changelog.section(changed(stance=relabelled))
    assert "| `stance` | 1 | 0 | 1 | `label` 1, `label_name` 1 | – | – |" in text
    assert "`articles`" not in text
    assert "| `stance` | train | 1 | 2 |" in text


@pytest.mark.parametrize("again", [False, True])
def test_a_project_gathers_sections_newest_first_and_each_once(tmp_path, again):
    text = changelog.gathered("", summary(tmp_path, "1.0.0"))
    text = changelog.gathered(text, summary(tmp_path, "1.1.0"))
    if again:
        text = changelog.gathered(text, summary(tmp_path / "again", "1.1.0"))
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Changes of the data",
        "## 1.1.0 (2026-01-02)",
        "## 1.0.0 (2026-01-02)",
    ]
    assert text.count("First release.") == 2


def test_what_people_wrote_above_the_sections_stays(tmp_path):
    text = changelog.gathered("# Our data\n\nAsk Kari before you change labels.\n", summary(tmp_path, "1.0.0"))
    assert text.startswith("# Our data\n\nAsk Kari before you change labels.\n\n## 1.0.0 ")


def test_the_local_cut_stands_in_the_projects_changelog(project, tmp_path):
    corpus = project()
    for audience in ("public", "local", "public"):
        facts = a_release(tmp_path / audience, audience=audience, released_at=f"2026-01-0{len(audience)}T00:00:00Z")
        changelog.gather(corpus, facts)
    text = (corpus.dataset / "CHANGELOG.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## 1.0.0 (2026-01-05)"]
