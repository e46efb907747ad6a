"""The rules that read plain-text scrapes: each takes what its example marks, and the docs say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from copydesk.dataset.ingest import rules
from copydesk.dataset.ingest.record import ASSERTED
from copydesk.dataset.ingest.rules.names import byline, is_headline
from copydesk.dataset.ingest.rules.rule import Rule
from copydesk.dataset.ingest.rules.scrape import Scrape

DOCS = Path(__file__).parents[2] / "docs/ingest.md"


def marked(example: str) -> tuple[str, list[str]]:
    """The scrape of an example, and what stands between its marks."""
    text = example.replace("¶", "\n")
    return re.sub("[«»]", "", text), re.findall("«(.*?)»", text, re.DOTALL)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_a_rule_takes_what_its_example_marks(rule: Rule) -> None:
    text, taken = marked(rule.example)
    assert taken and [text[take.start : take.end] for take in rule.takes(Scrape.of(text))] == taken


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_no_earlier_rule_takes_the_example(rule: Rule) -> None:
    text, taken = marked(rule.example)
    by_name = [text[take.start : take.end] for asked, take in rules.read(text).takes if asked.name == rule.name]
    assert by_name == taken


def test_the_docs_show_the_table_as_it_is() -> None:
    rows = [
        f"| `{rule.name}` | {rule.says} | {rule.example.replace(chr(0xFEFF), '⟨U+FEFF⟩')} |" for rule in rules.RULES
    ]
    documented = DOCS.read_text(encoding="utf-8")
    assert [row for row in rows if row not in documented] == []
    table = documented.split("| rule |")[1].split("\n\n")[0]
    assert table.count("\n| `") == len(rows)


STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the bridge."


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (f"Reuters\nOSLO, Dec 6 (Reuters) - {STORY}", "agency.code", "REUTERS"),
        (f"LONDON — {STORY}", "dateline.place", "LONDON"),
        (f"Bangkok (AP) – {STORY}", "dateline.text", "Bangkok (AP)"),
        (f"By Jane Doe, Associated Press\n{STORY}", "authors", "Jane Doe"),
        (f"Published: 6 December 2023\n{STORY}", "published", "2023-12-06"),
        (f"{STORY}\nSource: http://news.example.org/1", "publisher.domain", "news.example.org"),
        (f"(MENAFN) {STORY}", "publisher.name", "MENAFN"),
    ],
)
def test_fields_are_read(text: str, field: str, value: str) -> None:
    found = [fields for _, take in rules.read(text).takes for fields in take.fields]
    assert (field, value) in [(name, read) for name, read, _ in found]


@pytest.mark.parametrize(
    "text",
    [
        f"Updated Dec. 6, 2023\n{STORY}",  # a later edit is not the publication
        f"{STORY} It began on December 6, 2023, and ended a day later.",  # a date in the story is not its date
        f"{STORY}\n31 November 2023",  # no such day
    ],
)
def test_no_date_is_made_up(text: str) -> None:
    fields = [name for _, take in rules.read(text).takes for name, _, _ in take.fields]
    assert "published" not in fields


def test_the_story_itself_is_left_alone() -> None:
    text = f"{STORY}\n\nShe said: “Share the photo (Photo: none) with all.” He did, and the debate went on."
    assert rules.read(text).takes == ()


def test_an_address_that_the_story_itself_gives_is_not_the_authors() -> None:
    call = "Police asked witnesses to e-mail tips@example.org. The suspect, 34, fled on foot, she said."
    assert rules.read(f"{STORY}\n\n{call}").takes == ()
    assert rules.read(f"{STORY}\n\nE-mail the author at jane@example.org.").takes


def test_names_and_headlines() -> None:
    assert byline("By Jane van Doe and J. R. Roe | Dec 6") == ["Jane van Doe", "J. R. Roe"]
    assert byline("By the time it rained") == [] == byline("By Reuters Staff")
    assert is_headline("Council will pay for the bridge") and not is_headline("He agreed to pay for the bridge.")


@pytest.mark.parametrize(
    "text",
    [
        f"By Jane Doe\nBy John Roe\n{STORY}",  # one of another story
        f"Jane Doe\nUpdated December 6, 2023\n{STORY}",  # a place may stand above a date as well
        f"By Jane DoeView Gallery\n{STORY}",  # a lost line break
        f"Published: 6 December 2023\nPublished: 7 December 2023\n{STORY}",
        f"What the council said about the bridge this week\n{STORY}",  # perhaps the summary of a lost headline
        f"What Voters Told Us About the Bridge Last Week\nCouncil Will Pay for Bridge\n{STORY}",
    ],
)
def test_what_is_unsure_is_not_asserted(text: str) -> None:
    sure = [name for _, take in rules.read(text).takes for name, _, confidence in take.fields if confidence >= ASSERTED]
    assert not {"authors", "published", "title"} & set(sure)


def test_a_list_keeps_its_short_lines() -> None:
    text = "\n".join(["The winners", STORY, *(f"Best bridge of the year: number {n}" for n in range(9))])
    assert rules.read(text).takes == ()


def test_an_unsure_headline_leaves_the_body_without_a_title() -> None:
    reading = rules.read(f"What the council said about the bridge this week\n{STORY}")
    assert [(rule.name, take.fields) for rule, take in reading.takes] == [("headline", ())]


def test_a_line_that_runs_on_is_no_headline() -> None:
    assert rules.read(f"The council of the town met on\nfriday, and then {STORY}").takes == ()


def test_a_summary_does_not_cost_the_headline_but_a_second_headline_does() -> None:
    summary = "Photo and debate to follow, say neighbours"
    assert _title(f"Council Will Pay for Bridge\n{summary}\n{STORY}") == "Council Will Pay for Bridge"
    assert _title(f"Council Will Pay for Bridge (video)\n{STORY}") == "Council Will Pay for Bridge"
    assert _title(f"Council Will Pay for Bridge\nSkating Was Fun for Many People\n{STORY}") is None


def _title(text: str) -> str | None:
    fields = [field for _, take in rules.read(text).takes for field in take.fields]
    return next((value for name, value, _ in fields if name == "title"), None)


def test_paragraphs_that_a_list_repeats_stay() -> None:
    entry = "The ferry leaves at seven in the morning, at noon and at six in the evening, on all days but Sunday."
    lines = [STORY, *(part for n in range(5) for part in (f"Harbour {n} is the next one on the line.", entry))]
    reading = rules.read("\n".join(lines))
    assert [rule.name for rule, _ in reading.takes] == []


def test_many_loose_lines_below_a_story_are_a_list() -> None:
    winners = [f"Best bridge number {n} of all the bridges of the year" for n in ("one", "two", "three", "four")]
    short, long = "\n".join([*[STORY] * 1, winners[0][:20]]), "\n".join([STORY, *winners])
    assert [rule.name for rule, _ in rules.read(short).takes] == ["loose-end"]
    assert "loose-end" not in [rule.name for rule, _ in rules.read(long).takes]
