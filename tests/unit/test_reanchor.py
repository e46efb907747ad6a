"""Re-anchoring: where labels are after their text was edited, and which ones go back to people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.labeling import layers
from copydesk.labeling.reanchor import Reanchored, carry, reanchor
from copydesk.spans import Span, quoted

ENTITIES, STANCE, CLAIMS = (
    layers.read(Path(__file__).parents[2] / "labeling" / name) for name in ("entities", "stance", "claims")
)
OLD = (
    "Police in Oslo seized nine boats on Monday. The boats had carried sugar from Spain, officials said. "
    "Nobody was hurt in the raid. Anna Lind of the harbour office called it the largest find in years."
)


def one(new: str, words: str, old: str = OLD) -> tuple[Reanchored, str]:
    """Re-anchor the first ``words`` of ``old``; also the words now under the span."""
    start = old.index(words)
    (found,) = reanchor(old, new, [Span(start, start + len(words))])
    return found, new[found.start : found.end]


def test_an_equal_text_changes_nothing() -> None:
    found, words = one(OLD, "nine boats")
    assert (found.status, found.score, words) == ("unchanged", 1.0, "nine boats")


def test_text_after_a_label_leaves_it_unchanged_text_before_moves_it() -> None:
    assert one(f"{OLD} More follows.", "Oslo")[0].status == "unchanged"
    assert one(f"Update: {OLD}", "Oslo") == (Reanchored("moved", 18, 22, 1.0), "Oslo")


def test_white_space_and_quotes_are_no_edit() -> None:
    old = 'He said "nine boats" were seized on Monday in Oslo, and that it was raining.'
    new = "He said “nine\n  boats” were seized on Monday in Oslo, and that it was raining."
    found, words = one(new, '"nine boats"', old)
    assert (found.status, words) == ("moved", "“nine\n  boats”")


@pytest.mark.parametrize(
    ("before", "after", "label", "words"),
    [
        ("seized nine boats", "seized nine bots", "nine boats", "nine bots"),
        ("seized nine boats", "seized ten boats", "seized nine boats on Monday", "seized ten boats on Monday"),
        ("seized nine boats", "seized boats", "nine boats", "boats"),
        ("seized nine boats", "seized nine old boats", "nine boats", "nine old boats"),
        ("Anna Lind of", "Berta Lind of", "Anna Lind", "Berta Lind"),
    ],
)
def test_changed_words_are_edited_with_a_score_below_one(before: str, after: str, label: str, words: str) -> None:
    found, now = one(OLD.replace(before, after), label)
    assert (found.status, now) == ("edited", words)
    assert 0 < found.score <= 1


def test_what_was_put_in_beside_a_label_stays_outside() -> None:
    found, words = one(OLD.replace("Anna Lind", "Today Anna Lind herself"), "Anna Lind")
    assert (found.status, words) == ("moved", "Anna Lind")


def test_a_deleted_label_is_an_orphan_even_if_its_words_stand_elsewhere() -> None:
    new = OLD.replace("The boats had carried sugar from Spain, officials said. ", "")
    (found,) = reanchor(OLD, new, [Span(48, 53)])
    assert OLD[48:53] == "boats" and "boats" in new
    assert (found.status, found.start, found.end, found.score) == ("orphan", 48, 53, 0.0)


def test_another_word_in_its_place_is_an_orphan() -> None:
    assert one(OLD.replace("Oslo", "Bergen"), "Oslo")[0].status == "orphan"


def test_a_moved_paragraph_takes_its_labels_along() -> None:
    first, _, rest = OLD.partition(". ")
    found, words = one(f"{rest} {first}.", "Oslo")
    assert (found.status, words) == ("moved", "Oslo")


def test_the_right_one_of_equal_mentions_is_kept() -> None:
    old = "Oslo woke early. Trams ran late all morning. In the end Oslo slept. Oslo is a city by the fjord."
    new = old.replace("Oslo woke early. ", "")
    at = old.index("Oslo slept")
    (found,) = reanchor(old, new, [Span(at, at + 4)])
    assert new[found.start :].startswith("Oslo slept")


@pytest.mark.parametrize("new", ["", " ", "完全に別の文章です。", "Entirely other words stand here now, friend."])
def test_nothing_is_invented_in_another_text(new: str) -> None:
    spans = [Span(0, 6), Span(10, 14), Span(0, len(OLD))]
    assert {found.status for found in reanchor(OLD, new, spans)} == {"orphan"}


def test_inside_a_word_and_without_spaces() -> None:
    assert one(f"Well: {OLD}", "boat")[1] == "boat"
    old, new = "警察は月曜日にオスロで九隻の船を押収した。", "昨日、警察は月曜日にオスロで九隻の船を押収した。"
    assert one(new, "オスロ", old)[1] == "オスロ"


def test_emoji_and_combining_marks_keep_code_points() -> None:
    old, new = "👩‍👩‍👧 Anna Lind met Bo 🎉 in Oslo on Monday.", "Today 👩‍👩‍👧 Anna Lind met Bo 🎉 in Oslo on Monday."
    assert one(new, "Oslo", old)[1] == "Oslo"


# -- whole answers ----------------------------------------------------------------------------------------------------


def at(words: str) -> dict[str, Any]:
    start = OLD.index(words)
    return dict(quoted(OLD, start, start + len(words)))


def test_an_entities_answer_comes_over_without_its_orphans() -> None:
    old = [{"span_id": "a", "label": "GPE", **at("Oslo")}, {"span_id": "b", "label": "GPE", **at("Spain")}]
    new = OLD.replace("The boats had carried sugar from Spain, officials said. ", "").replace("Police", "The police")
    carried = carry(ENTITIES, {"spans": old}, OLD, new)
    (span,) = carried.value["spans"]
    assert (span["span_id"], span["text"], new[span["start"] : span["end"]]) == ("a", "Oslo", "Oslo")
    assert span["prefix"] == "The police in "
    assert {path: found.status for path, found in carried.found.items()} == {
        "$.spans[0]": "moved",
        "$.spans[1]": "orphan",
    }
    assert not carried.is_safe


def test_a_claim_keeps_its_attributes_and_loses_a_claimant_that_is_gone() -> None:
    said = {"checkworthiness": "CFS", "attribution": "indirect", "certainty": None, "claimant": at("officials")}
    claim = {"span_id": "c", **at("The boats had carried sugar from Spain"), **said}
    new = OLD.replace(", officials said", "")
    (span,) = carry(CLAIMS, {"spans": [claim]}, OLD, new).value["spans"]
    assert span["claimant"] is None and span["checkworthiness"] == "CFS" and span["certainty"] is None


def test_a_stance_keeps_its_label_whatever_happens_to_its_evidence() -> None:
    value = {"label": "favor", "evidence": at("Nobody was hurt in the raid")}
    assert carry(STANCE, value, OLD, OLD).is_safe
    gone = carry(STANCE, value, OLD, OLD.replace(" Nobody was hurt in the raid.", ""))
    assert gone.value == {"label": "favor", "evidence": None} and not gone.is_safe
    assert carry(STANCE, {"label": "none", "evidence": None}, OLD, "Other.").is_safe
