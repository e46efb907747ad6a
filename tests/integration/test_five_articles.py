"""The five articles for everyone: none of their words go out, who holds them gets all back, the README is true."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset import show
from copydesk.dataset.build import build
from copydesk.dataset.release import passages, sums
from copydesk.dataset.release.facts import ReleaseFacts, read_manifest
from copydesk.dataset.release.hydrate import hydrate
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.write import release
from copydesk.dataset.store import Store
from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate, write
from copydesk.labeling.reference import answers
from copydesk.project import Project
from copydesk.testing import an_annotation
from mutations.rows import edit_rows
from mutations.sealing import seal

ROOT = Path(__file__).parents[2]
NOW = "2026-01-02T00:00:00Z"
#: What the demo leaves in this repository's own project.
MADE = ("releases", "splits.jsonl", "CHANGELOG.md", "annotations.jsonl", "gold.jsonl", "disputes.jsonl")
RUN = 6  #: words in a row that are nobody's but the article's


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """This repository's own project, built, with the reference answers as labels, cut for both audiences."""
    root = tmp_path_factory.mktemp("five") / "project"
    for name in ("dataset", "labeling", "schemas"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(*MADE))
    shutil.copy(ROOT / "copydesk.toml", root)
    project = Project.load(root)
    build(project, jobs=1, progress=quiet)
    articles = Store(project).by_id
    given = answers(project, articles.values()).answers
    for layer in layers.load(project):
        made = [
            an_annotation(
                articles[each.article_id], layer.name, annotator=each.annotator, target=each.target, value=each.value
            )
            for each in given
            if each.layer == layer.name
        ]
        files.write_jsonl(layer.annotations, made)
        write(layer, adjudicate(layer, made, articles, redundancy=2))
    for audience in ("local", "public"):
        cut = release(project, "1.0.0", audience=audience, now=NOW)
        assert cut.path, [str(issue) for issue in cut.issues][:5]
    return project


@pytest.fixture(scope="module")
def public(project: Project) -> Path:
    return project.dist / "cyberscam-1.0.0-public"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def everything(folder: Path) -> dict[str, str]:
    """Every file of a release as words in a row, Parquet unpacked."""
    found: dict[str, Any] = {}
    for path in [*sums.present(folder), sums.SUMS]:
        packed = path.endswith(".parquet")
        data = repr(pq.read_table(folder / path).to_pylist()) if packed else (folder / path).read_text("utf-8")
        found[path] = f" {' '.join(words(data))} "
    return found


#: fields of a record that are computed from others, or are the project's word and not the text's
NOT_READ = {"article_id", "text", "n_chars", "text_sha256", "rights", "retrieved_at", "quality", "family_id", "split"}
NOT_READ |= {"layers", "provenance", "published_precision", "published_basis"}


def stated(article: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each value that a record states of its article, and the field it stands in."""
    for name, value in article.items():
        if name in NOT_READ or value is None:
            continue
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        for part, inner in parts:
            for each in inner if isinstance(inner, list) else [inner]:
                if each is not None:
                    yield f"{name}.{part}".rstrip("."), str(each)


def test_show_has_evidence_for_each_value_and_the_whole_file_is_accounted_for(project: Project) -> None:
    fields = set[str]()
    for article in Store(project).articles():
        shown = show.show(project, article["article_id"])
        raw = (project.dataset / article["provenance"]["path"]).read_bytes().decode()
        for field, value in stated(article):
            bounds = {"published_earliest", "published_latest"}
            asked = {field, "published"} if field in bounds else {field}
            found = [
                each
                for each in shown["evidence"]
                if each["field"] in asked and value in (each["value"], f"{each['value']}/")
            ]
            assert found, f"{article['provenance']['path']}: nothing shows why {field} is {value!r}"
            assert all(
                each["quote"] == raw[each["start"] : each["end"]] != "" for each in found if each["start"] is not None
            )
            assert any(each["start"] is not None or each["rule"] == "source-file" for each in found)
            fields.add(field)
        seen = bytearray(len(raw))
        origin = article["provenance"]
        read = [(each["raw_start"], each["raw_end"]) for each in origin["segments"]]
        for start, end in read + [(each["start"], each["end"]) for each in (*shown["evidence"], *shown["removed"])]:
            if start is not None:
                seen[start:end] = b"\1" * (end - start)
        assert not [raw[n] for n, hit in enumerate(seen) if not hit and not raw[n].isspace()]
    assert {"title", "language", "agency.code", "dateline.place", "url", "published"} <= fields, (
        "the articles have these"
    )


def test_the_public_release_holds_no_six_words_in_a_row_of_any_article(project: Project, public: Path) -> None:
    runs = set()
    for article in Store(project).articles():
        spoken = words(f"{article['title'] or ''} {article['text']}")
        runs |= {" ".join(spoken[n : n + RUN]) for n in range(len(spoken) - RUN + 1)}
    titles = {" ".join(words(target.title)) for layer in layers.load(project) for target in layer.targets}
    runs = {run for run in runs if not any(run in title for title in titles)}
    assert len(runs) > 2000
    there = everything(public)
    assert [(path, run) for path, data in there.items() for run in runs if f" {run} " in data] == []
    full = everything(project.dist / "cyberscam-1.0.0")
    found = [run for run in runs if any(f" {run} " in data for data in full.values())]
    assert len(found) > 0.8 * len(runs)  # the search finds what is there, if not across lines


def test_hydrated_again_it_gives_the_full_digests(project: Project, public: Path, tmp_path: Path) -> None:
    done = hydrate(public, ROOT / "dataset/raw", tmp_path / "full")
    assert (done.hydrated, done.missing, done.differing, done.reanchored) == (5, (), (), ())
    full = read_manifest(project.dist / "cyberscam-1.0.0")["configs"]
    assert read_manifest(tmp_path / "full")["configs"] == read_manifest(public)["configs"] == full
    digests = next(check for check in verify(tmp_path / "full").checks if check.name == "digests")
    assert (digests.ok, digests.detail) == (True, "ok")


def test_a_near_copy_of_each_keeps_most_labels_and_says_so(project: Project, public: Path, tmp_path: Path) -> None:
    """As other portals print it: another opening, one sentence left out, other line breaks."""
    mine = tmp_path / "mine"
    mine.mkdir()
    for article in Store(project).articles():
        sentences = re.split(r"(?<=\.) ", article["text"])
        (mine / f"{article['article_id']}.txt").write_text(
            " ".join(["Read this first.", *sentences[:6], *sentences[7:]])
        )
    done = hydrate(public, mine, tmp_path / "near")
    assert (done.hydrated, done.missing, len(done.reanchored)) == (0, (), 5)
    moved, lost = (sum(each[key] for each in done.reanchored) for key in ("spans", "lost"))
    assert moved / (moved + lost) > 0.8
    assert verify(tmp_path / "near").ok
    full = project.dist / "cyberscam-1.0.0"
    before, after = (names_of(folder) for folder in (full, tmp_path / "near"))
    assert after <= before


def names_of(folder: Path) -> set[tuple[str, str, str]]:
    """Article, label and words of every entity."""
    rows = ReleaseFacts.read(folder).rows("entities")
    return {(row["article_id"], span["label_name"], span["text"]) for row in rows for span in row["spans"]}


def test_the_readmes_way_to_load_a_release_works(project: Project) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"## Loading a release\n\n```python\n(.*?)```", readme, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "['asserted', 'hedged', 'denied']"


def test_the_card_says_how_to_load_it_and_that_works(project: Project) -> None:
    card = (project.dist / "cyberscam-1.0.0/README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    assert blocks
    code = "\n".join(blocks)
    done = subprocess.run([sys.executable, "-c", code], cwd=project.dist, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def another_url(row: dict[str, Any], random: Random) -> None:
    row["url"] = "https://elsewhere.example/story"


def test_a_change_that_is_consistent_in_itself_is_seen_from_the_project(project: Project, tmp_path: Path) -> None:
    """Another url, all documents and sums written anew: only who trusts more than the folder can tell."""
    copy = Path(shutil.copytree(project.dist / "cyberscam-1.0.0", tmp_path / "copy"))
    edit_rows(another_url, "articles")(copy, Random(1))
    assert verify(copy).ok
    found = verify(copy, project=project)
    assert {check.name for check in found.checks if not check.ok} == {"record", "raw"}
    (issue,) = (issue for issue in found.issues if issue.code == "raw-differs")
    assert issue.path == "$.url"


@pytest.mark.parametrize("name", ["cyberscam-1.0.0", "cyberscam-1.0.0-public"])
def test_what_was_cut_here_is_what_the_record_and_the_raw_files_say(project: Project, name: str) -> None:
    found = verify(project.dist / name, project=project)
    assert (found.ok, found.issues) == (True, ())
    assert {check.name: check.detail for check in found.checks if check.name in ("record", "raw")} == {
        "record": "ok",
        "raw": "ok",
    }


def test_a_raw_file_that_is_gone_proves_nothing(project: Project, tmp_path: Path) -> None:
    root = Path(shutil.copytree(project.root, tmp_path / "project", ignore=shutil.ignore_patterns("build", "dist")))
    sorted((root / "dataset/raw/samples").glob("*.txt"))[0].unlink()
    found = verify(project.dist / "cyberscam-1.0.0", project=Project.load(root))
    assert [issue.code for issue in found.issues] == ["raw-missing"]
    (root / "dataset/releases/1.0.0.json").unlink()
    found = verify(project.dist / "cyberscam-1.0.0", project=Project.load(root))
    assert sorted(issue.code for issue in found.issues) == ["raw-missing", "record-missing"]


def test_passages_that_were_tampered_with_are_found(project: Project, public: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(public, tmp_path / "copy"))
    path = copy / passages.PASSAGES
    table = pq.read_table(path)
    starts = table["start"].to_pylist()
    starts[0] = table["end"][0].as_py() + 1
    pq.write_table(table.set_column(1, table.schema.field("start"), pa.array(starts, pa.int32())), path)
    seal(copy, documents=False)
    assert failed(copy) == {"passages"}
    pq.write_table(table.rename_columns(["article_id", "start", "end", "words"]), path)
    seal(copy, documents=False)
    assert failed(copy) == {"passages"}
    path.unlink()
    seal(copy, documents=False)
    assert failed(copy) == {"passages"}


def failed(folder: Path) -> set[str]:
    return {check.name for check in verify(folder).checks if not check.ok}
