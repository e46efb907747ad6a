"""What the card and Croissant promise is what the real readers load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.dataset.release import papers
from copydesk.dataset.release.facts import ReleaseFacts
from released import a_release

CONFIGS = ("articles", "entities", "stance", "claims", "annotations", "families")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> ReleaseFacts:
    facts = a_release(tmp_path_factory.mktemp("releases") / "weather-1.0.0")
    for path, data in papers.documents(facts).items():
        target = facts.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return facts


@pytest.fixture(scope="module")
def croissant(facts: ReleaseFacts) -> Any:
    import mlcroissant

    return mlcroissant.Dataset(jsonld=str(facts.folder / "croissant.json"))


def plain(value: Any) -> Any:
    """mlcroissant's record without its ways: bytes for text, paths for keys, nulls inside for a null list or struct."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return None if [plain(part) for part in value] == [None] else [plain(part) for part in value]
    if isinstance(value, dict):
        parts = {key.rpartition("/")[2]: plain(part) for key, part in value.items()}
        return parts if any(part is not None for part in parts.values()) else None
    return value


def test_croissant_is_valid_without_a_warning(croissant: Any) -> None:
    issues = croissant.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())


@pytest.mark.parametrize("config", CONFIGS)
def test_croissant_loads_the_rows_of_every_record_set(facts: ReleaseFacts, croissant: Any, config: str) -> None:
    records = [plain(record) for record in croissant.records(config)]
    for record in records if config == "articles" else ():
        # mlcroissant lays a list inside a struct beside the struct
        record["provenance"] |= {name: record.pop(name) for name in ("segments", "findings", "removed")}
    assert records == [plain(row) for row in facts.rows(config)] != []


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streaming"])
@pytest.mark.parametrize("config", CONFIGS)
def test_datasets_loads_every_config(facts: ReleaseFacts, config: str, streaming: bool, tmp_path: Path) -> None:
    from datasets import load_dataset

    loaded = load_dataset(str(facts.folder), config, split="train", streaming=streaming, cache_dir=str(tmp_path))
    assert list(loaded) == list(facts.rows(config))


def test_labels_load_as_class_labels_with_their_names(facts: ReleaseFacts, tmp_path: Path) -> None:
    from datasets import ClassLabel, load_dataset

    stance = load_dataset(str(facts.folder), "stance", split="train", cache_dir=str(tmp_path))
    label = stance.features["label"]
    assert isinstance(label, ClassLabel)
    assert label.int2str(stance[0]["label"]) == stance[0]["label_name"]
