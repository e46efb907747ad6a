"""``layer.toml``: a layer is a folder; what its kind does not read is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.console import quiet
from copydesk.errors import BadConfig, UnknownKey, UnknownLayer
from copydesk.labeling import layers, push
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
        ('kind = "choice"\nlabels = ["a", "b"]\noff_scale = ["nome"]', "off_scale names 'nome'"),
        ('kind = "spans"\nlabels = ["a", ""]', "'' is no label"),
        ('kind = "spans"\nlabels = ["a", "b "]', "'b ' is no label"),
        ('kind = "spans"\nlabels = ["A"]\nlinked = "a"', "'A' marks the linked span"),
        ('kind = "spans"\n[[attributes]]\nname = "text"\nlabels = ["x"]', "cannot be called 'text'"),
        ('kind = "spans"\n[[attributes]]\nname = "review_error"\nlabels = ["x"]', "cannot be called 'review_error'"),
        ('kind = "spans"\n[[attributes]]\nname = "How sure"\nlabels = ["x"]', "cannot be called 'How sure'"),
        ('kind = "spans"\n[[attributes]]\nname = "q"\nlabels = []', "'q' has no answers"),
        ('kind = "spans"\n[[attributes]]\nname = "q"\nlabels = ["x", "x"]', "stands twice in 'q'"),
        ('kind = "spans"\nlinked = "q"\n[[attributes]]\nname = "q"\nlabels = ["x"]', "have one name"),
    ],
)
def test_settings_that_nothing_reads_are_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadConfig, match=r"labeling/mood/layer\.toml") as caught:
        layers.read(written(tmp_path, text))
    assert problem in caught.value.message


@pytest.mark.parametrize("name", ["my-layer", "two words", "a.b", "Label", "1st"])
def test_a_name_that_no_record_may_have_is_refused_before_anybody_is_asked(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "layer.toml").write_text('version = "1"\nkind = "spans"\n')
    with pytest.raises(BadConfig, match=f"a layer cannot be called '{name}'"):
        layers.read(folder)


@pytest.mark.parametrize("version", ["", "1 0", "1/0", "1]"])
def test_a_version_that_would_hide_the_layers_desks_is_refused(tmp_path: Path, version: str) -> None:
    folder = written(tmp_path, 'kind = "spans"')
    (folder / "layer.toml").write_text(f'version = "{version}"\nkind = "spans"\n')
    with pytest.raises(BadConfig, match="is no version"):
        layers.read(folder)


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


def test_a_layer_whose_answers_no_schema_would_take_is_not_pushed(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    (project.root / "schemas/entities.schema.json").write_text("{,}")
    nobody: Any = None  # no server is asked
    with pytest.raises(BadConfig, match=r"schemas/entities\.schema\.json"):
        push.push(project, layers.load(project), studio=nobody, progress=quiet)
