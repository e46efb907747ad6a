"""One person at the labelling page, in a real browser: signs in, draws spans with the mouse, chooses, submits."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SETTLE_MS = 2500  # a page that has just loaded loses the first span that is drawn
TRIES = 4
TAB = ".lsf-annotation-button__name"

#: Where the words stand on the screen: middle of the left edge of their first character, and of the right of the last.
PLACE = """words => {
    const root = document.querySelector('.lsf-htx-richtext');
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    const at = []; let all = '';
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.nodeType === 3) { for (let i = 0; i < node.length; i++) at.push([node, i]); all += node.data; }
        else if (node.tagName === 'BR') { at.push(null); all += '\\n'; }
    }
    const first = all.indexOf(words), last = first + words.length - 1;
    if (first < 0) return null;
    const box = n => {
        const range = document.createRange();
        range.setStart(at[n][0], at[n][1]); range.setEnd(at[n][0], at[n][1] + 1);
        return range.getBoundingClientRect();
    };
    const a = box(first), b = box(last);
    return [a.left + 1, a.top + a.height / 2, b.right - 1, b.top + b.height / 2];
}"""


def launch(driver: Any) -> Any:
    """A browser; the test is skipped where there is none, but fails in CI."""
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "no Chromium on the PATH"
        pytest.skip("!! no Chromium on the PATH: the labelling pages are not tested in a browser")
    return driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Labeller:
    """A signed-in person with a window of their own."""

    def __init__(self, browser: Any, url: str, email: str, password: str) -> None:
        self.page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        self._url = url
        self.page.goto(f"{url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda address: "login" not in address)

    def open(self, project_id: int, task_id: int) -> None:
        """Open one task, past the guidelines that may stand in front of it."""
        self.page.goto(f"{self._url}/projects/{project_id}/data?task={task_id}")
        self.page.wait_for_selector(".lsf-htx-richtext")
        self.page.wait_for_timeout(SETTLE_MS)
        if self.page.locator(".ant-modal:visible").count():
            self.page.keyboard.press("Escape")

    def text(self) -> str:
        """The article as it is shown."""
        return str(self.page.inner_text(".lsf-htx-richtext"))

    def draw(self, key: str, words: str) -> None:
        """Press a label's key and drag over the first place where ``words`` stand."""
        before = self._n_marks()
        for _ in range(TRIES):
            self.page.keyboard.press("Escape")
            place = self.page.evaluate(PLACE, words)
            assert place, f"{words!r} is not on the page"
            self.page.keyboard.press(key)
            self.page.mouse.move(*place[:2])
            self.page.mouse.down()
            self.page.mouse.move(*place[2:], steps=12)
            self.page.mouse.up()
            self.page.wait_for_timeout(500)
            if self._n_marks() > before:
                self.page.keyboard.press("Escape")
                return
        raise AssertionError(f"{words!r} could not be drawn")

    def click(self, words: str) -> None:
        """Click in the middle of the words."""
        left, top, right, bottom = self.page.evaluate(PLACE, words)
        self.page.mouse.click((left + right) / 2, (top + bottom) / 2)
        self.page.wait_for_timeout(400)

    def link(self, words: str, to: str) -> None:
        """Draw the relation from one span to another."""
        self.click(words)
        self.page.keyboard.press("Alt+r")
        self.click(to)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(200)

    def chosen(self) -> list[str]:
        """The choices that are ticked."""
        return [box.get_attribute("name") for box in self.page.locator(".lsf-choice input:checked:visible").all()]

    def versions(self) -> list[str]:
        """The answers that stand beside one's own, left to right, by the name that each carries."""
        _, *others = self.page.locator(TAB).all_inner_texts()
        return others

    def look_at(self, who: str) -> None:
        """Show another answer, or one's own again."""
        self.page.locator(TAB, has_text=who).first.click()
        self.page.wait_for_timeout(700)

    def marked(self) -> list[str]:
        """The words under each mark, in the order of the text."""
        found = {}
        for mark in self.page.locator(".htx-highlight").all():
            found[mark.get_attribute("class")] = found.get(mark.get_attribute("class"), "") + mark.inner_text()
        return list(found.values())

    def tick(self, *options: str) -> None:
        for option in options:
            self.page.locator(f'.lsf-choice input[name="{option}"]:visible').check(force=True)

    def submit(self) -> str:
        """Submit or update; what the page says against it, else nothing."""
        button = "[data-testid=bottombar-submit-button], [data-testid=bottombar-update-button]"
        self.page.click(button)
        self.page.wait_for_timeout(1500)
        modal = self.page.locator(".ant-modal:visible")
        if modal.count() == 0:
            return ""
        said = str(modal.first.inner_text())
        modal.first.locator("button").last.click()
        modal.first.wait_for(state="hidden")
        return said

    def _n_marks(self) -> int:
        names = self.page.eval_on_selector_all(
            ".htx-highlight", "all => new Set(all.map(one => one.dataset.start + '-' + one.dataset.end)).size"
        )
        return int(names)
