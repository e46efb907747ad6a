"""Documents of a release: every number computed, every edit found."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from copydesk.dataset.release import papers
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers.writing import ReportDiffers
from released import a_release, edit


@pytest.fixture
def facts(tmp_path: Path) -> ReleaseFacts:
    return a_release(tmp_path / "weather-1.0.0")


def written(facts: ReleaseFacts) -> Path:
    """The release with its documents."""
    for path, data in papers.documents(facts).items():
        target = facts.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return facts.folder


def test_documents_are_the_same_bytes_twice(facts):
    assert papers.documents(facts) == papers.documents(ReleaseFacts.read(facts.folder))


def test_documents_of_a_release_pass_their_check(facts):
    assert papers.check(written(facts), facts) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("README.md", "| `articles` | 2 |", "| `articles` | 3 |"),
        ("README.md", "num_examples: 2", "num_examples: 3"),
        ("DATASHEET.md", "2 of 2", "1 of 2"),
        ("DATASHEET.md", "To test.", "To sell."),
        ("croissant.json", "One article with its gold spans. 1 rows", "One article with its gold spans. 2 rows"),
        ("CHANGELOG.md", "`articles`: 2 rows", "`articles`: 9 rows"),
    ],
)
def test_an_edited_number_is_named_with_file_and_line(facts, path, old, new):
    folder = written(facts)
    edit(folder / path, old, new)
    (issue,) = papers.check(folder, facts)
    assert issue.code == "paper-differs"
    assert issue.where.startswith(f"{path}:")
    assert new.split()[-1].strip("`|") in issue.message or new in issue.message


def test_a_missing_document_is_named(facts):
    folder = written(facts)
    (folder / "DATASHEET.md").unlink()
    assert [(issue.code, issue.where) for issue in papers.check(folder, facts)] == [("paper-missing", "DATASHEET.md")]


def test_card_front_matter_loads_every_config_with_its_version(facts):
    front = yaml.safe_load(papers.documents(facts)["README.md"].decode().split("---\n")[1])
    assert [config["config_name"] for config in front["configs"]] == list(facts.configs)
    assert {config["version"] for config in front["configs"]} == {"1.0.0"}
    assert [config["config_name"] for config in front["configs"] if config.get("default")] == ["articles"]
    named = [path for config in front["configs"] for split in config["data_files"] for path in split["path"]]
    assert named == [shard.path for shard in sorted(facts.shards, key=lambda s: (s.config != "articles", s))]


def test_columns_of_the_card_stand_in_the_order_of_the_files(facts):
    front = yaml.safe_load(papers.documents(facts)["README.md"].decode().split("---\n")[1])
    articles = next(info for info in front["dataset_info"] if info["config_name"] == "articles")
    assert [feature["name"] for feature in articles["features"]][:3] == ["article_id", "title", "text"]


def test_an_edit_in_a_release_of_another_version_is_found_in_its_passage(tmp_path):
    facts = a_release(tmp_path / "old", tools=[{"name": "copydesk", "version": "0.0.1"}])
    folder = written(facts)
    edit(folder / "README.md", "## Load it", "## How to load it")
    (warning,) = papers.check(folder, facts)
    assert (warning.code, warning.severity) == ("paper-other-version", "warning")
    edit(folder / "README.md", "| `articles` | 2 |", "| `articles` | 3 |")
    issue, _ = papers.check(folder, facts)
    assert (issue.code, issue.where.partition(":")[0]) == ("paper-differs", "README.md computed")


def test_report_is_where_it_was_written_and_is_made_when_missing(facts):
    folder = written(facts)
    path = papers.report(folder)
    page = path.read_bytes()
    path.unlink()
    assert papers.report(folder).read_bytes() == page


def test_an_edited_report_is_refused(facts):
    path = papers.report(written(facts))
    path.write_text(path.read_text().replace("Families", "Families?"))
    with pytest.raises(ReportDiffers):
        papers.report(facts.folder)
