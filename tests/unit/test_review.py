"""Reviews: what an adjudicator is shown of a disputed task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate
from copydesk.labeling.adjudicate.review import Review, passed_over, reviews
from copydesk.labeling.layers import Layer
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

LABELING = Path(__file__).parents[2] / "labeling"
ENTITIES, STANCE, CLAIMS = (layers.read(LABELING / name) for name in ("entities", "stance", "claims"))
ARTICLE = an_article("Anna Lind of Oslo said nine roads were closed on Monday.")


def reviewed(layer: Layer, *values: dict[str, Any], **word: dict[str, Any]) -> list[Review]:
    given = [an_annotation(ARTICLE, layer.name, annotator=f"ann-{n}", value=each) for n, each in enumerate(values)]
    for value in word.values():
        given.append(an_annotation(ARTICLE, layer.name, annotator="boss", role="adjudicator", value=value))
    articles = {ARTICLE["article_id"]: ARTICLE}
    return reviews(layer, given, articles, adjudicate(layer, given, articles, redundancy=2))


def marked(start: int, end: int, **said: Any) -> dict[str, Any]:
    return {"spans": [{"span_id": "s", **quoted(ARTICLE["text"], start, end), **said}]}


def chosen(label: str, evidence: tuple[int, int] | None = None) -> dict[str, Any]:
    return {"label": label, "evidence": quoted(ARTICLE["text"], *evidence) if evidence else None}


def test_a_disputed_span_names_who_marked_what() -> None:
    (review,) = reviewed(ENTITIES, marked(5, 9, label="PERSON"), marked(0, 9, label="PERSON"))
    assert [answer["annotator"] for answer in review.answers] == ["ann-0", "ann-1"]
    assert review.disagreements == ("span (where it begins or ends): “Anna Lind” PERSON: ann-1; “Lind” PERSON: ann-0",)
    assert len(review.unit_ids) == 1


def test_a_disputed_attribute_names_its_span() -> None:
    said = {"checkworthiness": "CFS", "attribution": "indirect", "certainty": "asserted", "claimant": None}
    (review,) = reviewed(CLAIMS, marked(23, 45, **said), marked(23, 45, **said | {"certainty": "hedged"}))
    assert review.disagreements == (
        "certainty of “nine roads were closed” (no answer has a majority): asserted: ann-0; hedged: ann-1",
    )


def test_a_disputed_choice_comes_with_its_target() -> None:
    (review,) = reviewed(STANCE, chosen("favor"), chosen("against"))
    assert review.target == "T1"
    assert review.disagreements == ("label (no answer has a majority): against: ann-1; favor: ann-0",)


def test_nothing_is_reviewed_where_only_evidence_differs_or_an_adjudicator_spoke() -> None:
    assert reviewed(STANCE, chosen("favor", (0, 9)), chosen("favor", (13, 17))) == []
    assert reviewed(STANCE, chosen("favor"), chosen("against"), word=chosen("favor")) == []


def test_what_was_skipped_is_referred_once_nobody_is_left_to_ask() -> None:
    articles = {ARTICLE["article_id"]: ARTICLE}
    passed = an_annotation(ARTICLE, annotator="ann-a", status="skipped", value=None)
    answer = an_annotation(ARTICLE, annotator="ann-b", value=marked(0, 9, label="PERSON"))
    word = an_annotation(ARTICLE, annotator="boss", role="adjudicator")

    def referred(*given: dict[str, Any], people: tuple[str, ...] = ("ann-a", "ann-b")) -> list[Review]:
        return passed_over(ENTITIES, given, articles, people, 2)

    (review,) = referred(passed, answer)
    assert review.disagreements == ("the whole (too few answered): skipped by ann-a",)
    assert (review.answers, review.agreed) == ((answer,), {"spans": []})
    assert referred(passed, answer, people=("ann-a", "ann-b", "ann-c")) == [], "ann-c can be asked"
    assert referred(passed) == [], "ann-b has not answered yet"
    assert referred(passed, answer, word) == []


def test_long_quotes_are_cut() -> None:
    long = an_article("word " * 60)
    value = {"spans": [{"span_id": "s", **quoted(long["text"], 0, 299), "label": "ORG"}]}
    given = [an_annotation(long, annotator="a", value=value), an_annotation(long, annotator="b")]
    articles = {long["article_id"]: long}
    (review,) = reviews(ENTITIES, given, articles, adjudicate(ENTITIES, given, articles, redundancy=2))
    assert "…”" in review.disagreements[0] and len(review.disagreements[0]) < 200
