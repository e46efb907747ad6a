"""Push and pull against a real server: every task once, every answer kept."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError, Locked, OutsideError
from copydesk.files import locked
from copydesk.labeling import annotators, desks, exports
from copydesk.labeling import pull as pulling
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.desks import PageDrift
from copydesk.labeling.standing import current
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import KEY, SUPERSEDED
from copydesk.project import Project

from . import desk

pytestmark = pytest.mark.studio

RAIN, SNOW = "Rain fell on Oslo 🌧️ on Monday.", "Snow fell on Bergen."
Make = Callable[..., Project]


@pytest.fixture
def corpus(on_server: Make, request: pytest.FixtureRequest) -> Project:
    """A project of two articles and two annotators, with a name that no other test uses."""
    project = on_server(request.node.name.replace("[", "-").replace("]", "")[:60])
    desk.stock(project, {"art-0000000000000001": RAIN, "art-0000000000000002": SNOW})
    desk.people(project, "ann-a", "ann-b")
    return project


def state(project: Project, name: str = "entities") -> dict[str, str]:
    """Who stands where, by annotator and article."""
    records = latest(history(desk.layer(project, name)))
    return {f"{record['annotator']} {record['article_id'][-1]}": record["status"] for record in records}


def answer(project: Project, who: str, article: int, *regions: dict, **fields: object) -> dict:
    """Label one article as one annotator, on their own desk."""
    studio = Studio.connect(project)
    for task in desk.live(project):
        if task["annotator"] == who and task["data"]["article_id"].endswith(str(article)):
            return studio.annotate(task["id"], regions, completed_by=desk.user_id(project, who), **fields)
    raise LookupError(who)


# Push


def test_a_second_push_creates_nothing(corpus: Project) -> None:
    assert desk.push(corpus).as_json() == {"created": 4, "unchanged": 0, "superseded": 0, "total": 4}
    assert desk.push(corpus).as_json() == {"created": 0, "unchanged": 4, "superseded": 0, "total": 4}
    (corpus.build / "ledger.jsonl").unlink()
    assert desk.push(corpus).created == 0, "also without the cache"
    assert desk.push(corpus, reconcile=True).created == 0
    keys = [task["data"][KEY] for task in desk.tasks(corpus)]
    assert len(keys) == len(set(keys)) == 4


def test_without_annotators_everyone_shares_one_desk_with_redundancy(on_server: Make) -> None:
    project = on_server("shared")
    desk.stock(project, [RAIN, SNOW])
    assert desk.push(project, "stance").created == 2 * len(desk.layer(project, "stance").target_ids)
    ((found, (place,)),) = desks.find(project, Studio.connect(project).projects()).items()
    assert found.annotator is None
    assert place.record["maximum_annotations"] == project.labeling_settings.redundancy
    assert {task["data"]["annotator"] for task in desk.tasks(project, "stance")} == {None}


def test_other_projects_on_the_server_are_not_touched(corpus: Project) -> None:
    studio = Studio.connect(corpus)
    other = studio.create_project(
        {"title": "other", "description": "[copydesk other/entities@1.0.0/everyone page=000000000000]"}
    )
    desk.push(corpus)
    desk.pull(corpus)
    assert studio.extent(other["id"]) == (0, "")


def test_a_changed_text_supersedes_and_keeps_the_old_task(corpus: Project) -> None:
    desk.push(corpus)
    answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    edited = {"art-0000000000000001": RAIN + " Much of it.", "art-0000000000000002": SNOW}
    desk.stock(corpus, edited)
    assert desk.push(corpus).as_json() == {"created": 2, "unchanged": 2, "superseded": 2, "total": 4}
    old = [task for task in desk.tasks(corpus) if task["data"].get(SUPERSEDED)]
    assert {task["data"]["text"] for task in old} == {RAIN}
    assert sorted(task["total_annotations"] for task in old) == [0, 1], "what somebody answered is kept"
    assert desk.push(corpus).as_json() == {"created": 0, "unchanged": 4, "superseded": 0, "total": 4}
    desk.pull(corpus)
    assert state(corpus) == {"ann-a 1": "submitted"}, "an answer on the old text is still an answer"

    desk.stock(corpus, {"art-0000000000000001": RAIN, "art-0000000000000002": SNOW})
    taken_back = desk.push(corpus)
    assert (taken_back.created, taken_back.superseded) == (0, 2), "the old tasks are wanted again, none is made twice"
    assert {task["data"]["text"] for task in desk.live(corpus)} == {RAIN, SNOW}


def test_labels_on_the_old_text_come_back_as_predictions_where_their_words_are_now(corpus: Project) -> None:
    desk.push(corpus)
    answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN), desk.span(24, 30, "DATE", RAIN))
    desk.pull(corpus)
    edited = "It was said: " + RAIN.replace("on Monday", "at night")
    desk.stock(corpus, {"art-0000000000000001": edited, "art-0000000000000002": SNOW})
    desk.push(corpus)
    studio = Studio.connect(corpus)
    new = {task["annotator"]: task["id"] for task in desk.live(corpus) if task["data"]["text"] == edited}
    (prediction,) = (studio.task(new["ann-a"]) or {})["predictions"]
    (region,) = prediction["result"]
    value = region["value"]
    assert (value["labels"], edited[value["start"] : value["end"]]) == (["GPE"], "Oslo")
    assert (studio.task(new["ann-b"]) or {})["predictions"] == [], "nobody sees another's labels"

    place = next(task["place"] for task in desk.live(corpus) if task["id"] == new["ann-a"])
    record = next(each for each in studio.projects() if each["id"] == place)
    assert record["model_version"] == prediction["model_version"], "else the page does not show it"
    assert record["show_collab_predictions"] is True
    answer(corpus, "ann-a", 1, region)
    desk.pull(corpus)
    newest = max(history(desk.layer(corpus)), key=lambda record: record["updated_at"])
    assert newest["with_predictions"] is True


def test_a_new_layer_version_gets_a_desk_of_its_own(corpus: Project) -> None:
    desk.push(corpus)
    path = corpus.labeling / "entities" / "layer.toml"
    path.write_text(path.read_text().replace('version = "1.0.0"', 'version = "2.0.0"'))
    pushed = desk.push(corpus)
    assert (pushed.created, pushed.superseded, pushed.total) == (4, 4, 4)
    assert {task["data"]["layer_version"] for task in desk.live(corpus)} == {"2.0.0"}
    assert desk.push(corpus).created == 0


def test_a_labelling_page_that_was_changed_on_the_server_is_named_before_anything_is_written(corpus: Project) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    place = next(iter(desks.find(corpus, studio.projects()).values()))[0]
    config = place.record["label_config"].replace("Label value", "Label hint='x' value", 1)
    studio.update_project(place.project_id, {"label_config": config})
    desk.stock(corpus, [RAIN + " New."])
    before = desk.tasks(corpus)
    with pytest.raises(PageDrift, match="changed on the server") as caught:
        desk.push(corpus)
    assert "labeling/entities/config.xml" in caught.value.hint
    assert desk.tasks(corpus) == before


def test_our_own_change_of_the_page_goes_to_the_server(corpus: Project) -> None:
    desk.push(corpus)
    path = corpus.labeling / "entities" / "config.xml"
    path.write_text(path.read_text().replace("<View", "<View style='margin: 0'", 1))
    assert desk.push(corpus).created == 0
    for places in desks.find(corpus, Studio.connect(corpus).projects()).values():
        assert places[0].record["label_config"] == path.read_text().strip()


def test_duplicates_go_and_the_one_that_somebody_touched_stays(corpus: Project) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    before = desk.tasks(corpus)
    copies = {task["data"][KEY]: studio.import_tasks(task["place"], [{"data": task["data"]}])[0] for task in before}
    touched = before[0]["data"][KEY]
    studio.annotate(copies[touched], [], completed_by=desk.user_id(corpus, before[0]["annotator"]))
    assert len(desk.tasks(corpus)) == 8

    assert desk.push(corpus).created == 0
    after = {task["data"][KEY]: task["id"] for task in desk.tasks(corpus)}
    assert len(desk.tasks(corpus)) == 4
    assert after == {task["data"][KEY]: task["id"] for task in before} | {touched: copies[touched]}


def test_a_push_after_which_the_server_committed_although_the_answer_was_lost(
    corpus: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, lost = Studio.import_tasks, []

    def import_and_lose(studio: Studio, project_id: int, tasks: list) -> list[int]:
        ids = whole(studio, project_id, tasks)
        if len(lost) < 2:
            lost.append(ids)
            from copydesk.labeling.studio import Unsure

            raise Unsure("the connection broke")
        return ids

    monkeypatch.setattr(Studio, "import_tasks", import_and_lose)
    desk.push(corpus)
    assert len(lost) == 2
    assert len(desk.tasks(corpus)) == 4


PUSH = """
import sys
from pathlib import Path
from copydesk.labeling import push
from copydesk.project import Project
from integration import desk
push.BATCH_TASKS = 5
print("go", flush=True)
desk.push(Project.load(Path(sys.argv[1])))
"""


def test_a_push_that_is_killed_half_way_goes_on(on_server: Make) -> None:
    project = on_server("killed")
    desk.stock(project, [f"Rain no. {n} in Oslo." for n in range(60)])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", PUSH, str(project.root)], env=environment, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if desks.find(project, Studio.connect(project).projects()) and desk.tasks(project):
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < len(desk.tasks(project)) < 60, "killed in the middle"
    assert desk.push(project).total == 60
    keys = [task["data"][KEY] for task in desk.tasks(project)]
    assert len(keys) == len(set(keys)) == 60


def test_a_second_exchange_on_this_machine_is_refused_while_one_runs(corpus: Project) -> None:
    with locked(corpus.private / "exchange.lock", "the exchange with Label Studio"):
        with pytest.raises(Locked, match="exchange with Label Studio is locked by process"):
            desk.push(corpus)
        with pytest.raises(Locked):
            desk.pull(corpus)


def test_open_tasks_of_someone_who_leaves_go_to_their_heir(corpus: Project) -> None:
    desk.push(corpus)
    answer(corpus, "ann-a", 1)
    desk.people(corpus, "ann-c")
    assert desk.push(corpus).created == 0, "two are enough"
    annotators.reassign(corpus, "ann-a", "ann-c")
    pushed = desk.push(corpus)
    assert (pushed.created, pushed.superseded) == (1, 1)
    held = sorted((task["annotator"], task["data"]["article_id"][-1]) for task in desk.live(corpus))
    assert held == [("ann-a", "1"), ("ann-b", "1"), ("ann-b", "2"), ("ann-c", "2")], "what is answered stays"
    assert desk.push(corpus).as_json() == {"created": 0, "unchanged": 4, "superseded": 0, "total": 4}


# Pull


def test_pull_follows_answers_changes_skips_and_deletions(corpus: Project) -> None:
    desk.push(corpus)
    studio = Studio.connect(corpus)
    first = answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN), lead_time=12.5)
    skipped = answer(corpus, "ann-b", 1, was_cancelled=True)
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
    answer(corpus, "ann-a", 2)
    got = desk.pull(corpus)
    assert got.layers["entities"] == {"new": 1, "changed": 1, "withdrawn": 0, "annotations": 3}
    assert desk.layer(corpus).annotations.read_bytes().startswith(before), "history only grows"

    studio.delete_annotation(skipped["id"])
    assert desk.pull(corpus).layers["entities"] == {"new": 0, "changed": 0, "withdrawn": 1, "annotations": 2}
    assert state(corpus) == {"ann-a 1": "submitted", "ann-a 2": "submitted", "ann-b 1": "withdrawn"}


def test_several_answers_of_one_person_are_kept_and_the_newest_counts(corpus: Project) -> None:
    desk.push(corpus)
    articles = {each["article_id"]: each for each in Store(corpus).articles()}

    def counting() -> list[list[str]]:
        assert desk.pull(corpus).issues == []
        answers, _ = current(desk.layer(corpus), latest(history(desk.layer(corpus))), articles)
        return [[span["label"] for span in each["value"]["spans"]] for each in answers]

    answer(corpus, "ann-a", 1, desk.span(13, 17, "LOC", RAIN))
    second = answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    assert counting() == [["GPE"]]
    answer(corpus, "ann-a", 1, was_cancelled=True)
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
    answer(corpus, "ann-a", 1)
    last = answer(corpus, "ann-a", 2)
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
    answer(corpus, "ann-a", 1)
    answer(corpus, "ann-a", 2)
    desk.pull(corpus)
    gone = next(task for task in desk.tasks(corpus) if task["total_annotations"])
    Studio.connect(corpus).delete_tasks(gone["place"], [gone["id"]])
    assert desk.pull(corpus).layers["entities"]["withdrawn"] == 1
    assert sorted(state(corpus).values()) == ["submitted", "withdrawn"]


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
    answer(corpus, "ann-b", 2)
    for _ in range(2):
        assert [issue.code for issue in desk.pull(corpus).issues] == ["unknown-user"]
    assert state(corpus) == {"ann-b 2": "submitted"}, "the others' answers are not held up"

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
    mine = answer(corpus, "ann-a", 1)
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
    answer(corpus, "ann-a", 1, good, far, odd)
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
    answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    answer(corpus, "ann-b", 2)

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
    first = answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    desk.pull(corpus)
    answer(corpus, "ann-b", 1)
    desk.pull(corpus)
    Studio.connect(corpus).delete_annotation(first["id"])
    desk.pull(corpus)
    assert pulling.rebuild(corpus, desk.layer(corpus)) == history(desk.layer(corpus))
    assert len(history(desk.layer(corpus))) == 3


def test_kept_exports_hold_no_address_of_anybody(corpus: Project) -> None:
    import gzip

    desk.push(corpus)
    answer(corpus, "ann-a", 1)
    desk.pull(corpus)
    kept = [gzip.decompress(path.read_bytes()) for path in corpus.private.glob("exports/**/*.gz")]
    assert kept
    assert all(b"@copydesk.invalid" not in data for data in kept)


# No server


def test_no_server_is_said_with_what_to_do(on_server: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    project = on_server("alone")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("LABEL_STUDIO_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(OutsideError, match="no server answers") as caught:
        Studio.connect(project)
    assert "studio start" in caught.value.hint
    monkeypatch.delenv("LABEL_STUDIO_URL")
    with pytest.raises(CopydeskError, match="LABEL_STUDIO_API_KEY is set, LABEL_STUDIO_URL is not"):
        Studio.connect(project)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    with pytest.raises(OutsideError, match="does not run"):
        Studio.connect(project)


@pytest.mark.parametrize("key", ["0" * 40, "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln", "wröng", " "])
def test_a_wrong_key_is_said_and_not_repeated(on_server: Make, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    project = on_server("wrong")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", key)
    with pytest.raises(CopydeskError) as caught:
        Studio.connect(project)
    assert "LABEL_STUDIO_API_KEY" in caught.value.hint
    if key.strip():
        assert key not in f"{caught.value}{caught.value.hint}{caught.value!r}"


@pytest.mark.parametrize("body", [b"<html>hello", b"{}", b"[]", b"null"])
def test_another_program_at_the_address_is_not_taken_for_label_studio(
    on_server: Make, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    project = on_server("other")
    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        monkeypatch.setenv("LABEL_STUDIO_URL", f"http://127.0.0.1:{other.server_port}")
        with pytest.raises(OutsideError, match="Label Studio"):
            Studio.connect(project)
        other.shutdown()
