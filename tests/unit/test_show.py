"""`copydesk show`: a record with its evidence, down to the raw bytes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset import show
from copydesk.dataset.ingest import ingest
from copydesk.dataset.ingest.again import RawChanged
from copydesk.dataset.store import Store
from copydesk.executor import Here
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import a_project, an_annotation

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the “bridge” 🌉."


@pytest.fixture
def built(tmp_path: Path) -> Project:
    project = a_project(tmp_path / "corpus", tag=f"(AP) Über-{STORY}")
    rows = [json.dumps({"id": 1, "text": "Skipped."}), json.dumps({"id": 2, "text": f"First.\n{STORY}"})]
    (project.dataset / "raw/articles/wire.jsonl").write_text("\n".join(rows))
    done = ingest(project, executor=Here(), progress=quiet)
    Store(project).write(
        articles=done.articles, links=[], families=[], rejects=[], stats={}, arrow=Schemas.of(project).arrow
    )
    return project


def article(project: Project, path: str) -> dict[str, object]:
    return next(each for each in Store(project).articles() if each["provenance"]["path"] == path)


def test_raw_bytes_stand_behind_every_stretch(built: Project) -> None:
    one = article(built, "raw/articles/tag.txt")
    text = str(one["text"])
    start = text.index("“bridge” 🌉")
    assert show.raw(built, one, start, start + 10) == "“bridge” 🌉".encode()
    assert show.raw(built, one, 0, 1) == "Ü".encode()


def test_raw_bytes_of_a_line_keep_its_escapes(built: Project) -> None:
    one = article(built, "raw/articles/wire.jsonl#2")
    start = str(one["text"]).index("🌉")
    assert show.raw(built, one, start, start + 1) == b"\\ud83c\\udf09"


def test_evidence_quotes_the_raw_words(built: Project) -> None:
    shown = show.show(built, str(article(built, "raw/articles/tag.txt")["article_id"]))
    assert ("agency.code", "(AP)") in [(each["field"], each["quote"]) for each in shown["evidence"]]
    out = StringIO()
    show.render(shown, Console(file=out, width=200, force_terminal=True))
    assert "Associated Press" in out.getvalue() and "\x1b[" in out.getvalue()


def test_an_annotation_is_shown(built: Project) -> None:
    record = an_annotation(article(built, "raw/articles/tag.txt"))
    files.append_jsonl(built.labeling / "entities/annotations.jsonl", [record])
    assert show.show(built, record["annotation_id"])["record"] == record


@pytest.mark.parametrize("record_id", ["art-0000000000000000", "ann-0000000000000000", "unit-0000000000000000", "x"])
def test_an_unknown_id_says_so(built: Project, record_id: str) -> None:
    with pytest.raises(show.UnknownId):
        show.show(built, record_id)


def test_a_range_outside_the_text_says_so(built: Project) -> None:
    with pytest.raises(show.NoRaw):
        show.raw(built, article(built, "raw/articles/tag.txt"), 5, 10_000)


def test_a_raw_file_that_changed_says_so(built: Project) -> None:
    (built.dataset / "raw/articles/tag.txt").write_text("Something else entirely.")
    with pytest.raises(RawChanged, match="has changed"):
        show.raw(built, article(built, "raw/articles/tag.txt"), 0, 1)
