"""From what the server exported to states of answers, without a server: the exports are real ones, kept."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest

from copydesk.files import append_jsonl, canonical, write_jsonl
from copydesk.labeling import annotators, answers, exports, layers, pull
from copydesk.labeling.annotations import Annotation, history, latest
from copydesk.labeling.exports import Export, Sheet
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import a_project

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden/pull"
NAMES = ("entities", "stance", "claims")
SCHEMAS = Schemas.packaged()


def an_export(name: str = "entities", familiar: bool = False, **fields: Any) -> Export:
    kept = orjson.loads((GOLDEN / "in" / f"{name}.json").read_bytes()) | fields
    return Export(**kept | {"sheets": [Sheet(**sheet | {"familiar": familiar}) for sheet in kept["sheets"]]})


def read(export: Export, known: list[Annotation] | None = None) -> answers.Reading:
    layer = layers.read(ROOT / "labeling" / export.layer)
    newest = {record["annotation_id"]: record for record in latest(known or [])}
    return answers.read(export, layer, newest, pull._checker(SCHEMAS, layer))


def codes(reading: answers.Reading) -> list[str]:
    return sorted(issue.code for issue in reading.issues)


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, request: pytest.FixtureRequest) -> None:
    expected, reading = GOLDEN / "out" / f"{name}.jsonl", read(an_export(name))
    if request.config.getoption("--golden"):
        write_jsonl(expected, reading.states)
    assert b"".join(canonical(state) + b"\n" for state in reading.states) == expected.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_export_again_says_nothing_new(name: str) -> None:
    states = read(an_export(name)).states
    assert len(states) == 5
    assert read(an_export(name, at="2032-01-01T00:00:00Z"), states).states == []


def answer(export: Export, desk: int = 0, task: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = export.sheets[desk].tasks[task]["annotations"][0]
    return found


def test_a_later_change_is_a_further_state() -> None:
    before, export = read(an_export()).states, an_export()
    answer(export)["result"].pop()
    answer(export)["updated_at"] = "2030-05-01T00:00:00Z"
    (state,) = read(export, before).states
    assert (state["updated_at"], state["status"]) == ("2030-05-01T00:00:00Z", "submitted")
    assert len(state["value"]["spans"]) == 2


def test_a_server_that_went_back_in_time_is_believed_from_now_on() -> None:
    before, export = read(an_export()).states, an_export()
    answer(export)["result"].pop()
    answer(export)["updated_at"] = answer(export)["created_at"]
    (state,) = read(export, before).states
    assert state["updated_at"] == export.at
    assert latest([*before, state])[0 : len(before)] != latest(before), "it is the newest state"
    assert read(export, [*before, state]).states == [], "and said once"


def test_what_was_said_after_a_backup_that_was_put_back_is_neither_withdrawn_nor_undone() -> None:
    before, export = read(an_export()).states, an_export(familiar=True)
    new = [record | {"updated_at": "2030-05-01T00:00:00Z"} for record in before]
    new[0]["value"] = {"spans": []}
    gap = [["2030-04-01T00:00:00Z", "2030-06-01T00:00:00Z"]]
    for tasks in (sheet.tasks for sheet in export.sheets):
        tasks[:] = [task for task in tasks if task["annotations"][0]["created_at"] == new[0]["created_at"]]
    reading = read(Export(**fields(export) | {"gaps": gap}), new)
    assert (reading.states, set(codes(reading))) == ([], {"restored-server"})
    lost = read(export, new).states
    assert {state["status"] for state in lost} == {"submitted", "withdrawn"} and len(lost) == len(new)


def test_an_answer_keeps_the_role_it_was_given_in_until_it_is_changed() -> None:
    before, export = read(an_export()).states, an_export()
    promoted = Export(**fields(export) | {"roles": dict.fromkeys(export.roles, "adjudicator")})
    assert read(promoted, before).states == [], "else old votes would become the last word"
    answer(promoted)["updated_at"] = "2030-05-01T00:00:00Z"
    assert [state["role"] for state in read(promoted, before).states] == ["adjudicator"]


def test_what_is_gone_from_a_whole_export_is_withdrawn_at_its_hour() -> None:
    before, export = read(an_export()).states, an_export(familiar=True)
    gone = export.sheets[0].tasks[0]
    gone["annotations"], gone["updated_at"] = [], "2030-05-01T00:00:00Z"
    export.sheets[0].tasks.pop(1)
    states = read(export, before).states
    assert sorted((state["status"], state["updated_at"], state["value"]) for state in states) == [
        ("withdrawn", "2030-05-01T00:00:00Z", None),
        ("withdrawn", export.at, None),
    ]
    assert read(export, [*before, *states]).states == []


def test_what_a_part_of_an_export_does_not_show_is_not_withdrawn() -> None:
    before, export = read(an_export()).states, an_export()
    part = [Sheet(**{**fields(sheet), "whole": False, "familiar": True, "tasks": []}) for sheet in export.sheets]
    assert read(Export(**{**fields(export), "sheets": part}), before).states == []


def fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def test_an_empty_new_server_withdraws_nothing() -> None:
    before, export = read(an_export()).states, an_export()
    for sheet in export.sheets:
        sheet.tasks.clear()
    reading = read(export, before)
    assert reading.states == []
    assert codes(reading) == ["other-server", "other-server"]


def test_an_answer_keeps_its_id_when_the_server_moves() -> None:
    moved = an_export()
    for sheet in moved.sheets:
        for task in sheet.tasks:
            task["id"] += 1000
            for each in task["annotations"]:
                each["id"] += 1000
    assert read(moved, read(an_export()).states).states == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda export: export.sheets[0].tasks.append(None), "export-shape"),
        (lambda export: export.sheets[0].tasks.append({"annotations": 3}), "export-shape"),
        (lambda export: export.sheets[0].tasks[0]["annotations"].append("x"), "export-shape"),
        (lambda export: answer(export).update(updated_at="yesterday"), "export-shape"),
        (lambda export: answer(export).update(created_at=None), "export-shape"),
        (lambda export: export.sheets[0].tasks[0]["data"].update(article_id="art-0"), "foreign-task"),
        (lambda export: export.sheets[0].tasks[0].update(data=None), "foreign-task"),
        (lambda export: export.sheets[0].tasks[0]["data"].update(text="Other words."), "task-text-edited"),
        (lambda export: answer(export).update(completed_by="user-7"), "unknown-user"),
        (lambda export: answer(export).update(completed_by=None), "unknown-user"),
        (lambda export: answer(export).update(updated_by="ann-b"), "edited-by-other"),
        (lambda export: answer(export).update(completed_by="ann-b"), "wrong-annotator"),
        (lambda export: answer(export).update(result=None), "result-shape"),
        (lambda export: answer(export)["result"][0]["value"].update(end=99999), "span-range"),
    ],
)
def test_what_cannot_be_believed_is_an_issue_with_a_place_and_the_rest_is_read(spoil: Any, code: str) -> None:
    export = an_export()
    spoil(export)
    reading = read(export)
    assert code in codes(reading)
    assert all(issue.where.startswith("golden/entities@1.0.0/ann-") for issue in reading.issues)
    assert len(reading.states) >= 4


def test_an_answer_that_turns_bad_does_not_withdraw_the_good_one() -> None:
    before, export = read(an_export()).states, an_export()
    answer(export).update(result=3, updated_at="2030-01-01T00:00:00Z")
    assert [state for state in read(export, before).states if state["status"] == "withdrawn"] == []


@pytest.mark.parametrize("familiar", [False, True])
def test_a_task_that_cannot_be_read_after_a_move_withdraws_nothing(familiar: bool) -> None:
    before, export = read(an_export()).states, an_export(familiar=familiar)
    for sheet in export.sheets:
        for task in sheet.tasks:
            task["id"] += 1000
    export.sheets[0].tasks[0] = {"id": export.sheets[0].tasks[0]["id"]}
    assert [state for state in read(export, before).states if state["status"] == "withdrawn"] == []


def two_answers() -> tuple[Export, list[Annotation]]:
    """An export whose first task has two answers, and what is known after it."""
    export = an_export(familiar=True)
    export.sheets[0].tasks[0]["annotations"].append(copy.deepcopy(answer(export)) | {"id": 777})
    return export, read(export).states


def withdrawn(export: Export, before: list[Annotation]) -> list[int | None]:
    states = read(export, before).states
    return [state["source"]["annotation_id"] for state in states if state["status"] == "withdrawn"]


def test_an_answer_that_went_is_withdrawn_beside_one_of_unreadable_instant() -> None:
    export, before = two_answers()
    gone = export.sheets[0].tasks[0]["annotations"].pop(0)
    answer(export).update(created_at=None)
    assert withdrawn(export, before) == [gone["id"]]


@pytest.mark.parametrize("number", [778, None, "x"])
def test_an_answer_of_unreadable_instant_whose_number_nobody_knows_may_be_any(number: Any) -> None:
    export, before = two_answers()
    export.sheets[0].tasks[0]["annotations"].pop(0)
    answer(export).update(created_at=None, id=number)
    assert withdrawn(export, before) == []


def test_an_answer_of_unreadable_instant_on_a_server_that_numbers_anew_may_be_any() -> None:
    export, before = two_answers()
    export.sheets[0].tasks[0]["annotations"].pop(0)
    answer(export).update(created_at=None)
    for task in export.sheets[0].tasks:
        task["id"] += 1000
    assert withdrawn(export, before) == []


def test_people_are_pseudonyms_before_anything_is_written() -> None:
    task = {
        "id": 1,
        "updated_by": [{"id": 5, "email": "jane@example.org"}],
        "comment_authors": [7, "jane@example.org"],
        "annotations": [
            {"completed_by": {"id": 5, "email": "jane@example.org"}, "created_username": "Jane Doe, 5"},
            {"completed_by": 7, "updated_by": True},
        ],
    }
    kept = exports.pseudonymous([copy.deepcopy(task)], {5: "ann-a"})
    assert kept == [
        {
            "id": 1,
            "updated_by": ["ann-a"],
            "comment_authors": ["user-7", None],
            "annotations": [
                {"completed_by": "ann-a", "created_username": None},
                {"completed_by": "user-7", "updated_by": None},
            ],
        }
    ]
    assert exports.pseudonymous({"detail": "no"}, {}) == []


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return a_project(tmp_path / "golden")


def test_the_history_is_made_again_from_the_kept_exports_byte_for_byte(corpus: Project) -> None:
    layer = layers.load(corpus, ["entities"])[0]
    second = an_export(familiar=True, number=2, at="2032-01-01T00:00:00Z")
    answer(second).update(was_cancelled=True, updated_at="2031-06-01T00:00:00Z")
    second.sheets[1].tasks.clear()
    for export in (an_export(), second):
        exports.keep(corpus, export)
        append_jsonl(layer.annotations, read(export, history(layer)).states)
    assert len(history(layer)) == 9
    before = layer.annotations.read_bytes()
    layer.annotations.unlink()
    append_jsonl(layer.annotations, pull.rebuild(corpus, layer))
    assert layer.annotations.read_bytes() == before


def test_annotators_are_read_and_named(corpus: Project) -> None:
    assert annotators.read(corpus) == []
    path = corpus.labeling / "annotators.toml"
    path.write_text('[[annotators]]\nname = "ann-a"\n\n[[annotators]]\nname = "judge"\nrole = "adjudicator"\n')
    assert [(each.name, each.role) for each in annotators.read(corpus)] == [
        ("ann-a", "human"),
        ("judge", "adjudicator"),
    ]
    annotators.remove(corpus, "ann-a")
    assert [each.name for each in annotators.read(corpus)] == ["judge"]
    with pytest.raises(annotators.UnknownAnnotator, match="no annotator 'ann-a'; this project has judge"):
        annotators.remove(corpus, "ann-a")


def test_open_work_is_handed_over_in_the_file(corpus: Project) -> None:
    path = corpus.labeling / "annotators.toml"
    path.write_text(
        '[[annotators]]\nname = "a"\n[[annotators]]\nname = "b"\n[[annotators]]\nname = "j"\nrole = "model"\n'
    )
    annotators.reassign(corpus, "a", "b")
    assert [(each.name, each.hands_over_to) for each in annotators.read(corpus)] == [
        ("a", "b"),
        ("b", None),
        ("j", None),
    ]
    for name, heir in (("a", "a"), ("a", "j"), ("b", "a")):
        with pytest.raises(annotators.CopydeskError, match="cannot take over"):
            annotators.reassign(corpus, name, heir)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('[[annotators]]\nname = "Jane Doe"\n', "cannot be a pseudonym"),
        ('[[annotators]]\nname = "a"\nrole = "boss"\n', "role"),
        ('[[annotators]]\nname = "a"\n[[annotators]]\nname = "a"\n', "stands twice"),
        ('[[annotators]]\nname = "a"\nemail = "a@b.c"\n', "unknown key 'email'"),
    ],
)
def test_an_annotators_file_that_cannot_be_used_is_refused(corpus: Project, text: str, match: str) -> None:
    (corpus.labeling / "annotators.toml").write_text(text)
    with pytest.raises(annotators.CopydeskError, match=match):
        annotators.read(corpus)
