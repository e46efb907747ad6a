"""Annotators at the real labelling pages, in real Chromium: what was drawn is what is pulled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.integration import desk, page

from copydesk.dataset.store import Store
from copydesk.labeling import annotators
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.studio import Studio
from copydesk.project import Project

pytestmark = [pytest.mark.studio, pytest.mark.browser, pytest.mark.slow]

TEXT = (
    "🚢 The ferry Nordlys sank off Bergen on Monday, harbour master Kari Lund said.\n"
    "👩‍👩‍👧 Three families were saved, and “nobody is missing”, she added.\n"
    "Whether <b>the new rescue plan</b> worked is doubtful; two boats came late."
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with page.chromium() as opened:
        yield opened


@pytest.fixture
def corpus(on_server: Callable[..., Project], request: pytest.FixtureRequest) -> Project:
    """One article before two annotators, with a name that no other test uses."""
    project = on_server(request.node.name[:60])
    desk.stock(project, [TEXT])
    desk.people(project, "ann-a", "ann-b")
    return project


def at_desk(browser: Browser, project: Project, layer: str, who: str) -> Page:
    """``who`` has signed in and sees their one task of ``layer``."""
    desk.push(project, layer)
    studio = Studio.connect(project)
    (task,) = [task for task in desk.live(project, layer) if task["annotator"] == who]
    opened = page.signed_in(browser, annotators.add(project, who, studio))
    page.open_task(opened, studio.url, task["place"], task["id"])
    return opened


def pulled(project: Project, layer: str) -> list[dict]:
    """The one article's answers, newest states; nothing in them was found wrong."""
    assert desk.pull(project, layer).issues == []
    return latest(history(desk.layer(project, layer)))


def place(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def test_a_span_drawn_behind_an_emoji_is_the_span_that_is_pulled(browser: Browser, corpus: Project) -> None:
    opened = at_desk(browser, corpus, "entities", "ann-a")
    page.draw(opened, "g", *place("Bergen"))
    page.draw(opened, "p", *place("Kari Lund"))
    page.draw(opened, "1", *place("Three"))
    page.submit(opened)
    (answer,) = pulled(corpus, "entities")
    text = Store(corpus).articles()[0]["text"]
    spans = answer["value"]["spans"]
    assert [(span["text"], span["label"]) for span in spans] == [
        ("Bergen", "GPE"),
        ("Kari Lund", "PERSON"),
        ("Three", "CARDINAL"),
    ]
    assert all(text[span["start"] : span["end"]] == span["text"] for span in spans)
    assert (answer["annotator"], answer["role"], answer["with_predictions"]) == ("ann-a", "human", False)


def test_markup_in_a_text_is_shown_as_text(browser: Browser, corpus: Project) -> None:
    opened = at_desk(browser, corpus, "entities", "ann-a")
    assert "<b>the new rescue plan</b>" in opened.inner_text("body")


def test_a_stance_is_required_chosen_and_pulled(browser: Browser, corpus: Project) -> None:
    opened = at_desk(browser, corpus, "stance", "ann-a")
    opened.click("[data-testid=bottombar-submit-button]")
    opened.wait_for_selector(".ant-modal:visible")
    opened.keyboard.press("Escape")
    opened.wait_for_timeout(500)
    opened.keyboard.press("a")
    page.draw(opened, "e", *place("worked is doubtful"))
    page.submit(opened)
    (answer,) = pulled(corpus, "stance")
    assert answer["target"] == "T1"
    assert answer["value"]["label"] == "against"
    assert answer["value"]["evidence"]["text"] == "worked is doubtful"


def test_a_claim_has_its_three_answers_and_its_claimant(browser: Browser, corpus: Project) -> None:
    opened = at_desk(browser, corpus, "claims", "ann-a")
    page.draw(opened, "c", *place("The ferry Nordlys sank off Bergen on Monday"))
    opened.locator(".htx-highlight").first.click()
    for key in "157":
        opened.keyboard.press(key)
    opened.wait_for_timeout(300)
    opened.keyboard.press("Escape")
    page.draw(opened, "w", *place("Kari Lund"))
    opened.locator(".htx-highlight").first.click()
    opened.keyboard.press("Alt+r")
    opened.locator(".htx-highlight").last.click()
    opened.keyboard.press("Escape")
    page.submit(opened)
    (answer,) = pulled(corpus, "claims")
    (claim,) = answer["value"]["spans"]
    assert claim["text"] == "The ferry Nordlys sank off Bergen on Monday"
    assert (claim["checkworthiness"], claim["attribution"], claim["certainty"]) == ("CFS", "indirect", "asserted")
    assert claim["claimant"]["text"] == "Kari Lund"


def test_two_annotators_label_one_article_blind(browser: Browser, corpus: Project, tmp_path: Path) -> None:
    for who, words in (("ann-a", "Bergen"), ("ann-b", "Nordlys")):
        opened = at_desk(browser, corpus, "entities", who)
        assert opened.locator(".htx-highlight").count() == 0
        page.draw(opened, "g", *place(words))
        page.submit(opened)
    answers = {answer["annotator"]: answer["value"]["spans"][0]["text"] for answer in pulled(corpus, "entities")}
    assert answers == {"ann-a": "Bergen", "ann-b": "Nordlys"}
