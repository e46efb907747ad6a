"""The adjudicator's page and what is read from it; the way over a real server is in tests/integration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from copydesk.console import quiet
from copydesk.labeling import layers, page, results, review_page
from copydesk.labeling.annotations import TRAINING
from copydesk.labeling.desks import REVIEW, WORK, Desk, find
from copydesk.labeling.referral import NoAdjudicator, refer
from copydesk.labeling.studio import Studio
from copydesk.project import Project

LABELING = Path(__file__).parents[2] / "labeling"
NAMES = ("entities", "stance", "claims")


def said(name: str, value: Any) -> dict[str, Any]:
    return {"id": "x", "from_name": name, "to_name": "text", "type": "choices", "value": value}


@pytest.mark.parametrize("name", NAMES)
def test_the_review_page_is_the_layers_page_with_the_note_and_three_questions(name: str, tmp_path: Path) -> None:
    layer = layers.read(LABELING / name)
    (tmp_path / "config.xml").write_text(review_page.page(layer))
    found = page.check(replace(layer, folder=tmp_path))
    added = [issue.message for issue in found]
    assert len(added) == 4, "nothing of the layer's own page is lost"
    assert [message for message in added if "is not asked for" in message] == [
        f"Choices {control!r} is not asked for by layer.toml" for control in review_page.QUESTIONS
    ]
    assert [message for message in added if "$note" in message]
    shown = ElementTree.fromstring(review_page.page(layer)).iter("Header")
    assert "$note" in [element.get("value") for element in shown]


def test_what_was_said_is_read() -> None:
    layer = layers.read(LABELING / "entities")
    result = [
        said(review_page.CONFIDENCE, {"choices": ["low"]}),
        said(review_page.GUIDELINE, {"choices": ["unclear"]}),
    ]
    assert review_page.judgement(layer, result) == (
        {"confidence": "low", "error": None, "unclear_guideline": True},
        [],
    )
    assert review_page.judgement(layer, []) == (None, [])


@pytest.mark.parametrize(
    "value",
    [None, 3, [], {}, {"choices": []}, {"choices": ["low", "high"]}, {"choices": [["low"]]}, {"choices": "low"}],
)
def test_what_cannot_be_an_answer_is_an_issue(value: Any) -> None:
    layer = layers.read(LABELING / "entities")
    judgement, issues = review_page.judgement(layer, [{}, said(review_page.ERROR, value)])
    assert judgement is None
    assert [(issue.code, issue.path) for issue in issues] == [("unknown-label", "$.result[1].value")]


@pytest.mark.parametrize("result", [None, 3, {}, "x", [None], [{"from_name": []}], [{"from_name": {}}]])
def test_any_json_is_read_without_a_traceback(result: Any) -> None:
    layer = layers.read(LABELING / "entities")
    assert review_page.judgement(layer, result)[0] is None
    results.value(layer, result, "Rain.", review_page.QUESTIONS)


def test_two_different_answers_to_one_question_are_an_issue() -> None:
    layer = layers.read(LABELING / "entities")
    result = [said(review_page.CONFIDENCE, {"choices": [each]}) for each in ("low", "high")]
    judgement, issues = review_page.judgement(layer, result)
    assert judgement == {"confidence": "low", "error": None, "unclear_guideline": False}
    assert len(issues) == 1


def test_the_questions_are_unknown_on_an_annotators_page() -> None:
    layer = layers.read(LABELING / "entities")
    result = [said(review_page.CONFIDENCE, {"choices": ["low"]})]
    assert [issue.code for issue in results.value(layer, result, "Rain.")[1]] == ["unknown-control"]
    assert results.value(layer, result, "Rain.", review_page.QUESTIONS) == ({"spans": []}, [])


def test_desks_of_one_person_are_told_apart_by_what_they_are_for(project: Callable[..., Project]) -> None:
    mine = project()
    wanted = [Desk(mine.name, "entities", "1.0.0", "judge", purpose) for purpose in (WORK, REVIEW, TRAINING)]
    records = [
        {"id": n, "description": f"…\n[copydesk {desk.name} page=0123456789ab]"} for n, desk in enumerate(wanted)
    ]
    found = find(mine, records)
    assert list(found) == wanted
    assert {place.page for places in found.values() for place in places} == {"0123456789ab"}


def test_without_an_adjudicator_it_is_said_who_to_add(project: Callable[..., Project]) -> None:
    mine = project()
    with pytest.raises(NoAdjudicator, match="adjudicator") as caught:
        refer(mine, layers.load(mine), {}, studio=Studio("http://127.0.0.1:1", "key"), progress=quiet)
    assert "--role adjudicator" in caught.value.hint
