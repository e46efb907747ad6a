"""A training round on a real server: the lead says what is right, newcomers are scored, then real work starts."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from copydesk.console import quiet
from copydesk.labeling import annotators, stages
from copydesk.labeling.push import Pushed
from copydesk.labeling.studio import Studio
from copydesk.labeling.training import NothingToTrainOn, Turns, train, turns
from copydesk.project import Project
from copydesk.status import PersonStatus, status
from copydesk.views import labels as views

from . import desk

pytestmark = pytest.mark.studio

KNOWN, REAL = "art-0000000000000001", "art-0000000000000002"
RAIN = "Rain fell on Oslo 🌧️ on Monday."
OSLO, MONDAY = (13, 17), (24, 30)


@pytest.fixture
def corpus(on_server: Callable[..., Project]) -> Project:
    """Two articles, one of them for training, and two newcomers."""
    project = on_server("training")
    desk.stock(project, {KNOWN: RAIN, REAL: "Snow fell on Bergen."})
    desk.people(project, "ann-a", "ann-b")
    return replace(project, labeling_settings=replace(project.labeling_settings, training=(KNOWN,)))


def trained(project: Project) -> Pushed:
    studio = Studio.connect(project)
    return train(project, [desk.layer(project)], studio=studio, progress=quiet)["entities"]


def answer(project: Project, who: str, *labels: tuple[int, int, str]) -> None:
    """Answer the one live task of ``who``, as themselves."""
    studio = Studio.connect(project)
    (task,) = [each for each in desk.live(project) if each["annotator"] == who]
    regions = [desk.span(start, end, label, task["data"]["text"]) for start, end, label in labels]
    annotators.as_annotator(project, who, studio).annotate(task["id"], regions)


def told(project: Project) -> str:
    """What `copydesk push --training` says is next."""
    out = Console(width=200, record=True, file=io.StringIO())
    views.trained({"entities": {"total": 1}}, "http://here", turns(project, [desk.layer(project)]))(out)
    return out.export_text()


def of(project: Project, who: str) -> PersonStatus:
    return next(each for each in status(project).people if (each.layer, each.annotator) == ("entities", who))


def test_the_lead_says_what_is_right_and_newcomers_are_scored_before_real_work(corpus: Project) -> None:
    with pytest.raises(NothingToTrainOn, match="nobody is there to say what is right"):
        trained(corpus)
    annotators.add(corpus, "lead", Studio.connect(corpus), "adjudicator")
    assert trained(corpus) == Pushed(created=1, total=1), "nobody knows the answer yet, so the lead is asked"
    assert "lead: say what is right, at http://here" in told(corpus) and "ann-a" not in told(corpus)
    answer(corpus, "lead", (*OSLO, "GPE"), (*MONDAY, "DATE"))
    assert desk.pull(corpus).issues == []
    assert stages.adjudicate(corpus, [desk.layer(corpus)])["entities"].by == {"adjudicator": 3}

    assert trained(corpus) == Pushed(created=2, unchanged=1, total=3)
    assert "ann-a, ann-b: answer at http://here" in told(corpus) and "lead" not in told(corpus)
    assert trained(corpus) == Pushed(unchanged=3, total=3)
    answer(corpus, "ann-a", (*OSLO, "GPE"), (*MONDAY, "DATE"))
    answer(corpus, "ann-b", (*OSLO, "LOC"), (*MONDAY, "DATE"))
    assert desk.pull(corpus).issues == []
    right, wrong = (of(corpus, who).training for who in ("ann-a", "ann-b"))
    assert right and wrong
    assert (right.score, wrong.score) == (1.0, 0.5)
    assert turns(corpus, [desk.layer(corpus)]) == Turns([], [], False)
    assert "all have answered: `copydesk status` shows how they did" in told(corpus)
    assert [(each.own, each.other) for each in wrong.confusions] == [("LOC", "GPE")]
    assert stages.adjudicate(corpus, [desk.layer(corpus)])["entities"].by == {"adjudicator": 3}, (
        "practice decides nothing"
    )

    assert desk.push(corpus) == Pushed(created=2, total=2)
    work = [each["data"]["article_id"] for each in desk.live(corpus) if each["id"] and "Snow" in each["data"]["text"]]
    assert work == [REAL, REAL], "real work is about the other article"
    assert [(of(corpus, who).pace.answered, of(corpus, who).pace.asked) for who in ("ann-a", "ann-b")] == [(0, 1)] * 2


def test_without_training_articles_it_is_said_how_to_name_them(on_server: Callable[..., Project]) -> None:
    project = on_server("no-training")
    desk.stock(project, [RAIN])
    with pytest.raises(NothingToTrainOn, match="names no training articles") as caught:
        trained(project)
    assert "[labeling]" in caught.value.hint
    assert 'training = ["art-' in caught.value.hint, "it names articles that there are"
