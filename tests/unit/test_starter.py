"""A new project has the shape of this repository and none of its data."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.dataset import sources
from copydesk.labeling import layers
from copydesk.project import Project
from copydesk.starter import NotEmpty, init


def test_a_new_project_opens_and_has_three_layers(tmp_path: Path) -> None:
    project = Project.open(init(tmp_path / "My corpus!"))
    assert project.name == "My-corpus"
    assert [layer.name for layer in layers.load(project)] == ["entities", "stance", "claims"]


def test_whatever_is_put_into_its_folder_is_read_or_rejected(tmp_path: Path) -> None:
    project = Project.open(init(tmp_path / "corpus"))
    for name in ("a.txt", "deep/b.html", "c.csv", "notes.md", ".hidden"):
        (project.dataset / "raw/articles" / name).parent.mkdir(exist_ok=True)
        (project.dataset / "raw/articles" / name).write_text("Rain.")
    [source] = sources.load(project)
    found = sources.inputs(source, project.dataset)
    assert [each.path for each in found] == [f"raw/articles/{n}" for n in ("a.txt", "c.csv", "deep/b.html", "notes.md")]


def test_nobodys_answers_or_articles_come_along(tmp_path: Path) -> None:
    root = init(tmp_path / "corpus")
    assert not list(root.rglob("*.jsonl"))
    assert not [path for path in (root / "dataset/raw").rglob("*") if path.suffix == ".txt"]
    assert "China" not in "".join(path.read_text() for path in root.rglob("layer.toml"))


def test_what_is_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotEmpty, match=r"already holds notes\.txt"):
        init(tmp_path)
    with pytest.raises(NotEmpty):
        init(tmp_path / "notes.txt")


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert init(tmp_path) == tmp_path.resolve()
