"""Labelling by mouse and keyboard on the real server in real Chromium: what was drawn is what is pulled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration.labeller import Labeller, launch

from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.dataset.show import show
from copydesk.dataset.store import Store
from copydesk.files import read_jsonl
from copydesk.labeling import annotators
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.referral import refer
from copydesk.labeling.stages import adjudicate, agreement
from copydesk.labeling.studio import Studio
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import an_article

from . import desk

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


def test_labels_and_targets_with_markup_and_bidirectional_marks_are_what_is_clicked_and_pulled(
    on_server: Make, browser: Any
) -> None:
    evil, turned = '<img src="x" onerror="window.hacked = 1">', "\u202edaS\u202c & Co"
    project = on_server("evil-labels")
    layer = (project.labeling / "stance" / "layer.toml").read_text(encoding="utf-8")
    layer = re.sub(r'title = "[^"]*"\n', f"title = {evil!r}\n", layer)  # of the targets; a literal string in TOML
    (project.labeling / "stance" / "layer.toml").write_text(layer.replace("favor", turned), encoding="utf-8")
    schema = project.root / "schemas" / "stance.schema.json"
    schema.write_text(schema.read_text(encoding="utf-8").replace('"favor"', json.dumps(turned)), encoding="utf-8")
    (project.labeling / "stance" / "config.xml").unlink(missing_ok=True)  # one is made
    stock(project)
    desk.people(project, "ann-a")
    desk.push(project, "stance")
    target = desk.layer(project, "stance").target_ids[0]
    ann = sit_down(browser, project, "ann-a", "stance", target)
    assert evil in ann.page.inner_text(".desk-top")
    assert turned in ann.page.inner_text(".desk-top")
    ann.tick(turned)
    assert ann.submit() == ""
    assert ann.page.evaluate("window.hacked") is None
    assert pulled(project, "stance", target)["label"] == turned


def test_two_label_blind_a_third_decides_and_gold_leads_back_to_all_of_them(on_server: Make, browser: Any) -> None:
    project = on_server("whole-way", rain=RAIN)
    build(project, jobs=1, progress=quiet)
    studio = desk.people(project, "ann-a", "ann-b")
    annotators.add(project, "judge", studio, "adjudicator")
    desk.push(project)
    for who, key in (("ann-a", "g"), ("ann-b", "l")):
        ann = sit_down(browser, project, who, "entities")
        assert ann.page.locator(".htx-highlight").count() == 0, "nobody sees the other's spans"
        ann.draw(key, "Oslo")
        ann.draw("p", "Kari Lund")
        assert ann.submit() == ""
    assert desk.pull(project).issues == []
    layer = desk.layer(project)
    strict = next(each for each in agreement(project, [layer]).layers["entities"] if each.name == "span_f1_strict")
    assert (strict.value, strict.annotators) == (0.5, 2)

    refer(project, [layer], adjudicate(project, [layer]), studio=studio, progress=quiet)
    judge = sit_down(browser, project, "judge", "entities")
    assert judge.versions() == ["what is agreed", "ann-a", "ann-b"]
    assert "“Oslo” GPE: ann-a; “Oslo” LOC: ann-b" in judge.page.inner_text(".lsf-main-view__annotation")
    assert judge.marked() == ["Kari Lund"], "what is agreed is there already, and nobody's own answer"
    for who, said in (("ann-a", "GPE"), ("ann-b", "LOC")):
        judge.look_at(who)
        assert judge.marked() == ["Oslo", "Kari Lund"]
        assert said in judge.page.inner_text(".lsf-outliner")
    judge.look_at("judge")
    judge.draw("g", "Oslo")
    judge.tick("high", "guideline")
    assert judge.submit() == ""

    assert desk.pull(project).issues == []
    assert adjudicate(project, [layer])["entities"].disputed == []
    units = {unit["span"]["text"]: unit for unit in read_jsonl(layer.gold) if unit["span"]}
    assert {words: (unit["label"], unit["how"]) for words, unit in units.items()} == {
        "Oslo": ("GPE", "adjudicator"),
        "Kari Lund": ("PERSON", "adjudicator"),
    }
    shown = show(project, units["Oslo"]["unit_id"])
    assert [(each["annotator"], each["is_basis"], each["says"].split()[-1]) for each in shown["answers"]] == [
        ("judge", True, "GPE"),
        ("ann-a", False, "GPE"),
        ("ann-b", False, "LOC"),
    ]
    assert shown["answers"][0]["review"] == {"confidence": "high", "error": "guideline", "unclear_guideline": False}
    (words,) = shown["words"]
    raw = (project.root / "dataset" / shown["article"]["path"]).read_bytes()
    assert raw.decode()[words["raw_start"] : words["raw_end"]] == words["raw"] == "Oslo"
