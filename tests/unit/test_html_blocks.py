"""Blocks of a page: what they stand in, what is told of them, and how the library's choice is judged anew."""

from __future__ import annotations

import pytest

from copydesk.dataset.ingest.html import body, choice, elements, page, signals
from copydesk.files import read_json

STORY = "The council met on Tuesday and agreed, after a long debate in the hall, to pay for the bridge."


def _inside(source: str, words: str) -> list[tuple[str, set[str]]]:
    read = page.read(source)
    block = next(each for each in read.blocks if read.text.text[each.start :].startswith(words))
    return [(element.tag, element.signs) for element in block.inside.path()]


def test_a_block_knows_what_it_stands_in() -> None:
    source = "<main><div class=\"story-body wide\"><p>One<p>Two</div><aside id='related-stories'><p>Three</aside>"
    assert _inside(source, "One") == [("p", set()), ("div", {"body"}), ("main", set())]
    assert _inside(source, "Two") == _inside(source, "One")  # the first paragraph ends where the second starts
    assert _inside(source, "Three")[1] == ("aside", {"related"})


def test_end_tags_that_close_nothing_and_empty_elements_change_nothing() -> None:
    assert [tag for tag, _ in _inside("<div></p></span><img><br><hr/>Text</div>", "Text")] == ["div"]


def test_deep_nesting_costs_no_more_than_its_length() -> None:
    blocks = page.read("<div>text" * 20_000).blocks
    assert len(blocks) == 20_000 and len(blocks[-1].inside.path()) == elements.REACH


def test_links_are_counted() -> None:
    blocks = page.read("<p>One <a href=/>two three</a> four<p><a href=/>all</a>").blocks
    assert [block.n_linked for block in blocks] == [9, 3]


def test_blocks_cover_the_text() -> None:
    read = page.read(f"<h1>Bridge</h1><p>{STORY}</p> <p>\n</p><ul><li>&nbsp;</li><li>One</ul>")
    spans = signals.blocks(read)
    assert [read.text.text[span.start : span.end].strip() for span in spans] == ["Bridge", STORY, "", "One"]


def test_what_is_far_from_story_and_choice_is_not_looked_at() -> None:
    read = page.read("<nav>" + "<li>Menu</li>" * 30 + f"</nav><p>{STORY}</p>")
    rows = signals.read(read, [False] * 31)
    assert rows[0] is None and rows[-1] is not None and rows[-1]["prose"] == 1.0


def test_structured_data_speak_only_where_they_hold_a_whole_body() -> None:
    read = page.read(f"<p>{STORY}</p><p>Our readers said of it that it was a long debate, and that it would go on.</p>")
    whole, part = signals.read(read, [True, True], f"{STORY} " * 9), signals.read(read, [True, True], STORY)
    assert [(row or {}).get("told", 0.0) for row in whole] == [1.0, 0.0]
    assert [(row or {}).get("untold", 0.0) for row in whole] == [0.0, 1.0]
    assert not any("told" in (row or {}) or "untold" in (row or {}) for row in part)


def _body(source: str, chosen: str) -> list[str]:
    text, _ = body.traced(page.read(source), chosen)
    return text.text.split("\n")


PARAGRAPHS = [f"{STORY} It was the {n} time that it rained on the day of a debate." for n in ("first", "next", "last")]
PAGE = "<main><h1>Bridge</h1><div class=article-body>" + "".join(f"<p>{each}</p>" for each in PARAGRAPHS) + "</div>"
TEASERS = "".join(f"<li><a href=/{n}>Read about bridge number {n} and sign up</a></li>" for n in range(4))
RELATED = f"<aside class='related-links newsletter'><ul>{TEASERS}</ul></aside></main>"


def test_a_paragraph_that_the_library_left_out_comes_back() -> None:
    assert _body(PAGE + RELATED, f"{PARAGRAPHS[0]}\n{PARAGRAPHS[2]}") == PARAGRAPHS


def test_a_link_of_a_sidebar_that_the_library_took_goes() -> None:
    chosen = "\n".join([*PARAGRAPHS, "- Read about bridge number 2 and sign up"])
    assert _body(PAGE + RELATED, chosen) == PARAGRAPHS


def test_what_is_not_in_the_page_is_kept_untraced() -> None:
    text, items = body.traced(page.read(PAGE), "Words that are nowhere in the page at all.")
    assert (text.segments, items) == ((), frozenset())


@pytest.mark.parametrize(("signal", "speaks_for"), [("chosen", True), ("linked", False), ("sign comment", False)])
def test_weights_are_what_one_expects(signal: str, speaks_for: bool) -> None:
    record = read_json(choice.WEIGHTS)
    assert (record["weights"][signal] > 0) == speaks_for
    assert record["pages"] > 100 and set(record["made_from"]) == {"pages", "pages-undated"}
