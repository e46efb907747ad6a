"""The report: one page, nothing fetched, nothing executed that came from an article, no withheld words."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from copydesk.dataset.release.papers.report_page import plots, render, viewer
from copydesk.dataset.release.papers.report_page.families import _marked
from copydesk.dataset.release.papers.report_page.markup import data
from copydesk.dataset.release.papers.report_page.sections import _distances, _periods
from copydesk.dataset.release.papers.summary import Summary
from released import RAIN, a_release


@pytest.fixture
def summary(tmp_path: Path) -> Summary:
    return Summary.of(a_release(tmp_path / "weather-1.0.0"))


@pytest.fixture
def page(summary: Summary) -> str:
    return render(summary)


class Page(HTMLParser):
    """Collects what a page would fetch, and the ids that it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        for name in ("src", "href", "srcset", "poster", "action"):
            value = given.get(name) or ""
            if value and not value.startswith(("#", "data:")):
                self.fetched.append(value)


def test_the_page_fetches_nothing(page):
    assert Page(page).fetched == []
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", page)
    assert "default-src 'none'" in page


def test_every_id_stands_once_and_every_entry_of_the_contents_leads_somewhere(page):
    ids = Page(page).ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([a-z]+)"', page)) <= set(ids)


def test_markup_in_an_article_stays_words(page):
    assert "<b>Hansen" not in page
    assert "\\u003cb>Hansen" in page


def test_data_cannot_close_its_element():
    assert "<" not in data({"text": "</script><!-- \u2028"})
    assert json.loads(data(["</script>\u2028"])) == ["</script>\u2028"]


def test_the_viewer_has_each_label_over_its_words(summary):
    (rain,) = [
        article for article in viewer.content(summary, viewer.select(summary))["articles"] if article["text"] == RAIN
    ]
    spans = rain["labels"]["entities"]
    assert [(RAIN[slice(*span["at"])], span["label"]) for span in spans] == [
        ("Oslo", "GPE"),
        ("Kari Nordmann", "PERSON"),
    ]
    (claim,) = rain["labels"]["claims"]
    assert RAIN[slice(*claim["at"])] == "Rain fell in Oslo"
    assert RAIN[slice(*claim["linked"])] == "Kari Nordmann"
    assert claim["asked"] == {"checkworthiness": "CFS", "attribution": "indirect", "certainty": None}


def test_a_large_release_shows_a_stated_selection(summary, monkeypatch):
    monkeypatch.setattr(viewer, "MOST", 1)
    selection = viewer.select(summary)
    assert len(selection.ids) == 1
    assert selection.said.startswith("A selection of 1 of 2 articles")
    assert selection == viewer.select(Summary.of(summary.facts))


def test_a_report_without_words_shows_places(tmp_path, monkeypatch):
    import released

    withheld = released.rows()
    for article in withheld["articles"]:
        article["text"] = article["title"] = None
    for quote in [span for row in withheld["entities"] for span in row["spans"]] + withheld["claims"]:
        quote |= dict.fromkeys(("text", "prefix", "suffix"))
    withheld["claims"][0]["claimant"] |= dict.fromkeys(("text", "prefix", "suffix"))
    withheld["stance"][0]["evidence"] |= dict.fromkeys(("text", "prefix", "suffix"))
    for answer in withheld["annotations"]:
        answer["value"] = None
    monkeypatch.setattr(released, "rows", lambda: withheld)
    page = render(Summary.of(a_release(tmp_path / "public", audience="public")))
    assert "Rain fell" not in page
    assert "Oslo" not in page
    assert "code points 0 to 12; words withheld" in page


def test_shared_words_are_marked_in_both_passages():
    assert _marked("Rain fell in Oslo", "Snow fell in Bergen") == (
        "Rain <mark>fell in</mark> Oslo",
        "Snow <mark>fell in</mark> Bergen",
    )


def test_a_lone_little_word_is_not_marked():
    assert _marked("Tales of Oslo", "King of Bergen") == ("Tales of Oslo", "King of Bergen")


def test_a_timeline_has_the_months_in_which_nothing_came():
    assert _periods(Counter(["2023-11-30", "2024-01-02"])) == {"2023-11": 1, "2023-12": 0, "2024-01": 1}


def test_a_timeline_of_many_years_counts_years():
    assert list(_periods(Counter(["1999-01-01", "2005-01-01"]))) == [str(year) for year in range(1999, 2006)]


def test_plots_escape_names_and_say_their_numbers():
    plot = plots.bars("Sizes", {"<i>&": 1200, "b": 0})
    assert "<i>&" not in plot
    assert "&lt;i&gt;&amp;: 1,200" in plot


def test_an_interval_below_zero_moves_the_axis():
    plot = plots.intervals("Agreement", [plots.Interval("alpha", -0.2, -0.5, 0.1)])
    assert all(float(x) >= 0 for x in re.findall(r'x1="(-?[\d.]+)"', plot))


def test_each_splits_distance_from_the_whole_is_named():
    assert _distances({"train": 0.25, "test": None}).endswith("(total variation): train 0.250, test –.")


def test_the_leak_check_says_what_the_search_for_sentences_found(tmp_path):
    found = {"leaks": {"passages": 3, "articles": 5, "least": 100}}
    page = render(Summary.of(a_release(tmp_path / "weather", scans=found)))
    assert "Of sentences with 100 code points and more, 3 stand in articles of two splits, in 5 articles." in page
