"""The report in a real browser: opens at once, is quiet, asks nobody, and can be used by keyboard alone."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import released
from copydesk.dataset.release import papers
from copydesk.dataset.release.papers import report_page
from copydesk.dataset.release.papers.summary import Summary
from copydesk.testing import an_article

pytestmark = pytest.mark.browser
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
OPEN_WITHIN_S = 3


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        assert not os.environ.get("CI"), "no Chromium on the PATH"
        pytest.skip("!! no Chromium on the PATH: the report is not tested in a browser")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    facts = released.a_release(tmp_path_factory.mktemp("releases") / "weather-1.0.0")
    return papers.report(facts.folder)


@pytest.fixture
def page(browser: Any, path: Path) -> Iterator[Any]:
    """The open report; at the end, that it logged nothing and asked for nothing but itself."""
    opened = browser.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    yield opened
    opened.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]


def test_the_first_article_is_shown_with_its_labels(page: Any) -> None:
    page.locator("#query").fill("Oslo")
    page.locator("#list button").first.click()
    coloured = page.locator("#shown .words .coloured").all_inner_texts()
    assert coloured == ["Oslo", "Kari Nordmann"]
    assert page.locator("#shown .words .detailed").all_inner_texts() == ["Rain fell in ", "Oslo"]
    assert page.locator("#shown .words .linked").inner_text() == "Kari Nordmann"
    assert page.locator("#shown .words .evidence").inner_text() == "The harbour flooded twice"
    assert page.locator("#shown .answers b").inner_text() == "against"


def test_markup_in_an_article_is_shown_as_words(page: Any) -> None:
    page.locator("#query").fill("Bergen")
    page.locator("#list button").first.click()
    assert "Ola <b>Hansen</b>" in page.locator("#shown .words").inner_text()


def test_the_keyboard_alone_searches_and_reads(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("fell")
    assert page.locator("#found").inner_text() == "2 articles"
    page.keyboard.press("Escape")
    first = page.locator("#shown h3").inner_text()
    page.keyboard.press("j")
    second = page.locator("#shown h3").inner_text()
    assert second != first
    page.keyboard.press("ArrowUp")
    assert page.locator("#shown h3").inner_text() == first
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") in {"BUTTON", "INPUT", "ARTICLE"}


def test_filters_narrow_the_list(page: Any) -> None:
    page.locator("#state").select_option("entities gold")
    assert page.locator("#found").inner_text() == "1 article"
    page.locator("#query").fill("no such words")
    assert page.locator("#found").inner_text() == "0 articles"


def test_a_layer_can_be_switched_off(page: Any) -> None:
    page.locator("#state").select_option("entities gold")
    page.locator("#list button").first.click()
    page.get_by_label("Entities", exact=True).uncheck()
    assert page.locator("#shown .words .coloured").count() == 0
    assert page.locator("#shown .words .detailed").count() > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_page(browser: Any, path: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)
    opened = context.new_page()
    opened.goto(path.as_uri())
    style = "(name) => getComputedStyle(document.documentElement)[name].match(/[0-9.]+/g).slice(0, 3).map(Number)"
    ink, paper = (luminance(opened.evaluate(style, name)) for name in ("color", "backgroundColor"))
    context.close()
    assert (ink < paper) == (scheme == "light")
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 7


def test_print_is_black_on_white_without_what_cannot_be_clicked(browser: Any, path: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    opened = context.new_page()
    opened.goto(path.as_uri())
    opened.locator("#shown .words").wait_for()
    opened.emulate_media(media="print")
    shown = {
        part: opened.locator(part).first.is_visible() for part in ("nav", "form", "#list", "#shown", "#labels .plot")
    }
    style = "(name) => getComputedStyle(document.documentElement)[name].match(/[0-9.]+/g).slice(0, 3).map(Number)"
    ink, paper = (opened.evaluate(style, name) for name in ("color", "backgroundColor"))
    pages = opened.pdf(format="A4")
    context.close()
    assert shown == {"nav": False, "form": False, "#list": False, "#shown": True, "#labels .plot": True}
    assert (ink, paper) == ([0, 0, 0], [255, 255, 255])
    assert pages.startswith(b"%PDF")


def test_everything_that_can_be_used_can_be_reached_by_tab_and_shows_where_one_is(page: Any) -> None:
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.id || document.activeElement.tagName")
        if here == "BODY":  # past the last one
            break
        reached.add(here)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {"A", "query", "split", "state", "INPUT", "BUTTON", "SUMMARY"} <= reached


def luminance(colour: list[float]) -> float:
    """Relative luminance of an sRGB colour. Source: WCAG 2.2."""
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_a_phone_does_not_scroll_sideways(browser: Any, path: Path) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    opened = context.new_page()
    opened.goto(path.as_uri())
    wide = opened.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 360


def test_a_large_report_opens_in_time(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thousand articles of three thousand code points: what the viewer holds at most."""
    rows = released.rows()
    text = "Rain fell in Oslo, and the harbour flooded twice. " * 60
    placed = {"family_id": "fam-" + "2" * 16, "split": "train"}
    rows["articles"] += [an_article(f"{n} {text}", **placed | {"family_id": f"fam-{n:016x}"}) for n in range(1998)]
    monkeypatch.setattr(released, "rows", lambda: rows)
    path = tmp_path / "large.html"
    path.write_text(report_page.render(Summary.of(released.a_release(tmp_path / "large"))), encoding="utf-8")
    assert path.stat().st_size <= 20 * 2**20
    opened = browser.new_page()
    start = time.monotonic()
    opened.goto(path.as_uri())
    opened.locator("#shown .words").wait_for()
    took = time.monotonic() - start
    opened.close()
    assert took <= OPEN_WITHIN_S
