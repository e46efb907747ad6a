"""The real ``load_dataset`` on a release: every config and split, streamed too, and never another release's rows."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest

from copydesk.dataset import hub
from copydesk.dataset.hub import UnknownConfig
from copydesk.dataset.release.facts import NotARelease, ReleaseFacts
from copydesk.dataset.release.write import release
from copydesk.labeling import layers
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing.corpora import a_labelled_project, a_story, label, put_articles

CONFIGS = ("articles", "annotations", "claims", "entities", "families", "stance")
NOW = "2026-01-02T00:00:00Z"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = a_labelled_project(tmp_path_factory.mktemp("load") / "news", 20)
    assert release(project, "1.0.0", now=NOW).path is not None
    return project


@pytest.fixture(scope="module")
def folder(project: Project) -> Path:
    return project.dist / "news-1.0.0"


@pytest.fixture
def cache(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


@pytest.mark.parametrize("config", CONFIGS)
def test_every_config_loads_with_the_rows_of_its_shards(folder: Path, config: str, cache: str) -> None:
    facts = ReleaseFacts.read(folder)
    loaded = datasets.load_dataset(str(folder), config, cache_dir=cache)
    assert {split: rows.num_rows for split, rows in loaded.items()} == facts.counts[config]
    assert min(facts.counts[config].values()) > 0
    for split, rows in loaded.items():
        assert rows.features == Schemas.packaged().features(f"rows/{config}")
        assert list(rows) == list(facts.rows(config, split))


@pytest.mark.parametrize("config", CONFIGS)
def test_streaming_gives_the_same_rows(folder: Path, config: str, cache: str) -> None:
    facts = ReleaseFacts.read(folder)
    for split in facts.counts[config]:
        streamed = datasets.load_dataset(str(folder), config, split=split, streaming=True, cache_dir=cache)
        assert list(streamed) == list(facts.rows(config, split))


def test_articles_are_the_default_config(folder: Path, cache: str) -> None:
    assert "text" in datasets.load_dataset(str(folder), cache_dir=cache)["train"].column_names


def test_labels_are_numbers_with_names(folder: Path, cache: str) -> None:
    rows = datasets.load_dataset(str(folder), "stance", split="train", cache_dir=cache)
    feature = rows.features["label"]
    assert feature.names == list(layers.read(folder.parents[1] / "labeling/stance").labels)
    assert {feature.int2str(row["label"]) for row in rows} == {row["label_name"] for row in rows} == {"neutral"}


def test_what_cannot_be_loaded_says_what_can(folder: Path) -> None:
    with pytest.raises(UnknownConfig, match="no config 'claim'; it has articles, annotations, claims, entities"):
        hub.load(folder, "claim")
    with pytest.raises(NotARelease, match=r"news-1\.0\.1 is not there"):
        hub.load(folder.with_name("news-1.0.1"))


def test_two_versions_in_one_cache_are_not_mixed_up(project: Project, folder: Path, cache: str) -> None:
    """``load_dataset`` serves stale rows when neither version nor file names tell two folders apart."""
    before = datasets.load_dataset(str(folder), "articles", cache_dir=cache)
    put_articles(project, [a_story(number) for number in range(24)], [(0, 1)])
    label(project)
    second = release(project, "1.1.0", now=NOW).path
    after = datasets.load_dataset(str(second), "articles", cache_dir=cache)
    assert sum(before.num_rows.values()) == 20
    assert sum(after.num_rows.values()) == 24


def test_the_same_folder_name_with_other_rows_is_not_served_stale(tmp_path: Path, cache: str) -> None:
    """Two projects of one name, each with a version 1.0.0 of its own."""
    totals = []
    for place, n in (("one", 3), ("other", 5)):
        project = a_labelled_project(tmp_path / place / "news", n)
        folder = release(project, "1.0.0", now=NOW).path
        totals.append(sum(datasets.load_dataset(str(folder), "articles", cache_dir=cache).num_rows.values()))
    assert totals == [3, 5]
