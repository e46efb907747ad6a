"""A layer's predictor on a real server: annotators start from what it found, and their answers say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.labeling import annotators, results
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.earlier import MODEL
from copydesk.project import Project

from . import desk

pytestmark = pytest.mark.studio

SAID = "🌧️ Nine roads were closed in Oslo, Kari Lund said."


def test_annotators_start_from_what_was_found_and_their_answers_say_so(on_server: Callable[..., Project]) -> None:
    project = on_server("predicted")
    settings = project.labeling / "claims/layer.toml"
    settings.write_text(
        settings.read_text().replace('linked = "claimant"', 'linked = "claimant"\npredictor = "claimants"')
    )
    desk.stock(project, [SAID, "Rain fell all day."])
    studio = desk.people(project, "ann-a")
    desk.push(project, "claims")
    tasks = {task["data"]["text"]: task for task in desk.live(project, "claims")}
    assert studio.projects()[0]["model_version"] == MODEL, "the labelling stream shows it, too"
    shown = studio.task(tasks[SAID]["id"])
    assert shown is not None
    assert {each["model_version"] for each in shown["predictions"]} == {MODEL, "claimants 1"}

    mine = annotators.as_annotator(project, "ann-a", studio)
    for task in tasks.values():
        mine.annotate(task["id"], shown["predictions"][0]["result"] if task["data"]["text"] == SAID else [])
    assert desk.pull(project, "claims").issues == []
    layer = desk.layer(project, "claims")
    answers = {len(each["value"]["spans"]): each for each in latest(history(layer))}
    assert {n: each["with_predictions"] for n, each in answers.items()} == {1: True, 0: False}
    (claim,) = answers[1]["value"]["spans"]
    assert (claim["text"], claim["claimant"]["text"]) == ("Nine roads were closed in Oslo", "Kari Lund")
    assert results.result(layer, answers[1]["value"], SAID)
