"""Who holds the sources puts a public release's words back, and proves them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.dataset.hub import NotCleared, publish
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.hydrate import hydrate
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.write import release
from copydesk.errors import CopydeskError
from copydesk.project import CONFIG, Project
from copydesk.testing import a_project
from copydesk.testing.corpora import PLACES, WAIVED, label

NOW = "2026-01-02T00:00:00Z"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Real raw files through the real build, labelled; 1.0.0 cut for both audiences."""
    story = (
        "Fire in {0}\n\nA café in {0} burnt down on Monday, the city’s fire brigade said.\n"
        "“All guests are safe,” Mayor Ada Berg said.\n"
    )
    texts = {
        f"story{n}": story.format(place) + f"It was fire number {n} in a year.\n" for n, place in enumerate(PLACES[:5])
    }
    project = a_project(tmp_path_factory.mktemp("hydrate") / "news", **texts)
    settings = project.root / CONFIG
    files.write_text(settings, settings.read_text() + WAIVED)
    project = Project.load(project.root)
    assert build(project, jobs=1, progress=quiet).kept == 5
    label(project)
    assert release(project, "1.0.0", now=NOW).path
    assert release(project, "1.0.0", audience="public", now=NOW).path
    return project


@pytest.fixture
def copies(project: Project, tmp_path: Path) -> Path:
    """The reader's own copies, under names of their own."""
    folder = tmp_path / "mine"
    for n, path in enumerate(sorted((project.dataset / "raw/articles").glob("*.txt"))):
        (folder / "deep").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / f"deep/copy-{n}.txt")
    return folder


def test_a_hydrated_copy_is_the_local_release(project: Project, copies: Path, tmp_path: Path) -> None:
    done = hydrate(project.dist / "news-1.0.0-public", copies, tmp_path / "full")
    assert (done.hydrated, done.missing, done.differing, done.issues) == (5, (), (), ())
    assert verify(tmp_path / "full").ok
    assert (tmp_path / "full/SHA256SUMS").read_bytes() == (project.dist / "news-1.0.0/SHA256SUMS").read_bytes()


def test_what_the_reader_does_not_have_stays_withheld_and_is_named(
    project: Project, copies: Path, tmp_path: Path
) -> None:
    (copies / "deep/copy-2.txt").unlink()
    done = hydrate(project.dist / "news-1.0.0-public", copies, tmp_path / "part")
    assert (done.hydrated, len(done.missing), done.issues) == (4, 1, ())
    texts = {row["article_id"]: row["text"] for row in ReleaseFacts.read(tmp_path / "part").rows("articles")}
    assert [article_id for article_id, text in texts.items() if text is None] == list(done.missing)
    with pytest.raises(NotCleared):
        publish(tmp_path / "part", "org/name")


def test_a_copy_that_differs_gets_no_labels_that_would_not_fit(project: Project, copies: Path, tmp_path: Path) -> None:
    (copies / "raw/articles").mkdir(parents=True)
    there = project.dataset / "raw/articles/story2.txt"
    (copies / "deep/copy-2.txt").unlink()
    (copies / "raw/articles/story2.txt").write_text(there.read_text().replace("Monday", "Tuesday night"))
    done = hydrate(project.dist / "news-1.0.0-public", copies, tmp_path / "part")
    assert (done.hydrated, done.missing, len(done.differing)) == (4, (), 1)
    assert verify(tmp_path / "part").ok


def test_other_texts_put_nothing_back(project: Project, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/story.txt").write_text("Something else happened in Bergen today, and nobody was hurt.\n")
    done = hydrate(project.dist / "news-1.0.0-public", tmp_path / "other", tmp_path / "none")
    assert (done.hydrated, len(done.missing)) == (0, 5)


def test_wrong_folders_are_told(project: Project, copies: Path, tmp_path: Path) -> None:
    public = project.dist / "news-1.0.0-public"
    with pytest.raises(CopydeskError, match="raw files"):
        hydrate(public, tmp_path / "nowhere", tmp_path / "to")
    with pytest.raises(CopydeskError, match="there already"):
        hydrate(public, copies, copies)
    with pytest.raises(CopydeskError, match=r"manifest\.json"):
        hydrate(copies, copies, tmp_path / "to")
    assert not (tmp_path / "to").exists()
