"""Nobody behind a pseudonym is named in any file of a release, Parquet included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import released
from copydesk.dataset.release import identities
from copydesk.files import write_json, write_text
from copydesk.project import Project

KARI = {"email": "Kari.Nordmann@example.com", "password": "s3cret-word", "user_id": "4217"}


@pytest.fixture
def corpus(project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that knows who is behind ``ann-1``."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    made = project()
    write_json(made.private / identities.PEOPLE, {"http://127.0.0.1:8080": {"ann-1": KARI}})
    return made


def a_release(folder: Path, change: Callable[[dict[str, Any]], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = released.rows()
    change(rows)
    monkeypatch.setattr(released, "rows", lambda: rows)
    return released.a_release(folder).folder


def test_a_release_with_pseudonyms_only_is_clean(corpus, tmp_path):
    assert list(identities.search(released.a_release(tmp_path / "r").folder, corpus)) == []


@pytest.mark.parametrize("word", ["kari.nordmann@EXAMPLE.com", "s3cret-word"])
def test_a_document_that_names_somebody_is_named(corpus, tmp_path, word):
    folder = released.a_release(tmp_path / "r").folder
    write_text(folder / "README.md", f"Ask {word}.")
    (issue,) = identities.search(folder, corpus)
    assert (issue.code, issue.where) == ("annotator-named", "README.md")
    assert word not in str(issue)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows["articles"][0].update(text="By kari.nordmann@example.com"),
        lambda rows: rows["articles"][1].update(authors=["x", "KARI.NORDMANN@example.com"]),
        lambda rows: rows["entities"][0]["spans"][1].update(text="kari.nordmann@example.com"),
        lambda rows: rows["annotations"][1]["source"].update(project="of Kari.Nordmann@example.com"),
    ],
    ids=["text", "list", "list of structs", "struct"],
)
def test_every_text_column_is_searched(corpus, tmp_path, monkeypatch, change):
    (issue,) = identities.search(a_release(tmp_path / "r", change, monkeypatch), corpus)
    assert issue.where.endswith(".parquet")


def test_a_user_id_in_place_of_a_pseudonym_is_found(corpus, tmp_path, monkeypatch):
    folder = a_release(tmp_path / "r", lambda rows: rows["annotations"][0].update(annotator="4217"), monkeypatch)
    (issue,) = identities.search(folder, corpus)
    assert "user id" in issue.message


def test_a_project_that_knows_nobody_finds_nothing(project, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert list(identities.search(released.a_release(tmp_path / "r").folder, project())) == []
