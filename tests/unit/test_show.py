"""`copydesk show`: a record with its evidence, down to the raw bytes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset import removals, show
from copydesk.dataset.ingest import ingest
from copydesk.dataset.ingest.again import RawChanged
from copydesk.dataset.store import Store
from copydesk.executor import Here
from copydesk.labeling import layers, stages
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.spans import quoted
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


def test_an_article_that_was_removed_says_so(built: Project) -> None:
    article_id = str(article(built, "raw/articles/tag.txt")["article_id"])
    assert show.show(built, article_id)["removal"] is None
    removals.remove(built, article_id, reason="its author asked", now="2026-01-02T00:00:00Z")
    out = StringIO()
    show.render(show.show(built, article_id), Console(file=out, width=200))
    assert "removed from all later releases at 2026-01-02T00:00:00Z: its author asked" in out.getvalue()


def test_what_is_shown_holds_no_markup_and_all_brackets_of_the_text(built: Project) -> None:
    shown = show.show(built, str(article(built, "raw/articles/tag.txt")["article_id"]))
    shown["evidence"][0]["value"] = "[bold] in brackets"
    out = StringIO()
    show.render(shown, Console(file=out, width=200, markup=False))  # as the program's own console
    assert "[dim]" not in out.getvalue() and "[/]" not in out.getvalue()
    assert "[bold] in brackets" in out.getvalue()


def test_an_annotation_is_shown(built: Project) -> None:
    record = an_annotation(article(built, "raw/articles/tag.txt"))
    files.append_jsonl(built.labeling / "entities/annotations.jsonl", [record])
    assert show.show(built, record["annotation_id"])["record"] == record


def labelled(project: Project, path: str = "raw/articles/tag.txt") -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Two people differ about one span, an adjudicator decides; the gold unit and the three answers."""
    about = article(project, path)
    start = str(about["text"]).index("“bridge” 🌉")

    def marked(label: str) -> dict[str, Any]:
        return {"spans": [{"span_id": "s", **quoted(str(about["text"]), start, start + 10), "label": label}]}

    answers = [
        an_annotation(about, annotator="ann-1", value=marked("FAC")),
        an_annotation(about, annotator="ann-2", value=marked("LOC")),
        an_annotation(about, annotator="judge", role="adjudicator", value=marked("FAC")),
    ]
    layer = layers.load(project, ["entities"])[0]
    files.append_jsonl(layer.annotations, answers)
    stages.adjudicate(project, [layer])
    (unit,) = [unit for unit in files.read_jsonl(layer.gold) if unit["kind"] == "span"]
    return unit, answers


def test_a_gold_unit_leads_to_the_people_the_article_and_the_raw_words(built: Project) -> None:
    unit, _ = labelled(built)
    shown = show.show(built, unit["unit_id"])
    assert shown["record"] == unit
    told = [(each["annotator"], each["is_basis"], each["says"].split()[-1]) for each in shown["answers"]]
    assert told == [("judge", True, "FAC"), ("ann-1", False, "FAC"), ("ann-2", False, "LOC")]
    assert all(each["updated_at"] for each in shown["answers"])
    assert shown["article"]["path"] == "raw/articles/tag.txt"
    (words,) = shown["words"]
    assert words["raw"] == words["text"] == "“bridge” 🌉"
    raw = (built.dataset / "raw/articles/tag.txt").read_text()
    assert raw[words["raw_start"] : words["raw_end"]] == "“bridge” 🌉"

    out = StringIO()
    show.render(shown, Console(file=out, width=200, markup=False))
    assert "judge" in out.getvalue() and "raw/articles/tag.txt" in out.getvalue()


def test_an_answer_leads_to_the_escapes_behind_its_words(built: Project) -> None:
    _, answers = labelled(built, "raw/articles/wire.jsonl#2")
    (words,) = show.show(built, answers[0]["annotation_id"])["words"]
    assert words["raw"].endswith("\\ud83c\\udf09")


def test_a_label_whose_raw_file_changed_says_why_there_are_no_raw_words(built: Project) -> None:
    unit, _ = labelled(built)
    (built.dataset / "raw/articles/tag.txt").write_text("Something else entirely.")
    (words,) = show.show(built, unit["unit_id"])["words"]
    assert words["raw"] is None and "has changed" in words["problem"]


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
