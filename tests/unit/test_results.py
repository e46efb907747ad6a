"""Label Studio results become layer values, and back; what cannot be believed is named, the rest is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.labeling import layers
from copydesk.labeling.layers import Layer
from copydesk.labeling.results import result, value
from copydesk.schemas import Schemas

ROOT = Path(__file__).parents[2]
TEXT = "🚢 The ferry sank, Lund said.\nPolice saw [it]."
ENTITIES, STANCE, CLAIMS = (layers.read(ROOT / "labeling" / name) for name in ("entities", "stance", "claims"))


def region(start: Any, end: Any, label: str, region_id: str = "r1", **value: Any) -> dict[str, Any]:
    words = TEXT[start:end] if isinstance(start, int) and isinstance(end, int) else "?"
    given = {"start": start, "end": end, "text": words, "labels": [label], **value}
    return {"id": region_id, "from_name": "label", "to_name": "text", "type": "labels", "value": given}


def choice(region_id: str, name: str, *chosen: str) -> dict[str, Any]:
    return {"id": region_id, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [*chosen]}}


def codes(layer: Layer, items: Any, text: str = TEXT) -> list[str]:
    return [issue.code for issue in value(layer, items, text)[1]]


def test_a_span_counts_code_points_also_behind_an_emoji() -> None:
    found, issues = value(ENTITIES, [region(18, 22, "PERSON")], TEXT)
    assert issues == []
    assert found is not None
    assert [(span["text"], span["label"]) for span in found["spans"]] == [("Lund", "PERSON")]


def test_blanks_that_were_dragged_over_are_trimmed() -> None:
    found, issues = value(ENTITIES, [region(17, 23, "PERSON")], TEXT)
    assert issues == []
    assert found is not None
    assert (found["spans"][0]["start"], found["spans"][0]["end"]) == (18, 22)


def test_a_line_break_comes_back_as_backslash_and_n() -> None:
    quoted = TEXT[18:34].replace("\n", "\\n")
    assert codes(ENTITIES, [region(18, 34, "ORG", text=quoted)]) == []


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (region(-1, 4, "ORG"), "span-range"),
        (region(5, 5, "ORG"), "span-range"),
        (region(0, 10**9, "ORG"), "span-range"),
        (region("0", 4, "ORG"), "span-range"),
        (region(float("nan"), 4, "ORG"), "span-range"),
        (region(2, 5, "ORG", text="Tha"), "span-drift"),
        (region(1, 2, "ORG"), "span-blank"),
        (region(2, 5, "ORG", text=None), "missing-quote"),
        (region(2, 5, "PLANET"), "unknown-label"),
        (region(2, 5, "ORG") | {"from_name": "mood"}, "unknown-control"),
        (region(2, 5, "ORG") | {"value": None}, "result-shape"),
        ("text", "result-shape"),
        (None, "result-shape"),
    ],
)
def test_one_bad_region_is_named_and_the_good_one_is_kept(item: Any, code: str) -> None:
    found, issues = value(ENTITIES, [item, region(18, 22, "PERSON", "good")], TEXT)
    assert [issue.code for issue in issues] == [code]
    assert issues[0].path.startswith("$.result[0]")
    assert found is not None
    assert [span["text"] for span in found["spans"]] == ["Lund"]


def test_two_regions_with_one_id_or_on_the_same_words_are_named() -> None:
    assert codes(ENTITIES, [region(2, 5, "ORG"), region(6, 11, "ORG")]) == ["duplicate-region"]
    assert codes(ENTITIES, [region(2, 5, "ORG", "a"), region(2, 5, "ORG", "b")]) == ["duplicate-mark"]


def test_of_regions_that_overlap_the_longest_is_kept() -> None:
    items = [region(18, 22, "PERSON", "a"), region(2, 11, "ORG", "b"), region(6, 16, "ORG", "c")]
    items += [region(18, 22, "ORG", "d"), region(12, 16, "ORG", "e")]
    found, issues = value(ENTITIES, items, TEXT)
    assert [(issue.code, issue.path[:11]) for issue in issues] == [
        ("span-overlap", "$.result[1]"),
        ("span-overlap", "$.result[3]"),
        ("span-overlap", "$.result[4]"),
    ]
    assert found is not None
    assert [(span["text"], span["label"]) for span in found["spans"]] == [("ferry sank", "ORG"), ("Lund", "PERSON")]


def test_names_of_regions_hold_no_label() -> None:
    """Label Studio makes a CSS class of them: with a blank or bracket in it the span would not be coloured."""
    layer = replace(ENTITIES, labels=("ACT & <deed>",))
    items = result(layer, {"spans": [{"start": 2, "end": 5, "label": "ACT & <deed>"}]}, TEXT)
    assert [item["id"] for item in items] == ["0-2-5"]


@pytest.mark.parametrize("broken", [None, "", 3, {}])
def test_a_result_that_is_no_list_has_no_value(broken: Any) -> None:
    assert value(ENTITIES, broken, TEXT)[0] is None
    assert codes(ENTITIES, broken) == ["result-shape"]


def test_a_claim_has_its_answers_and_its_claimant() -> None:
    items = [
        region(2, 16, "CLAIM", "c"),
        choice("c", "checkworthiness", "CFS"),
        choice("c", "attribution", "indirect"),
        region(18, 22, "CLAIMANT", "w"),
        {"type": "relation", "from_id": "c", "to_id": "w", "direction": "right"},
    ]
    found, issues = value(CLAIMS, items, TEXT)
    assert issues == []
    assert found is not None
    (claim,) = found["spans"]
    assert (claim["checkworthiness"], claim["attribution"], claim["certainty"]) == ("CFS", "indirect", None)
    assert claim["claimant"]["text"] == "Lund"


def test_a_relation_to_nowhere_leaves_the_claim_without_claimant() -> None:
    items = [region(2, 16, "CLAIM", "c"), {"type": "relation", "from_id": "c", "to_id": "gone", "direction": "right"}]
    found, issues = value(CLAIMS, items, TEXT)
    assert [issue.code for issue in issues] == ["unknown-region"]
    assert found is not None
    assert found["spans"][0]["claimant"] is None


def test_a_stance_has_its_label_and_evidence() -> None:
    evidence = region(2, 16, "EVIDENCE", "e") | {"from_name": "evidence"}
    found, issues = value(STANCE, [choice("s", "label", "against"), evidence], TEXT)
    assert issues == []
    assert found is not None
    assert (found["label"], found["evidence"]["text"]) == ("against", "The ferry sank")


def test_a_stance_that_was_not_chosen_is_an_abstention_and_is_named() -> None:
    found, issues = value(STANCE, [], TEXT)
    assert found == {"label": None, "evidence": None}
    assert [issue.code for issue in issues] == ["missing-answer"]


#: Anything JSON can hold, and what Python's own parser lets in besides.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["id", "from_name", "to_name", "type", "value", "from_id", "to_id", "direction"])
ITEMS = st.lists(st.dictionaries(KEYS, ANYTHING) | st.just(region(18, 22, "PERSON")) | ANYTHING, max_size=4)


@settings(deadline=None)
@pytest.mark.parametrize("layer", [ENTITIES, STANCE, CLAIMS], ids=["entities", "stance", "claims"])
@given(items=ITEMS)
def test_whatever_the_server_holds_gives_a_valid_value_and_issues(layer: Layer, items: list[Any]) -> None:
    found, _ = value(layer, items, TEXT)
    assert found is not None
    assert Schemas.packaged().check(layer.name, found, "here") == []


@settings(deadline=None)
@given(st.data())
def test_a_value_survives_the_trip_to_label_studio_and_back(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=60).filter(str.strip))
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))
    items = []
    for n, (one, other) in enumerate(spans):
        start, end = sorted((one, other))
        given = {"start": start, "end": end, "text": text[start:end], "labels": ["ORG"]}
        items.append({"id": f"r{n}", "from_name": "label", "to_name": "text", "type": "labels", "value": given})
    first, _ = value(ENTITIES, items, text)
    assert first is not None
    again, issues = value(ENTITIES, result(ENTITIES, first, text), text)
    assert again == first
    assert [issue for issue in issues if issue.severity == "error"] == []
