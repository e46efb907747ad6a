"""``layer.toml``: a layer is a folder; what its kind does not read is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.errors import BadConfig, UnknownKey, UnknownLayer
from copydesk.labeling import layers
from copydesk.project import Project
from copydesk.testing import a_project


def written(folder: Path, text: str) -> Path:
    layer = folder / "mood"
    layer.mkdir()
    (layer / "layer.toml").write_text(f'version = "1"\n{text}')
    return layer


def test_a_choice_layer_without_targets_asks_about_the_article(tmp_path: Path) -> None:
    layer = layers.read(written(tmp_path, 'kind = "choice"\nlabels = ["up", "down"]'))
    assert layer.target_ids == (None,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('kind = "choice"\nlabels = ["up"]', "at least two labels"),
        ('kind = "spans"\nevidence = true', "a spans layer does not read 'evidence'"),
        ('kind = "choice"\nlabels = ["a", "b"]\nlinked = "who"', "a choice layer does not read 'linked'"),
        ('kind = "spans"\nlabels = ["a", "a"]', "stands twice"),
        ('kind = "tree"', "'tree'"),
    ],
)
def test_settings_that_nothing_reads_are_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadConfig, match=r"labeling/mood/layer\.toml") as caught:
        layers.read(written(tmp_path, text))
    assert problem in caught.value.message


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownKey, match="lables"):
        layers.read(written(tmp_path, 'kind = "spans"\nlables = []'))


def test_layers_come_in_the_projects_order_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    assert [layer.name for layer in layers.load(project, ["claims", "entities"])] == ["entities", "claims"]
    with pytest.raises(UnknownLayer, match="this project has entities, stance, claims"):
        layers.load(project, ["mood"])


def test_a_layer_without_a_folder_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    config = project.root / "copydesk.toml"
    config.write_text(config.read_text().replace('"claims"]', '"claims", "mood"]'))
    with pytest.raises(BadConfig, match="'mood'") as caught:
        layers.load(Project.load(project.root))
    assert "claims, entities, stance" in caught.value.hint
