"""Disputes go to an adjudicator on a real server and come back as gold that says who decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.console import quiet
from copydesk.files import read_jsonl
from copydesk.labeling import annotators, desks, results, stages
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.push import Pushed
from copydesk.labeling.referral import AGREED, NoAdjudicator, refer
from copydesk.labeling.results import Item
from copydesk.labeling.review_page import CONFIDENCE, ERROR, GUIDELINE, NOTE
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import SUPERSEDED
from copydesk.project import Project

from . import desk

pytestmark = pytest.mark.studio

RAIN, SNOW = desk.RAIN, desk.SNOW
OSLO, MONDAY = (13, 17), (24, 30)
NOBODY_SHOWN = {"created": 0, "unchanged": 0, "superseded": 0, "total": 0}


@pytest.fixture
def corpus(on_server: Callable[..., Project], request: pytest.FixtureRequest) -> Project:
    """Two articles that two annotators have labelled: of one they say the same, of the other not."""
    project = on_server(request.node.name[:60])
    desk.stock(project, {"art-0000000000000001": RAIN, "art-0000000000000002": SNOW})
    desk.people(project, "ann-a", "ann-b")
    desk.push(project)
    for who, label in (("ann-a", "GPE"), ("ann-b", "LOC")):
        desk.answer(project, who, 1, desk.span(*OSLO, label, RAIN))
        desk.answer(project, who, 2, desk.span(13, 19, "GPE", SNOW))
    return project


def judge(project: Project, name: str = "judge") -> Studio:
    studio = Studio.connect(project)
    annotators.add(project, name, studio, "adjudicator")
    return studio


def referred(project: Project) -> dict[str, int]:
    """Pull, adjudicate and refer, as ``copydesk pull && copydesk adjudicate --review`` does."""
    assert desk.pull(project).issues == []
    layer = desk.layer(project)
    decided = stages.adjudicate(project, [layer])
    done: Pushed = refer(project, [layer], decided, studio=Studio.connect(project), progress=quiet)[layer.name]
    return done.as_json()


def said(name: str, option: str) -> Item:
    """One of the adjudicator's questions, answered."""
    return {"id": name, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [option]}}


def test_the_adjudicator_decides_and_gold_leads_back_to_everybody(corpus: Project) -> None:
    studio = judge(corpus)
    assert referred(corpus) == {"created": 1, "unchanged": 0, "superseded": 0, "total": 1}
    (task,) = [task for task in desk.tasks(corpus) if task["annotator"] == "judge"]
    assert task["data"][NOTE] == "To decide:\nspan (what it is): “Oslo” GPE: ann-a; “Oslo” LOC: ann-b"

    shown = studio.task(task["id"])
    assert shown is not None
    by_name = {each["model_version"]: each["result"] for each in shown["predictions"]}
    assert {
        name: results.value(desk.layer(corpus), result, RAIN)[0]["spans"][0]["label"]
        for name, result in by_name.items()
        if name != AGREED
    } == {
        "ann-a": "GPE",
        "ann-b": "LOC",
    }
    assert by_name.keys() == {"ann-a", "ann-b", AGREED}
    assert by_name[AGREED] == []
    assert studio.projects()[0]["model_version"] == AGREED, "the page opens with what is agreed"

    as_judge = annotators.as_annotator(corpus, "judge", studio)
    decision = [*by_name["ann-a"], said(CONFIDENCE, "high"), said(ERROR, "guideline"), said(GUIDELINE, "unclear")]
    as_judge.annotate(task["id"], decision)
    assert desk.pull(corpus).issues == []
    (word,) = [each for each in latest(history(desk.layer(corpus))) if each["annotator"] == "judge"]
    assert (word["role"], word["with_predictions"]) == ("adjudicator", True)
    assert word["review"] == {"confidence": "high", "error": "guideline", "unclear_guideline": True}

    decided = stages.adjudicate(corpus, [desk.layer(corpus)])["entities"]
    assert decided.disputed == []
    assert [case["annotation_id"] for case in decided.unclear] == [word["annotation_id"]]
    (oslo,) = [
        unit
        for unit in read_jsonl(desk.layer(corpus).gold)
        if unit["kind"] == "span" and unit["span"]["text"] == "Oslo"
    ]
    assert (oslo["how"], oslo["label"]) == ("adjudicator", "GPE")
    assert referred(corpus) == NOBODY_SHOWN, "what is settled stays where it is"


def test_referring_twice_makes_one_task_and_push_leaves_it(corpus: Project) -> None:
    judge(corpus)
    referred(corpus)
    assert referred(corpus) == {"created": 0, "unchanged": 1, "superseded": 0, "total": 1}
    (corpus.build / "ledger.jsonl").unlink()
    assert referred(corpus)["created"] == 0, "also without the cache"
    assert desk.push(corpus).as_json() == {"created": 0, "unchanged": 4, "superseded": 0, "total": 4}
    assert len([task for task in desk.live(corpus) if task["annotator"] == "judge"]) == 1


def test_a_changed_answer_is_shown_anew_and_an_agreement_takes_the_task_back(corpus: Project) -> None:
    studio = judge(corpus)
    referred(corpus)
    (mine,) = [
        task for task in desk.live(corpus) if task["annotator"] == "ann-b" and task["data"]["article_id"].endswith("1")
    ]
    (given,) = studio.task(mine["id"])["annotations"]  # type: ignore[index]
    studio.update_annotation(given["id"], {"result": [desk.span(*OSLO, "FAC", RAIN)]})
    assert referred(corpus) == {"created": 1, "unchanged": 0, "superseded": 0, "total": 1}
    (task,) = [task for task in desk.tasks(corpus) if task["annotator"] == "judge"]
    assert "FAC: ann-b" in task["data"][NOTE]

    studio.update_annotation(given["id"], {"result": [desk.span(*OSLO, "GPE", RAIN)]})
    assert referred(corpus) == NOBODY_SHOWN | {"superseded": 1}
    (task,) = [task for task in desk.tasks(corpus) if task["annotator"] == "judge"]
    assert task["data"][SUPERSEDED]


def test_the_page_asks_what_the_layer_asks_and_the_judges_questions(corpus: Project) -> None:
    studio = judge(corpus)
    referred(corpus)
    found = {each.annotator: places for each, places in desks.find(corpus, studio.projects()).items() if each.review}
    config = found["judge"][0].record["label_config"]
    assert "$note" in config and CONFIDENCE in config and "PERSON" in config


def test_without_an_adjudicator_it_is_said_who_to_add(corpus: Project) -> None:
    with pytest.raises(NoAdjudicator) as caught:
        referred(corpus)
    assert "--role adjudicator" in caught.value.hint


def test_what_nobody_is_left_to_answer_goes_to_the_adjudicator_and_with_who_leaves_to_another(
    on_server: Callable[..., Project],
) -> None:
    project = on_server("skipped-by-one")
    desk.stock(project, {"art-0000000000000001": RAIN})
    desk.people(project, "ann-a", "ann-b")
    desk.push(project)
    desk.answer(project, "ann-a", 1, was_cancelled=True)
    desk.answer(project, "ann-b", 1, desk.span(*OSLO, "GPE", RAIN))
    judge(project, "first")
    assert referred(project)["created"] == 1
    judge(project, "second")
    annotators.reassign(project, "first", "second")
    moved = referred(project)
    assert (moved["created"], moved["superseded"], moved["total"]) == (1, 1, 1)
    (task,) = [task for task in desk.live(project) if task["annotator"] == "second"]
    assert task["data"][NOTE] == "To decide:\nthe whole (too few answered): skipped by ann-a"
    second = desk.user_id(project, "second")
    Studio.connect(project).annotate(task["id"], [desk.span(*OSLO, "GPE", RAIN)], completed_by=second)
    assert referred(project) == {**NOBODY_SHOWN, "total": 0}
    assert [unit["how"] for unit in read_jsonl(desk.layer(project).gold)] == ["adjudicator"] * 2
