"""Labelling by mouse and keyboard on the real server in real Chromium: what was drawn is what is pulled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration import desk
from tests.integration.labeller import Labeller, launch

from copydesk.dataset.store import Store
from copydesk.labeling import annotators
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.studio import Studio
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import an_article

pytestmark = [pytest.mark.studio, pytest.mark.browser, pytest.mark.slow]

RAIN = """🌧️ Rain closed nine roads in Oslo 👩‍👩‍👧‍👦 and Bergen on Monday, Kari Lund said.
Lund's office may open a tenth, “at once”."""
Make = Callable[..., Project]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = launch(driver)
        yield started
        started.close()


def stock(project: Project, text: str = RAIN, **fields: Any) -> str:
    """Put one article into ``build/``; its id."""
    article = an_article(text, **fields)
    arrow = Schemas.packaged().arrow
    Store(project).write(articles=[article], links=[], families=[], rejects=[], stats={}, arrow=arrow)
    return str(article["article_id"])


def sit_down(browser: Any, project: Project, who: str, layer: str, target: str | None = None) -> Labeller:
    """``who`` signs in and opens their one task of the layer (and target)."""
    studio = Studio.connect(project)
    sign_in = annotators.add(project, who, studio)
    labeller = Labeller(browser, studio.url, sign_in.email, sign_in.password)
    tasks = [task for task in desk.live(project, layer) if task["annotator"] == who]
    (task,) = [task for task in tasks if task["data"]["target"] == target]
    labeller.open(task["place"], task["id"])
    return labeller


def pulled(project: Project, layer: str, target: str | None = None) -> dict[str, Any]:
    """The value of the one answer, after a pull without issues."""
    assert desk.pull(project, layer).issues == []
    (record,) = [each for each in latest(history(desk.layer(project, layer))) if each["target"] == target]
    assert record["status"] == "submitted"
    return dict(record["value"])


def a_corpus(on_server: Make, name: str, layer: str, **fields: Any) -> Project:
    project = on_server(name)
    stock(project, **fields)
    desk.people(project, "ann-a")
    desk.push(project, layer)
    return project


def test_spans_that_were_drawn_behind_emoji_are_the_spans_that_are_pulled(on_server: Make, browser: Any) -> None:
    project = a_corpus(on_server, "drawn", "entities")
    ann = sit_down(browser, project, "ann-a", "entities")
    ann.draw("g", "Oslo")
    ann.draw("p", " Kari Lund ")  # blanks are dragged over
    assert ann.submit() == ""
    spans = pulled(project, "entities")["spans"]
    assert [(span["label"], span["text"]) for span in spans] == [("GPE", "Oslo"), ("PERSON", "Kari Lund")]
    assert all(RAIN[span["start"] : span["end"]] == span["text"] for span in spans)
    assert spans[0]["start"] == RAIN.index("Oslo")


def test_a_span_over_a_line_break_is_pulled(on_server: Make, browser: Any) -> None:
    project = a_corpus(on_server, "broken-line", "entities")
    ann = sit_down(browser, project, "ann-a", "entities")
    ann.draw("o", "said.\nLund's office")
    assert ann.submit() == ""
    (span,) = pulled(project, "entities")["spans"]
    assert RAIN[span["start"] : span["end"]] == span["text"] == "said.\nLund's office"


def test_a_stance_is_required_and_its_evidence_comes_along(on_server: Make, browser: Any) -> None:
    project = a_corpus(on_server, "chosen", "stance")
    layer = desk.layer(project, "stance")
    ann = sit_down(browser, project, "ann-a", "stance", layer.target_ids[0])
    assert layer.targets[0].title in ann.page.inner_text(".desk-top")
    assert "Choose the article's stance" in ann.submit()
    ann.press("a")
    assert ann.chosen() == ["against"]
    ann.press("f")
    assert ann.chosen() == ["favor"], "one answer at a time"
    ann.draw("e", "may open a tenth")
    assert ann.submit() == ""
    value = pulled(project, "stance", layer.target_ids[0])
    assert value["label"] == "favor"
    assert value["evidence"]["text"] == "may open a tenth"
    assert value["evidence"]["start"] == RAIN.index("may open a tenth")


def test_a_claim_has_three_required_answers_and_a_claimant(on_server: Make, browser: Any) -> None:
    project = a_corpus(on_server, "claimed", "claims")
    ann = sit_down(browser, project, "ann-a", "claims")
    claim = "Rain closed nine roads in Oslo 👩‍👩‍👧‍👦 and Bergen on Monday"
    ann.draw("c", claim)
    assert ann.chosen() == [], "nothing is asked before a claim is clicked"
    assert "Say of every claim" in ann.submit()
    ann.press("Escape")  # the page selects the claim that it misses answers of
    ann.click("nine roads")
    ann.press("1", "5", "7")
    assert ann.chosen() == ["check-worthy", "indirect", "asserted"]
    ann.press("Escape")
    ann.draw("w", "Kari Lund")
    ann.link("nine roads", to="Kari Lund")
    assert ann.submit() == ""
    (span,) = pulled(project, "claims")["spans"]
    assert (span["text"], span["claimant"]["text"]) == (claim, "Kari Lund")
    assert (span["checkworthiness"], span["attribution"], span["certainty"]) == ("CFS", "indirect", "asserted")


def test_markup_and_bidirectional_marks_are_shown_as_they_are(on_server: Make, browser: Any) -> None:
    evil = '<img src="x" onerror="window.hacked = 1"><script>window.hacked = 1</script>'
    text = f"Rain {evil} fell on \u202eolsO\u202c &amp; Bergen."
    project = a_corpus(on_server, "markup", "entities", text=text, title=evil, publisher={"name": evil, "domain": None})
    ann = sit_down(browser, project, "ann-a", "entities")
    assert ann.text() == text
    assert ann.page.inner_text(".desk-head").count(evil) == 2
    assert ann.page.evaluate("window.hacked") is None
    ann.draw("g", "Bergen")
    assert ann.submit() == ""
    (span,) = pulled(project, "entities")["spans"]
    assert text[span["start"] : span["end"]] == "Bergen"


def test_two_annotators_label_one_article_blind(on_server: Make, browser: Any) -> None:
    project = on_server("blind")
    stock(project)
    desk.people(project, "ann-a", "ann-b")
    desk.push(project)
    for who, words in (("ann-a", "Oslo"), ("ann-b", "Bergen")):
        ann = sit_down(browser, project, who, "entities")
        assert ann.page.locator(".htx-highlight").count() == 0, "nobody sees the other's spans"
        ann.draw("g", words)
        assert ann.submit() == ""
    assert desk.pull(project).issues == []
    answers = latest(history(desk.layer(project)))
    said = {answer["annotator"]: [span["text"] for span in answer["value"]["spans"]] for answer in answers}
    assert said == {"ann-a": ["Oslo"], "ann-b": ["Bergen"]}
