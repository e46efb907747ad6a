"""A release is made and checked in parts: no byte depends on how; cut short, it leaves nothing and harms nothing."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from pyarrow import parquet

from copydesk import files
from copydesk.dataset.release import parcels, shards, sums
from copydesk.dataset.release import write as cutting
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.verify import pieces, rows, verify
from copydesk.dataset.release.write import release
from copydesk.dataset.store import Store
from copydesk.errors import BrokenLine
from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate, write
from copydesk.labeling.annotations import BrokenHistory
from copydesk.project import Project
from copydesk.testing import an_annotation
from copydesk.testing.corpora import a_labelled_project, a_story, label, put_articles
from mutations.sealing import seal

NOW = "2026-01-02T00:00:00Z"
ROOT = Path(__file__).parents[2]
#: A release in a process of its own, with parcels and shards so small that there are many.
CUT = """
import sys
from pathlib import Path
from copydesk.dataset.release import parcels, shards, write
from copydesk.dataset.release.write import release
from copydesk.project import Project

if __name__ == "__main__":
    parcels.TOGETHER, shards.TEXT_PER_SHARD, write.FEW = 2, 400, 0
    release(Project.load(Path(sys.argv[1])), "1.0.0", now="2026-01-02T00:00:00Z", jobs=int(sys.argv[2]))
"""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "TOGETHER", 2)
    monkeypatch.setattr(shards, "TEXT_PER_SHARD", 400)
    monkeypatch.setattr(cutting, "FEW", 0)


def everything(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in [*sums.present(folder), sums.SUMS]}


def data(folder: Path) -> dict[str, str]:
    return {path: files.sha256_file(folder / path) for path in sums.present(folder) if path.startswith("data/")}


def forget(project: Project) -> None:
    """Let the project never have cut anything."""
    shutil.rmtree(project.dist)
    shutil.rmtree(project.dataset / "releases")
    (project.dataset / "splits.jsonl").unlink()


def test_no_byte_depends_on_order_processes_time_zone_or_hash_seed(tmp_path: Path, small_parts: None) -> None:
    project = a_labelled_project(tmp_path / "news", 16)
    folder = release(project, "1.0.0", now=NOW, jobs=1).path
    assert folder is not None
    before = everything(folder)
    assert sum(path.startswith("data/articles/train") for path in before) > 2
    forget(project)
    shuffled = [a_story(number) for number in range(16)]
    Random(1).shuffle(shuffled)
    put_articles(project, shuffled, [(shuffled.index(a_story(0)), shuffled.index(a_story(1)))])
    for layer in layers.load(project):
        lines = files.read_jsonl(layer.annotations)
        Random(2).shuffle(lines)
        files.write_jsonl(layer.annotations, [*lines, lines[0]])  # as a union merge leaves it
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "42"}
    script = tmp_path / "cut.py"
    script.write_text(CUT)
    subprocess.run([sys.executable, script, str(project.root), "2"], check=True, env=environment, timeout=300)
    assert everything(folder) == before


def test_the_size_of_parcels_shows_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_labelled_project(tmp_path / "news", 12)
    folder = release(project, "1.0.0", now=NOW).path
    assert folder is not None
    before = everything(folder)
    forget(project)
    monkeypatch.setattr(parcels, "TOGETHER", 2)
    release(project, "1.0.0", now=NOW, jobs=1)
    assert everything(folder) == before


def test_an_article_more_changes_one_shard_of_each_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "TOGETHER", 4)
    monkeypatch.setattr(shards, "TEXT_PER_SHARD", 500)
    project = a_labelled_project(tmp_path / "news", 48)
    first = release(project, "1.0.0", now=NOW, jobs=1).path
    put_articles(project, [a_story(number) for number in range(49)], [(0, 1)])
    label(project)
    second = release(project, "1.1.0", now=NOW, jobs=1).path
    assert first is not None
    assert second is not None
    before, after = data(first), data(second)
    fresh = set(after.values()) - set(before.values())
    assert len(after) > 40
    assert {path.split("/")[1] for path, digest in after.items() if digest in fresh} == {
        *("articles", "annotations", "entities", "stance", "claims")
    }
    assert len(fresh) == 5


def test_an_adjudicators_word_leaves_the_bytes_of_what_people_said(tmp_path: Path) -> None:
    project = a_labelled_project(tmp_path / "news", 8)
    first = release(project, "1.0.0", now=NOW).path
    layer, articles = layers.load(project, ["stance"])[0], Store(project).by_id
    answers = files.read_jsonl(layer.annotations)
    article = articles[answers[3]["article_id"]]
    value = answers[3]["value"] | {"label": "favor"}
    word = an_annotation(article, "stance", annotator="ann-3", role="adjudicator", value=value)
    files.write_jsonl(layer.annotations, [*answers, word])
    write(layer, adjudicate(layer, [*answers, word], articles, redundancy=2))
    second = release(project, "2.0.0", now=NOW).path
    assert first is not None
    assert second is not None
    assert verify(second).ok
    split = next(row["split"] for row in ReleaseFacts.read(second).rows("annotations") if row["role"] == "adjudicator")
    before, after = (next((each / "data/annotations").glob(f"{split}-*")) for each in (first, second))
    said = parquet.ParquetFile(before).metadata.row_group(0)
    last = said.column(said.num_columns - 1)
    end = (last.dictionary_page_offset or last.data_page_offset) + last.total_compressed_size
    assert after.read_bytes()[:end] == before.read_bytes()[:end]
    late = parquet.ParquetFile(after).read_row_group(1, columns=["annotator"]).to_pylist()
    assert late == [{"annotator": "ann-3"}]


def test_verify_finds_the_same_whatever_the_parts(tmp_path: Path, small_parts: None) -> None:
    folder = release(a_labelled_project(tmp_path / "news", 12), "1.0.0", now=NOW, jobs=1).path
    assert folder is not None
    assert verify(folder, jobs=1).ok
    one = sorted(path for path in (folder / "data/stance").iterdir() if path.name.startswith("train"))[0]
    one.rename(one.with_name(one.name.replace("train-00000", "train-00001")))
    assert not verify(folder, jobs=1).ok


def test_verify_finds_the_same_whatever_the_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = release(a_labelled_project(tmp_path / "news", 12), "1.0.0", now=NOW, jobs=1).path
    assert folder is not None
    monkeypatch.setattr(rows, "SMALL", 0)
    monkeypatch.setattr(pieces, "PIECE", 3)
    assert len(list(pieces.pieces(ReleaseFacts.read(folder)))) > 4
    assert verify(folder, jobs=1).ok
    path = next((folder / "data/stance").glob("train-*"))
    found = parquet.read_table(path)
    for change, check in ((turned, "splits"), (strayed, "schema"), (emptied, "schema")):
        parquet.write_table(pa.Table.from_pylist(change(found.to_pylist()), schema=found.schema), path)
        seal(folder, documents=False)
        assert check in {each.name for each in verify(folder, jobs=1).checks if not each.ok}
        path = next((folder / "data/stance").glob("train-*"))


def turned(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [rows[-1], *rows[1:-1], rows[0]]


def strayed(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The last row is about no article, by an id beyond all others."""
    return [*rows[:-1], rows[-1] | {"article_id": "\U0010ffff"}]


def emptied(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [rows[0] | {"article_id": ""}, *rows[1:]]


def test_a_broken_line_is_named_as_in_its_file(tmp_path: Path, small_parts: None) -> None:
    project = a_labelled_project(tmp_path / "news", 12)
    layer = layers.load(project, ["stance"])[0]
    lines = layer.annotations.read_bytes().splitlines(keepends=True)
    lines[16] = lines[16][:-10] + b"\n"
    layer.annotations.write_bytes(b"".join(lines))
    with pytest.raises(BrokenHistory, match=r"stance/annotations.jsonl:17"):
        release(project, "1.0.0", now=NOW, jobs=2)
    label(project)
    lines = layer.gold.read_bytes().splitlines(keepends=True)
    lines[7] = b"{\n"
    layer.gold.write_bytes(b"".join(lines))
    with pytest.raises(BrokenLine, match=r"gold.jsonl.*8"):
        release(project, "1.0.0", now=NOW, jobs=2)


@pytest.fixture
def released(tmp_path: Path) -> tuple[Project, dict[str, bytes]]:
    """A project with one release, and labels for the next; what stands in ``dist/`` and beside the releases."""
    project = a_labelled_project(tmp_path / "news", 6)
    assert release(project, "1.0.0", now=NOW).path
    put_articles(project, [a_story(number) for number in range(24)], [(0, 1)])
    label(project)
    return project, standing(project)


def standing(project: Project) -> dict[str, bytes]:
    found = [*project.dist.rglob("*"), *(project.dataset / "releases").glob("*"), project.dataset / "splits.jsonl"]
    kept = (path for path in found if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(project.root).as_posix(): path.read_bytes() for path in kept}


def command(project: Project, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "copydesk", "-C", str(project.root), "--json", "release", "1.1.0", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(run, text=True, env=environment, preexec_fn=limit, **pipes)  # type: ignore[call-overload, no-any-return]


def test_killed_on_the_way_it_leaves_earlier_releases_as_they_were(
    released: tuple[Project, dict[str, bytes]],
) -> None:
    project, before = released
    running = command(project)
    deadline = time.monotonic() + 120
    while not list(project.dist.glob(".release-*/release/data/*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    assert list(project.dist.glob(".release-*"))  # it was killed on its way
    assert standing(project) == before | {
        path: data for path, data in standing(project).items() if "/.release-" in f"/{path}"
    }
    assert release(project, "1.1.0", now=NOW).path
    assert not list(project.dist.glob(".release-*"))
    assert before.items() <= (standing(project) | {"dataset/splits.jsonl": before["dataset/splits.jsonl"]}).items()


def test_a_full_disk_is_named_and_nothing_is_half_done(released: tuple[Project, dict[str, bytes]]) -> None:
    """A limit on the size of files stands for a full disk: some file of the release cannot be written."""
    project, before = released
    running = command(project, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)))
    _, said = running.communicate(timeout=120)
    assert running.returncode == 3, said
    assert "cannot write" in said
    assert "Traceback" not in said
    assert standing(project) == before
    assert not list(project.dist.glob(".release-*"))


def test_of_two_releases_at_once_one_is_cut_and_one_refused(released: tuple[Project, dict[str, bytes]]) -> None:
    project, before = released
    both = [command(project), command(project)]
    said = [each.communicate(timeout=120) for each in both]
    codes = sorted(each.returncode for each in both)
    assert codes in ([0, 2], [0, 3], [0, 0]), said  # the second may also come late, and find the same release there
    paths = [json.loads(out)["path"] for (out, _), each in zip(said, both, strict=True) if each.returncode == 0]
    assert len(set(paths)) == 1
    assert verify(Path(paths[0])).ok
    assert before.keys() <= standing(project).keys()
