"""Pull from a real server: every answer kept, whatever happens on the way."""

from __future__ import annotations

import os
from typing import Any

import pytest

from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError, OutsideError
from copydesk.labeling import annotators, exports
from copydesk.labeling import pull as pulling
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.standing import current
from copydesk.labeling.studio import Studio
from copydesk.project import Project

from . import desk

pytestmark = pytest.mark.studio

RAIN, SNOW = desk.RAIN, desk.SNOW


def test_pull_follows_answers_changes_skips_and_deletions(corpus: Project) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    first = desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN), lead_time=12.5)
    skipped = desk.answer(corpus, "ann-b", 1, was_cancelled=True)
    got = desk.pull(corpus)
    assert got.issues == []
    assert got.layers["entities"] == {"new": 2, "changed": 0, "withdrawn": 0, "annotations": 2}
    record = next(each for each in latest(history(desk.layer(corpus))) if each["status"] == "submitted")
    assert [(each["text"], each["label"]) for each in record["value"]["spans"]] == [("Oslo", "GPE")]
    assert (record["annotator"], record["lead_time_s"], record["role"]) == ("ann-a", 12.5, "human")

    before = desk.layer(corpus).annotations.read_bytes()
    assert desk.pull(corpus).layers["entities"] == {"new": 0, "changed": 0, "withdrawn": 0, "annotations": 2}
    assert desk.pull(corpus, reconcile=True).layers["entities"]["new"] == 0
    assert desk.layer(corpus).annotations.read_bytes() == before

    studio.update_annotation(first["id"], {"result": [desk.span(24, 30, "DATE", RAIN)]})
    desk.answer(corpus, "ann-a", 2)
    got = desk.pull(corpus)
    assert got.layers["entities"] == {"new": 1, "changed": 1, "withdrawn": 0, "annotations": 3}
    assert desk.layer(corpus).annotations.read_bytes().startswith(before), "history only grows"

    studio.delete_annotation(skipped["id"])
    assert desk.pull(corpus).layers["entities"] == {"new": 0, "changed": 0, "withdrawn": 1, "annotations": 2}
    assert desk.state(corpus) == {"ann-a 1": "submitted", "ann-a 2": "submitted", "ann-b 1": "withdrawn"}


def test_several_answers_of_one_person_are_kept_and_the_newest_counts(corpus: Project) -> None:
    desk.push(corpus)
    articles = {each["article_id"]: each for each in Store(corpus).articles()}

    def counting() -> list[list[str]]:
        assert desk.pull(corpus).issues == []
        answers, _ = current(desk.layer(corpus), latest(history(desk.layer(corpus))), articles)
        return [[span["label"] for span in each["value"]["spans"]] for each in answers]

    desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "LOC", RAIN))
    second = desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    assert counting() == [["GPE"]]
    desk.answer(corpus, "ann-a", 1, was_cancelled=True)
    assert counting() == [["GPE"]], "who skips after an answer has still given it"
    assert sorted(each["status"] for each in history(desk.layer(corpus))) == ["skipped", "submitted", "submitted"]
    Studio.connect(corpus).delete_annotation(second["id"])
    assert counting() == [["LOC"]], "what was said before holds again"


def test_questions_about_a_span_and_relations_come_along_and_a_broken_one_is_named(corpus: Project) -> None:
    desk.push(corpus, "claims")
    studio, ann = Studio.connect(corpus), desk.user_id(corpus, "ann-a")
    task = next(each for each in desk.live(corpus, "claims") if each["annotator"] == "ann-a")
    text = task["data"]["text"]

    def about(name: str, choice: str) -> dict[str, Any]:
        value = {"start": 0, "end": 9, "text": text[:9], "choices": [choice]}
        return {"id": "r0", "from_name": name, "to_name": "text", "type": "choices", "value": value}

    link = {"type": "relation", "from_id": "r0", "to_id": "r13", "direction": "right", "labels": ["claimant"]}
    said = [about("checkworthiness", "CFS"), about("attribution", "indirect"), about("certainty", "asserted")]
    marks = [desk.span(0, 9, "CLAIM", text), desk.span(13, 17, "CLAIMANT", text)]
    made = studio.annotate(task["id"], [*marks, *said, link], completed_by=ann)
    assert desk.pull(corpus, "claims").issues == []
    (record,) = latest(history(desk.layer(corpus, "claims")))
    (claim,) = record["value"]["spans"]
    assert (claim["checkworthiness"], claim["attribution"], claim["certainty"]) == ("CFS", "indirect", "asserted")
    assert claim["claimant"]["text"] == text[13:17]

    spoilt = [*marks, said[0], about("attribution", "nobody"), link | {"to_id": "gone"}]
    studio.update_annotation(made["id"], {"result": spoilt})
    codes = [issue.code for issue in desk.pull(corpus, "claims").issues]
    assert sorted(codes) == ["unknown-label", "unknown-region", "unlinked"]
    (record,) = latest(history(desk.layer(corpus, "claims")))
    (claim,) = record["value"]["spans"]
    assert (claim["checkworthiness"], claim["attribution"], claim["claimant"]) == ("CFS", None, None)


def test_only_what_changed_is_fetched_again(corpus: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "OVERLAP_S", 0)
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1)
    last = desk.answer(corpus, "ann-a", 2)
    desk.pull(corpus)
    Studio.connect(corpus).update_annotation(last["id"], {"result": [desk.span(0, 4, "DATE", SNOW)]})
    assert desk.pull(corpus).layers["entities"]["changed"] == 1
    whole, part = [sheet for export in exports.kept(corpus, "entities") for sheet in export.sheets]
    assert [task["data"]["article_id"][-1] for task in whole.tasks] == ["1", "2"]
    assert [task["data"]["article_id"][-1] for task in part.tasks] == ["2"]
    assert (whole.whole, part.whole) == (True, False)
    desk.pull(corpus)
    assert exports.last(corpus, "entities") == 2, "nothing new, nothing fetched"


def test_a_deleted_task_is_noticed_without_being_asked(corpus: Project) -> None:
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1)
    desk.answer(corpus, "ann-a", 2)
    desk.pull(corpus)
    gone = next(task for task in desk.tasks(corpus) if task["total_annotations"])
    Studio.connect(corpus).delete_tasks(gone["place"], [gone["id"]])
    assert desk.pull(corpus).layers["entities"]["withdrawn"] == 1
    assert sorted(desk.state(corpus).values()) == ["submitted", "withdrawn"]


def test_drafts_are_not_answers(corpus: Project) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    task = desk.tasks(corpus)[0]
    studio._object("POST", f"api/tasks/{task['id']}/drafts", json={"result": [desk.span(0, 4, "GPE", RAIN)]})
    assert desk.pull(corpus).layers["entities"]["annotations"] == 0
    assert history(desk.layer(corpus)) == []


def test_an_unknown_user_is_an_issue_until_somebody_says_who_it_is(corpus: Project) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    studio.sign_up(f"{corpus.name}@example.org", "some password")
    stranger = next(user["id"] for user in studio.users() if user["email"] == f"{corpus.name}@example.org")
    studio.annotate(desk.live(corpus)[0]["id"], [], completed_by=stranger)
    desk.answer(corpus, "ann-b", 2)
    for _ in range(2):
        assert [issue.code for issue in desk.pull(corpus).issues] == ["unknown-user"]
    assert desk.state(corpus) == {"ann-b 2": "submitted"}, "the others' answers are not held up"

    with pytest.raises(CopydeskError, match="the server has no user"):
        annotators.add(corpus, "ann-c", studio, user="nobody@example.org")
    annotators.add(corpus, "ann-c", studio, "adjudicator", user=f"{corpus.name}@example.org")
    got = desk.pull(corpus)
    assert [issue.code for issue in got.issues] == ["wrong-annotator"]
    assert got.layers["entities"]["new"] == 1


def test_answers_of_the_wrong_person_are_kept_and_reported(corpus: Project) -> None:
    desk.push(corpus)
    task = next(task for task in desk.live(corpus) if task["annotator"] == "ann-a")
    Studio.connect(corpus).annotate(task["id"], [], completed_by=desk.user_id(corpus, "ann-b"))
    got = desk.pull(corpus)
    assert [issue.code for issue in got.issues] == ["wrong-annotator"]
    assert got.issues[0].severity == "warning"
    assert {record["annotator"] for record in history(desk.layer(corpus))} == {"ann-b"}


def test_an_answer_that_somebody_else_changed_is_kept_and_reported(corpus: Project) -> None:
    desk.push(corpus)
    mine = desk.answer(corpus, "ann-a", 1)
    other = annotators.as_annotator(corpus, "ann-b", Studio.connect(corpus))
    other.update_annotation(mine["id"], {"result": [desk.span(13, 17, "GPE", RAIN)]})
    got = desk.pull(corpus)
    assert [(issue.code, issue.severity) for issue in got.issues] == [("edited-by-other", "warning")]
    assert "ann-b changed the answer of ann-a" in got.issues[0].message
    (record,) = history(desk.layer(corpus))
    assert (record["annotator"], len(record["value"]["spans"])) == ("ann-a", 1)


def test_a_bad_region_is_an_issue_and_the_good_ones_stay(corpus: Project) -> None:
    desk.push(corpus)
    good, far, odd = desk.span(13, 17, "GPE", RAIN), desk.span(0, 4, "GPE", RAIN), desk.span(5, 9, "NOPE", RAIN)
    far["value"]["end"] = 99999
    desk.answer(corpus, "ann-a", 1, good, far, odd)
    got = desk.pull(corpus)
    assert len(got.issues) == 2
    assert {issue.path.split("]")[0] for issue in got.issues} == {"$.result[1", "$.result[2"}
    assert all("annotation" in issue.where for issue in got.issues)
    (record,) = history(desk.layer(corpus))
    assert [each["text"] for each in record["value"]["spans"]] == ["Oslo"]


def test_an_answer_that_the_server_takes_but_cannot_send_hides_no_other(corpus: Project) -> None:
    desk.push(corpus)
    good, bad = (task for task in desk.live(corpus) if task["annotator"] == "ann-a")
    studio, ann = Studio.connect(corpus), desk.user_id(corpus, "ann-a")
    for task in (good, bad):
        studio.annotate(task["id"], [desk.span(0, 4, "EVENT", task["data"]["text"])], completed_by=ann)
    assert desk.pull(corpus).issues == []
    studio.update_annotation(studio.task(good["id"])["annotations"][0]["id"], {"result": []})
    half = b'{"result": [{"id": "x", "value": {"text": "\\ud83d"}}]}'  # of an emoji: no JSON in UTF-8 can hold it
    with pytest.raises(OutsideError):
        path, kind = f"api/tasks/{bad['id']}/annotations/", {"Content-Type": "application/json"}
        studio._call("POST", path, content=half, headers=kind)
    got = desk.pull(corpus)
    assert [(issue.code, issue.where.split()[-1]) for issue in got.issues] == [("unreadable-task", str(bad["id"]))]
    assert got.layers["entities"] == {"new": 0, "changed": 1, "withdrawn": 0, "annotations": 2}
    studio.delete_tasks(bad["place"], [bad["id"]])
    got = desk.pull(corpus)
    assert (got.issues, got.layers["entities"]["withdrawn"]) == ([], 1)


def test_an_answer_to_a_text_that_was_edited_on_the_server_is_refused(corpus: Project) -> None:
    desk.push(corpus)
    studio, task = Studio.connect(corpus), desk.live(corpus)[0]
    studio.update_task(task["id"], {"data": task["data"] | {"text": "Another text."}})
    studio.annotate(task["id"], [], completed_by=desk.user_id(corpus, task["annotator"]))
    assert [issue.code for issue in desk.pull(corpus).issues] == ["task-text-edited"]
    assert history(desk.layer(corpus)) == []


@pytest.mark.parametrize("step", ["keep", "append_jsonl", "write_json"])
def test_a_pull_that_dies_anywhere_ends_in_the_same_file(
    corpus: Project, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    desk.answer(corpus, "ann-b", 2)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pulling.exports if step == "keep" else pulling, step, die)
        desk.pull(corpus)
    desk.pull(corpus)
    ended = desk.layer(corpus).annotations.read_bytes()
    assert len(ended.splitlines()) == 2
    desk.layer(corpus).annotations.unlink()
    (corpus.private / "pulled.json").unlink()
    desk.pull(corpus)
    assert desk.layer(corpus).annotations.read_bytes() == ended


def test_the_history_can_be_made_again_from_the_kept_exports(corpus: Project) -> None:
    desk.push(corpus)
    first = desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    desk.pull(corpus)
    desk.answer(corpus, "ann-b", 1)
    desk.pull(corpus)
    Studio.connect(corpus).delete_annotation(first["id"])
    desk.pull(corpus)
    assert pulling.rebuild(corpus, desk.layer(corpus)) == history(desk.layer(corpus))
    assert len(history(desk.layer(corpus))) == 3


def test_kept_exports_hold_no_address_of_anybody(corpus: Project) -> None:
    import gzip

    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1)
    desk.pull(corpus)
    kept = [gzip.decompress(path.read_bytes()) for path in corpus.private.glob("exports/**/*.gz")]
    assert kept
    assert all(b"@copydesk.invalid" not in data for data in kept)


def test_a_desk_of_two_places_loses_no_answer_when_one_of_them_changes_or_the_server_moves(
    corpus: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    first, second = parted(corpus, studio)
    assert first["place"] != second["place"]
    for article in (1, 2):
        desk.answer(corpus, "ann-a", article)
    assert desk.pull(corpus).layers["entities"]["new"] == 2

    moved = str(os.environ["LABEL_STUDIO_URL"]).replace("127.0.0.1", "localhost")
    monkeypatch.setenv("LABEL_STUDIO_URL", moved)  # both places are new ones to this project
    assert desk.pull(corpus).layers["entities"] == {"new": 0, "changed": 0, "withdrawn": 0, "annotations": 2}

    studio.delete_tasks(first["place"], [first["id"]])  # so that place is looked at whole; nothing changed at the other
    assert desk.pull(corpus).layers["entities"] == {"new": 0, "changed": 0, "withdrawn": 1, "annotations": 1}
    assert desk.state(corpus) == {"ann-a 1": "withdrawn", "ann-a 2": "submitted"}


def parted(project: Project, studio: Studio) -> list[dict[str, Any]]:
    """The desk of ann-a stands at two places, as when two machines push for the first time at once; a task at each."""
    _, other = [task for task in desk.live(project) if task["annotator"] == "ann-a"]
    (record,) = [each for each in studio.projects() if each["id"] == other["place"]]
    second = studio.create_project({name: record[name] for name in ("title", "description", "label_config")})
    studio.import_tasks(second["id"], [{"data": other["data"]}])
    studio.delete_tasks(other["place"], [other["id"]])
    return [task for task in desk.live(project) if task["annotator"] == "ann-a"]
