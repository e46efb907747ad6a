"""Adjudication: one rule, applied to spans, attributes, links, labels and evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.labeling import layers
from copydesk.labeling.adjudicate import Adjudication, adjudicate, write
from copydesk.labeling.layers import Layer
from copydesk.schemas import Schemas
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

LABELING = Path(__file__).parents[2] / "labeling"
ENTITIES, STANCE, CLAIMS = (layers.read(LABELING / name) for name in ("entities", "stance", "claims"))
ARTICLE = an_article("Anna Lind of Oslo said nine roads were closed on Monday.")
LIND, ANNA_LIND, OSLO, CLOSED, NINE_CLOSED = (5, 9), (0, 9), (13, 17), (23, 45), (23, 55)


def marked(*spans: tuple[tuple[int, int], dict[str, Any]]) -> dict[str, Any]:
    made = [{"span_id": f"s{n}", **quoted(ARTICLE["text"], *place), **said} for n, (place, said) in enumerate(spans)]
    return {"spans": made}


def entity(place: tuple[int, int], label: str) -> tuple[tuple[int, int], dict[str, Any]]:
    return place, {"label": label}


def claim(place: tuple[int, int], **said: Any) -> tuple[tuple[int, int], dict[str, Any]]:
    asked = {"checkworthiness": "CFS", "attribution": "indirect", "certainty": "asserted", "claimant": None}
    return place, asked | said


def chosen(label: str | None, evidence: tuple[int, int] | None = None) -> dict[str, Any]:
    return {"label": label, "evidence": quoted(ARTICLE["text"], *evidence) if evidence else None}


def decided(layer: Layer, *values: dict[str, Any], redundancy: int = 2, **word: Any) -> Adjudication:
    """Adjudicate the answers of ann-0, ann-1, …; ``word=value`` is an adjudicator's answer on top."""
    given = [an_annotation(ARTICLE, layer.name, annotator=f"ann-{n}", value=value) for n, value in enumerate(values)]
    for value in word.values():
        given.append(an_annotation(ARTICLE, layer.name, annotator="boss", role="adjudicator", value=value))
    found = adjudicate(layer, given, {ARTICLE["article_id"]: ARTICLE}, redundancy=redundancy)
    schemas = Schemas.packaged()
    issues = [issue for unit in found.gold for issue in schemas.check("gold", unit, unit["kind"])]
    issues += [issue for unit in found.disputed for issue in schemas.check("dispute", unit, unit["kind"])]
    assert not issues
    assert sum(found.by.values()) == len(found.gold)
    return found


def told(units: list[dict[str, Any]], kind: str) -> list[tuple[Any, ...]]:
    """(words, label, how) of each gold unit of a kind."""
    return [
        (unit["span"]["text"] if unit["span"] else None, unit["label"], unit["how"])
        for unit in units
        if unit["kind"] == kind
    ]


def reasons(found: Adjudication) -> list[tuple[str, str]]:
    return [(unit["kind"], unit["reason"]) for unit in found.disputed]


# -- spans ------------------------------------------------------------------------------------------------------------


def test_two_who_agree_make_gold_and_one_alone_a_dispute() -> None:
    found = decided(ENTITIES, marked(entity(LIND, "PERSON"), entity(OSLO, "GPE")), marked(entity(LIND, "PERSON")))
    assert told(found.gold, "span") == [("Lind", "PERSON", "unanimous")]
    assert reasons(found) == [("span", "only-some-marked")]
    oslo, without = found.disputed[0]["options"]
    assert oslo["span"]["text"] == "Oslo" and oslo["label"] == "GPE"
    assert without["span"] is None and without["annotation_ids"] != oslo["annotation_ids"]


def test_boundaries_that_differ_are_a_dispute_of_two_and_a_majority_of_three() -> None:
    short, long = marked(entity(LIND, "PERSON")), marked(entity(ANNA_LIND, "PERSON"))
    assert reasons(decided(ENTITIES, short, long)) == [("span", "boundaries-differ")]
    found = decided(ENTITIES, short, long, long, redundancy=3)
    assert told(found.gold, "span") == [("Anna Lind", "PERSON", "majority")]
    assert not found.disputed


def test_labels_that_differ_are_a_dispute_of_two_and_a_majority_of_three() -> None:
    place, body = marked(entity(OSLO, "GPE")), marked(entity(OSLO, "ORG"))
    assert reasons(decided(ENTITIES, place, body)) == [("span", "labels-differ")]
    found = decided(ENTITIES, place, place, body, redundancy=3)
    assert told(found.gold, "span") == [("Oslo", "GPE", "majority")]
    (span,) = (unit for unit in found.gold if unit["kind"] == "span")
    assert [(each["label"], each["share"]) for each in span["distribution"]] == [
        ("GPE", pytest.approx(2 / 3, abs=1e-6)),
        ("ORG", pytest.approx(1 / 3, abs=1e-6)),
    ]


def test_what_one_of_three_marked_is_left_out_and_counted() -> None:
    found = decided(ENTITIES, marked(entity(OSLO, "GPE")), marked(), marked(), redundancy=3)
    assert found.left_out == 1
    assert [unit["kind"] for unit in found.gold] == ["answer"]
    assert not found.disputed


def test_split_and_whole_are_both_in_dispute() -> None:
    """One marks two spans where the other marks one: nobody has decided, so neither stands."""
    found = decided(ENTITIES, marked(entity((0, 17), "ORG")), marked(entity(ANNA_LIND, "PERSON"), entity(OSLO, "GPE")))
    assert not told(found.gold, "span")
    assert sorted(reasons(found)) == [("span", "boundaries-differ"), ("span", "only-some-marked")]


def test_ranges_that_overlap_without_anyone_having_marked_both_are_disputes() -> None:
    long, short = marked(entity((0, 10), "PERSON")), marked(entity((5, 17), "GPE"))
    both = marked(entity((0, 4), "PERSON"), entity((5, 17), "GPE"))
    found = decided(ENTITIES, long, long, both, short, short, redundancy=5)
    assert [reason for _, reason in reasons(found)] == ["overlapping", "overlapping"]


def test_an_article_without_spans_is_adjudicated_too() -> None:
    found = decided(ENTITIES, marked(), marked())
    assert [(unit["kind"], unit["how"]) for unit in found.gold] == [("answer", "unanimous")]


def test_where_everything_is_disputed_there_is_no_answer_unit() -> None:
    assert decided(ENTITIES, marked(entity(OSLO, "GPE")), marked()).gold == []


def test_too_few_answers_wait_without_dispute() -> None:
    found = decided(ENTITIES, marked(entity(OSLO, "GPE")))
    assert (found.gold, found.disputed, found.waiting) == ([], [], 1)


# -- attributes and links ---------------------------------------------------------------------------------------------


def test_null_is_an_abstention_and_half_abstaining_is_too_few() -> None:
    found = decided(CLAIMS, marked(claim(CLOSED)), marked(claim(CLOSED, certainty=None, attribution="direct")))
    assert [(unit["name"], unit["label"]) for unit in found.gold if unit["kind"] == "attribute"] == [
        ("checkworthiness", "CFS")
    ]
    assert reasons(found) == [("attribute", "no-majority"), ("attribute", "too-few-answers")]
    (span,) = (unit for unit in found.gold if unit["kind"] == "span")
    assert {dispute["of"] for dispute in found.disputed} == {span["unit_id"]}


def test_two_of_three_carry_an_attribute_though_the_third_abstains() -> None:
    found = decided(
        CLAIMS, *[marked(claim(CLOSED, certainty=each)) for each in ("hedged", "hedged", None)], redundancy=3
    )
    assert ("certainty", "hedged", "unanimous") in [(unit["name"], unit["label"], unit["how"]) for unit in found.gold]


def test_an_attribute_that_nobody_answered_has_no_unit() -> None:
    found = decided(CLAIMS, *[marked(claim(CLOSED, certainty=None))] * 2)
    assert "certainty" not in [unit["name"] for unit in [*found.gold, *found.disputed]]


def test_linked_spans_agree_on_their_words_and_none_is_an_answer() -> None:
    lind, anna = quoted(ARTICLE["text"], *LIND), quoted(ARTICLE["text"], *ANNA_LIND)
    nobody, same, other = (
        decided(CLAIMS, marked(claim(CLOSED, claimant=a)), marked(claim(CLOSED, claimant=b)))
        for a, b in ((None, None), (lind, lind), (lind, anna))
    )
    assert told(nobody.gold, "linked") == [(None, None, "unanimous")]
    assert told(same.gold, "linked") == [("Lind", None, "unanimous")]
    assert reasons(other) == [("linked", "boundaries-differ")]


# -- choices ----------------------------------------------------------------------------------------------------------


def test_a_label_and_the_evidence_of_those_who_chose_it() -> None:
    found = decided(STANCE, chosen("favor", CLOSED), chosen("favor", CLOSED))
    assert told(found.gold, "label") == [(None, "favor", "unanimous")]
    assert told(found.gold, "evidence") == [("nine roads were closed", None, "unanimous")]


def test_labels_that_differ_are_a_dispute_and_leave_nothing() -> None:
    found = decided(STANCE, chosen("favor", CLOSED), chosen("neutral"))
    assert found.gold == [] and reasons(found) == [("label", "no-majority")]


def test_an_abstention_from_a_choice_is_no_vote() -> None:
    found = decided(STANCE, chosen("favor"), chosen(None))
    assert reasons(found) == [("label", "too-few-answers")]
    assert told(decided(STANCE, chosen("favor"), chosen("favor"), chosen(None), redundancy=3).gold, "label")


def test_evidence_in_dispute_leaves_the_label_standing() -> None:
    found = decided(STANCE, chosen("favor", CLOSED), chosen("favor", NINE_CLOSED))
    assert told(found.gold, "label") == [(None, "favor", "unanimous")]
    assert reasons(found) == [("evidence", "boundaries-differ")]


# -- the adjudicator --------------------------------------------------------------------------------------------------


def test_an_adjudicator_wins_and_peoples_shares_stay() -> None:
    found = decided(STANCE, chosen("favor"), chosen("neutral"), word=chosen("neutral", CLOSED))
    assert told(found.gold, "label") == [(None, "neutral", "adjudicator")]
    (label,) = (unit for unit in found.gold if unit["kind"] == "label")
    assert label["distribution"] == [{"label": "favor", "share": 0.5}, {"label": "neutral", "share": 0.5}]
    assert not found.disputed and set(found.by) == {"adjudicator"}


def test_an_adjudicators_spans_replace_the_vote_and_open_attributes_fall_back_to_it() -> None:
    found = decided(
        CLAIMS,
        marked(claim(CLOSED), claim(LIND)),
        marked(claim(CLOSED), claim(LIND)),
        word=marked(claim(NINE_CLOSED, certainty=None, checkworthiness="NFS")),
    )
    assert told(found.gold, "span") == [(ARTICLE["text"][slice(*NINE_CLOSED)], None, "adjudicator")]
    said = {unit["name"]: (unit["label"], unit["how"]) for unit in found.gold if unit["kind"] == "attribute"}
    assert said["checkworthiness"] == ("NFS", "adjudicator")
    assert said["certainty"] == ("asserted", "unanimous")
    assert not found.disputed


def test_an_adjudicators_word_needs_no_other_answers() -> None:
    found = decided(ENTITIES, word=marked(entity(OSLO, "GPE")))
    assert told(found.gold, "span") == [("Oslo", "GPE", "adjudicator")]


# -- records ----------------------------------------------------------------------------------------------------------


def test_order_of_answers_changes_no_byte(tmp_path: Path) -> None:
    values = [marked(entity(LIND, "PERSON"), entity(OSLO, "GPE")), marked(entity(ANNA_LIND, "PERSON"))]
    given = [an_annotation(ARTICLE, annotator=f"ann-{n}", value=value) for n, value in enumerate(values)]
    written = []
    for order in (given, given[::-1]):
        (tmp_path / "layer.toml").write_bytes((LABELING / "entities/layer.toml").read_bytes())
        layer = layers.read(tmp_path)
        object.__setattr__(layer, "name", "entities")
        write(layer, adjudicate(layer, order, {ARTICLE["article_id"]: ARTICLE}, redundancy=2))
        written.append((layer.gold.read_bytes(), layer.disputes.read_bytes()))
    assert written[0] == written[1] and written[0][1]


def test_a_unit_keeps_its_id_when_it_is_decided_anew() -> None:
    before = decided(ENTITIES, marked(entity(OSLO, "GPE")), marked())
    after = decided(ENTITIES, marked(entity(OSLO, "GPE")), marked(), word=marked(entity(OSLO, "GPE")))
    assert before.disputed[0]["unit_id"] in [unit["unit_id"] for unit in after.gold]


def test_answers_on_another_text_are_named_and_do_not_count() -> None:
    given = [an_annotation(ARTICLE, annotator=f"ann-{n}", value=marked()) for n in range(2)]
    given[1]["text_sha256"] = "0" * 64
    found = adjudicate(ENTITIES, given, {ARTICLE["article_id"]: ARTICLE}, redundancy=2)
    assert (found.gold, found.waiting) == ([], 1)
    assert [issue.code for issue in found.issues] == ["stale-answer"]
