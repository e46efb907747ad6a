"""``copydesk.toml``: what it says is taken as said, and what nobody reads is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.errors import BadConfig, NotAProject, UnknownKey
from copydesk.project import Project, Waiver
from copydesk.testing import a_project


def configured(folder: Path, text: str) -> Project:
    (folder / "copydesk.toml").write_text(text, encoding="utf-8")
    return Project.open(folder)


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    project = configured(tmp_path, 'name = "tiny"')
    assert (project.splits.policy, project.splits.train) == ("hash", 0.8)
    assert project.labeling_settings.layers == ("entities", "stance", "claims")
    assert project.hub_repo is None


def test_a_project_is_found_from_a_folder_inside_it(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    assert Project.open(project.dataset / "raw").root == project.root


def test_no_project_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotAProject, match=str(tmp_path)) as caught:
        Project.open(tmp_path)
    assert "copydesk init" in caught.value.hint


@pytest.mark.parametrize(
    ("line", "where", "near"),
    [
        ("languagess = []", "copydesk.toml", "languages"),
        ("[splits]\ntrian = 0.8", "copydesk.toml [splits]", "train"),
        ("[labeling]\nredundant = 2", "copydesk.toml [labeling]", "redundancy"),
        ('[[release.waivers]]\nwhat = "x"\nwhy = "y"\nreason = "z"', "[[waivers]] no. 1", "what"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path, line: str, where: str, near: str) -> None:
    with pytest.raises(UnknownKey) as caught:
        configured(tmp_path, f'name = "tiny"\n{line}')
    assert where in caught.value.message
    assert near in caught.value.hint


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'name' is missing"),
        ("name = 3", "'name' must be a string, not an integer"),
        ('name = "a b"', "must be ASCII letters"),
        ('name = ".."', "must be ASCII letters"),
        ('name = "a"\n[splits]\ntrain = nan', "sum to 1"),
        ('name = "a"\n[hub]\nrepo = "a b"', "ORG/NAME"),
        ('name = "a"\n[splits]\ntrain = 0.5', "sum to 1"),
        ('name = "a"\n[splits]\ntrain = true', "must be an integer or a float, not true or false"),
        ('name = "a"\n[splits]\npolicy = "random"', "'random'"),
        ('name = "a"\n[labeling]\nredundancy = 0', "at least 1"),
        ('name = "a"\n[labeling]\nmodel = 0.5', "a probability above 0.5"),
        ('name = "a"\n[labeling]\nlayers = []', "one at least"),
        ('name = "a"\n[labeling]\nlayers = ["claims", "claims"]', "each layer once"),
        ('name = "a"\nlanguages = ["English"]', "languages names 'English'"),
        ('name = "a"\n[labeling]\nmodel = true', "must be an integer or a float"),
        ('name = "a"\n[release]\nwithhold_labels = ["dev"]', "'dev'"),
        ('name = "a"\n[[release.waivers]]\nwhat = "datasheet"\nreason = " "', "gives no reason"),
        ("name = ", "cannot be read as TOML"),
        ('name = "a"\nlanguages = [1]', "list of strings"),
    ],
)
def test_a_bad_setting_is_refused_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadConfig, match=r"copydesk\.toml") as caught:
        configured(tmp_path, text)
    assert problem in caught.value.message


def test_a_config_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(BadConfig, match="cannot be read as TOML"):
        Project.open(tmp_path)


def test_a_waiver_covers_its_name_and_all_below_it() -> None:
    waiver = Waiver("datasheet", "not yet written")
    assert waiver.covers("datasheet")
    assert waiver.covers("datasheet.uses.already")
    assert not waiver.covers("datasheets")


def test_private_folders_differ_by_place_and_stand_outside_the_project(tmp_path: Path) -> None:
    one, other = a_project(tmp_path / "a" / "corpus"), a_project(tmp_path / "b" / "corpus")
    assert one.private != other.private
    assert not one.private.is_relative_to(one.root)
