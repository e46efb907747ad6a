"""Push against a real server: every task once, nothing of anybody else touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from copydesk.dataset import removals
from copydesk.errors import Locked
from copydesk.files import locked
from copydesk.labeling import annotators, desks
from copydesk.labeling.annotations import history
from copydesk.labeling.desks import PageDrift
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import KEY, SUPERSEDED
from copydesk.project import Project

from . import desk

pytestmark = pytest.mark.studio

RAIN, SNOW = desk.RAIN, desk.SNOW
Make = Callable[..., Project]


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
    desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN))
    edited = {"art-0000000000000001": RAIN + " Much of it.", "art-0000000000000002": SNOW}
    desk.stock(corpus, edited)
    assert desk.push(corpus).as_json() == {"created": 2, "unchanged": 2, "superseded": 2, "total": 4}
    old = [task for task in desk.tasks(corpus) if task["data"].get(SUPERSEDED)]
    assert {task["data"]["text"] for task in old} == {RAIN}
    assert sorted(task["total_annotations"] for task in old) == [0, 1], "what somebody answered is kept"
    assert desk.push(corpus).as_json() == {"created": 0, "unchanged": 4, "superseded": 0, "total": 4}
    desk.pull(corpus)
    assert desk.state(corpus) == {"ann-a 1": "submitted"}, "an answer on the old text is still an answer"

    desk.stock(corpus, {"art-0000000000000001": RAIN, "art-0000000000000002": SNOW})
    taken_back = desk.push(corpus)
    assert (taken_back.created, taken_back.superseded) == (0, 2), "the old tasks are wanted again, none is made twice"
    assert {task["data"]["text"] for task in desk.live(corpus)} == {RAIN, SNOW}


def test_labels_on_the_old_text_come_back_as_predictions_where_their_words_are_now(corpus: Project) -> None:
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1, desk.span(13, 17, "GPE", RAIN), desk.span(24, 30, "DATE", RAIN))
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
    desk.answer(corpus, "ann-a", 1, region)
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


def test_what_someone_who_left_has_answered_is_not_asked_again(corpus: Project) -> None:
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1)
    desk.pull(corpus)
    desk.people(corpus, "ann-c")
    annotators.remove(corpus, "ann-a")
    desk.push(corpus)
    held = sorted((task["annotator"], task["data"]["article_id"][-1]) for task in desk.live(corpus))
    assert held == [("ann-b", "1"), ("ann-b", "2"), ("ann-c", "2")]

    desk.people(corpus, "ann-a")
    desk.push(corpus)
    titles = [each["title"] for each in Studio.connect(corpus).projects() if corpus.name in each["description"]]
    assert not [title for title in titles if title.startswith("(old)")], "who comes back finds their desk open"


def test_what_somebody_skipped_is_asked_of_another(corpus: Project) -> None:
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1, was_cancelled=True)
    desk.pull(corpus)
    assert desk.push(corpus).created == 0, "nobody else is there"
    desk.people(corpus, "ann-c")
    assert desk.push(corpus).created == 1
    held = [task["data"]["article_id"][-1] for task in desk.live(corpus) if task["annotator"] == "ann-c"]
    assert held == ["1"]
    assert desk.push(corpus).created == 0


def test_nobody_is_asked_about_a_removed_article(corpus: Project) -> None:
    desk.push(corpus)
    gone = desk.live(corpus)[0]["data"]["article_id"]
    removals.remove(corpus, gone, reason="asked by the publisher", now=desk.NOW)
    assert desk.push(corpus).superseded == 2
    assert gone not in {task["data"]["article_id"] for task in desk.live(corpus)}


def test_open_tasks_of_someone_who_leaves_go_to_their_heir(corpus: Project) -> None:
    desk.push(corpus)
    desk.answer(corpus, "ann-a", 1)
    desk.people(corpus, "ann-c")
    assert desk.push(corpus).created == 0, "two are enough"
    annotators.reassign(corpus, "ann-a", "ann-c")
    pushed = desk.push(corpus)
    assert (pushed.created, pushed.superseded) == (1, 1)
    held = sorted((task["annotator"], task["data"]["article_id"][-1]) for task in desk.live(corpus))
    assert held == [("ann-a", "1"), ("ann-b", "1"), ("ann-b", "2"), ("ann-c", "2")], "what is answered stays"
    assert desk.push(corpus).as_json() == {"created": 0, "unchanged": 4, "superseded": 0, "total": 4}
