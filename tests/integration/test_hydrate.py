"""Who holds the sources puts a public release's words back, and proves them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.dataset.hub import NotCleared, publish
from copydesk.dataset.release import parcels, shards
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.hydrate import LOCK, NoCopies, hydrate
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.write import release
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError
from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate, write
from copydesk.project import CONFIG, Project
from copydesk.testing import a_project, an_annotation
from copydesk.testing.corpora import PLACES, WAIVED, label
from copydesk.views import releases as views

ROOT = Path(__file__).parents[2]
NOW = "2026-01-02T00:00:00Z"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Real raw files through the real build, labelled; 1.0.0 cut for both audiences."""
    story = (
        "Fire in {0}\n\nA café in {0} burnt down on Monday evening, the city’s fire brigade said in a statement.\n"
        "“All guests are safe,” Mayor Ada Berg said on Tuesday, when the street was opened to traffic again.\n"
    )
    texts = {
        f"story{n}": story.format(place)
        + f"It was fire number {n} in a year, and nobody could tell yet how it had come about or what it cost.\n"
        for n, place in enumerate(PLACES[:5])
    }
    project = a_project(tmp_path_factory.mktemp("hydrate") / "news", **texts)
    settings = project.root / CONFIG
    files.write_text(settings, settings.read_text() + WAIVED)
    project = Project.load(project.root)
    assert build(project, jobs=1, progress=quiet).kept == 5
    label(project)
    overrule(project, "story0")
    with pytest.MonkeyPatch.context() as patched:  # several shards of each split
        patched.setattr(parcels, "TOGETHER", 1)
        patched.setattr(shards, "TEXT_PER_SHARD", 400)
        assert release(project, "1.0.0", now=NOW).path
        assert release(project, "1.0.0", audience="public", now=NOW).path
    assert len(list((project.dist / "news-1.0.0/data/articles").iterdir())) > 2
    return project


def overrule(project: Project, story: str) -> None:
    """Let an adjudicator decide one stance otherwise."""
    layer, articles = layers.load(project, ["stance"])[0], Store(project).by_id
    article = next(each for each in articles.values() if story in each["provenance"]["path"])
    answers = files.read_jsonl(layer.annotations)
    value = answers[0]["value"] | {"label": "favor", "evidence": None}
    word = an_annotation(article, "stance", annotator="ann-3", role="adjudicator", value=value)
    files.append_jsonl(layer.annotations, [word])
    write(layer, adjudicate(layer, [*answers, word], articles, redundancy=2))


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
    assert (done.hydrated, done.missing, done.differing, done.reanchored, done.issues) == (5, (), (), (), ())
    assert verify(tmp_path / "full").ok
    assert (tmp_path / "full/SHA256SUMS").read_bytes() == (project.dist / "news-1.0.0/SHA256SUMS").read_bytes()


def test_a_release_that_withholds_nothing_is_copied_and_that_is_said(
    project: Project, copies: Path, tmp_path: Path
) -> None:
    done = hydrate(project.dist / "news-1.0.0", copies, tmp_path / "copy")
    assert (done.withheld, done.hydrated, done.issues) == (0, 0, ())
    with StringIO() as out:
        views.hydrated(done)(Console(file=out, width=200))
        assert "withholds no text" in out.getvalue()
    assert (tmp_path / "copy/SHA256SUMS").read_bytes() == (project.dist / "news-1.0.0/SHA256SUMS").read_bytes()


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


def test_labels_move_with_a_copy_that_differs_a_little(project: Project, copies: Path, tmp_path: Path) -> None:
    """A word more in the first sentence moves every label."""
    (copies / "deep/copy-2.txt").unlink()
    mine = (project.dataset / "raw/articles/story2.txt").read_text()
    changed = mine.replace("burnt down on", "burnt down late on")
    (copies / "deep/other-name.txt").write_text(changed)
    done = hydrate(project.dist / "news-1.0.0-public", copies, tmp_path / "part")
    assert (done.hydrated, done.missing, done.differing) == (4, (), ())
    (near,) = done.reanchored
    assert (near["lost"], {issue.code for issue in done.issues}) == (0, {"near-copy"})
    assert verify(tmp_path / "part").ok
    full, theirs = ReleaseFacts.read(project.dist / "news-1.0.0"), ReleaseFacts.read(tmp_path / "part")
    for config in ("entities", "claims", "stance"):
        before, after = (labels_of(facts, config, near["article_id"]) for facts in (full, theirs))
        assert [label[2:] for label in before] == [label[2:] for label in after] != []
        assert {now[0] - was[0] for was, now in zip(before, after, strict=True)} == {5}
    with pytest.raises(NotCleared):
        publish(tmp_path / "part", "org/name")


def test_a_label_in_a_changed_passage_is_left_out_and_counted(project: Project, copies: Path, tmp_path: Path) -> None:
    mine = (project.dataset / "raw/articles/story2.txt").read_text()
    (copies / "deep/copy-2.txt").write_text(mine.replace("All guests are safe", "All our guests are safe"))
    done = hydrate(project.dist / "news-1.0.0-public", copies, tmp_path / "part")
    (near,) = done.reanchored
    assert near["lost"] > 0
    facts = ReleaseFacts.read(tmp_path / "part")
    assert verify(tmp_path / "part").ok
    assert labels_of(facts, "claims", near["article_id"]) == []
    assert [row["label_name"] for row in facts.rows("stance") if row["article_id"] == near["article_id"]] == ["neutral"]


def labels_of(facts: ReleaseFacts, config: str, article_id: str) -> list[tuple[object, ...]]:
    """Start, end, words and label of what was decided."""
    rows = [row for row in facts.rows(config) if row["article_id"] == article_id]
    spans = [span for row in rows for span in row.get("spans", [row.get("evidence") or row])]
    return [(span["start"], span["end"], span["text"], span.get("label_name")) for span in spans]


def test_the_rest_can_be_put_back_later(project: Project, copies: Path, tmp_path: Path) -> None:
    (tmp_path / "late").mkdir()
    shutil.move(copies / "deep/copy-2.txt", tmp_path / "late/copy.txt")
    hydrate(project.dist / "news-1.0.0-public", copies, tmp_path / "part")
    done = hydrate(tmp_path / "part", tmp_path / "late", tmp_path / "full")
    assert (done.hydrated, done.missing) == (1, ())
    assert (tmp_path / "full/SHA256SUMS").read_bytes() == (project.dist / "news-1.0.0/SHA256SUMS").read_bytes()


def test_a_folder_of_other_texts_is_told_and_nothing_is_written(project: Project, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/story.txt").write_text("Something else happened in Bergen today, and nobody was hurt.\n")
    (tmp_path / "other/broken.jsonl").write_bytes(b"\xff{")
    with pytest.raises(NoCopies, match="no copy of any of the 5 articles"):
        hydrate(project.dist / "news-1.0.0-public", tmp_path / "other", tmp_path / "none")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]


def test_what_a_killed_run_left_goes_with_the_next_one(project: Project, copies: Path, tmp_path: Path) -> None:
    public, to = project.dist / "news-1.0.0-public", tmp_path / "out/full"
    to.parent.mkdir()
    command = [sys.executable, "-m", "copydesk", "hydrate", str(public), "--from", str(copies), "--to", str(to)]
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    while not list(to.parent.glob(f".hydrate-*/{LOCK}")) and running.poll() is None:
        time.sleep(0.002)
    running.kill()
    running.wait()
    left = set(to.parent.iterdir())
    assert len(left) == 1 and to not in left, "it was killed on its way"
    theirs, at_work = to.parent / ".hydrate-notes", to.parent / ".hydrate-at-work"
    theirs.mkdir()
    with files.locked(at_work / LOCK, "another run"):
        hydrate(public, copies, to)
    assert set(to.parent.iterdir()) == {to, theirs, at_work}


def test_wrong_folders_are_told(project: Project, copies: Path, tmp_path: Path) -> None:
    public = project.dist / "news-1.0.0-public"
    with pytest.raises(CopydeskError, match="raw files"):
        hydrate(public, tmp_path / "nowhere", tmp_path / "to")
    with pytest.raises(CopydeskError, match="there already"):
        hydrate(public, copies, copies)
    with pytest.raises(CopydeskError, match=r"manifest\.json"):
        hydrate(copies, copies, tmp_path / "to")
    assert not (tmp_path / "to").exists()
