"""Drives Label Studio's labelling page as a person would: real Chromium, keys and mouse."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from copydesk.labeling.annotators import SignIn

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SETTLE_MS = 2500  #: the page loses a first span that is drawn sooner
TEXT = ".lsf-htx-richtext"

#: Rectangles of the first and last character of a range of code points. Each line of the text is an element of its own.
RECTANGLES = """([start, end]) => {
  const boxes = {};
  let at = 0;
  for (const line of document.querySelectorAll(".lsf-richtext__line")) {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let offset = 0;
      for (const character of node.data) {
        if (at === start || at === end - 1) {
          const range = document.createRange();
          range.setStart(node, offset);
          range.setEnd(node, offset + character.length);
          const box = range.getBoundingClientRect();
          boxes[at] = {left: box.left, right: box.right, middle: (box.top + box.bottom) / 2};
        }
        at += 1;
        offset += character.length;
      }
    }
    at += 1;
  }
  return [boxes[start], boxes[end - 1]];
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, closed at the end; without one the test is skipped loudly, and fails in CI."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        reason = "no Chromium on the PATH: the labelling pages were NOT tested in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, who: SignIn) -> Page:
    """A window of its own, in which ``who`` has signed in."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(who.url)
    page.fill("input[name=email]", who.email)
    page.fill("input[name=password]", who.password)
    page.click("button[type=submit]")
    page.wait_for_url("**/*", wait_until="load")
    return page


def open_task(page: Page, url: str, project_id: int, task_id: int) -> None:
    """Show one task and wait until it takes input."""
    page.goto(f"{url}/projects/{project_id}/data?task={task_id}")
    page.wait_for_selector(TEXT)
    page.wait_for_timeout(SETTLE_MS)
    if page.locator(".ant-modal:visible").count():
        page.keyboard.press("Escape")


def draw(page: Page, key: str, start: int, end: int) -> None:
    """Press a label's key and drag over ``text[start:end]``; tried again when the page lost it."""
    for _ in range(3):
        before = page.locator(".htx-highlight").count()
        page.keyboard.press(key)
        page.wait_for_timeout(300)  # the label bar may move the text
        first, last = page.evaluate(RECTANGLES, [start, end])
        page.mouse.move(first["left"] + 1, first["middle"])
        page.mouse.down()
        page.mouse.move((first["left"] + last["right"]) / 2, first["middle"], steps=6)
        page.mouse.move(last["right"] - 1, last["middle"], steps=6)
        page.mouse.up()
        page.wait_for_timeout(400)
        page.keyboard.press("Escape")
        if page.locator(".htx-highlight").count() > before:
            return
    raise AssertionError(f"the page took no span at {start}:{end}")


def submit(page: Page) -> None:
    """Submit, and wait until the server has the answer."""
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST") as sent:
        page.click("[data-testid=bottombar-submit-button]")
    assert sent.value.ok
    expect(page.locator("[data-testid=bottombar-update-button]")).to_be_visible()
