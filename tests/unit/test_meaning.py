"""What a schema cannot say: records agree with their texts, their layer and each other."""

from __future__ import annotations

from typing import Any

import pytest

from copydesk.issues import Issue
from copydesk.schemas import Schemas
from copydesk.schemas.meaning import (
    check_annotation,
    check_annotator,
    check_article,
    check_dispute,
    check_family,
    check_gold,
    check_link,
    check_row,
    check_units,
)
from copydesk.spans import quoted
from copydesk.testing import a_link, an_annotation, an_article

SCHEMAS = Schemas.packaged()
ENTITIES, STANCE, CLAIMS = (SCHEMAS.layers[name] for name in ("entities", "stance", "claims"))
ARTICLE = an_article("🌧 Rain fell in Oslo on Monday.")
OSLO = quoted(ARTICLE["text"], 15, 19)


def codes(issues: list[Issue]) -> list[tuple[str, str]]:
    return [(issue.code, issue.path) for issue in issues]


def a_span(start: int = 15, end: int = 19, **fields: Any) -> dict[str, Any]:
    """A span of the article, an entity unless told otherwise."""
    return {"span_id": f"s{start}", "label": "GPE"} | quoted(ARTICLE["text"], start, end) | fields


def an_answer(*spans: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return an_annotation(ARTICLE, **{"value": {"spans": list(spans)}} | fields)


def a_unit(kind: str = "span", **fields: Any) -> dict[str, Any]:
    """A gold unit of layer entities, Oslo, unless told otherwise."""
    unit: dict[str, Any] = {
        "schema_version": 1,
        "unit_id": "unit-0000000000000000",
        "article_id": ARTICLE["article_id"],
        "text_sha256": ARTICLE["text_sha256"],
        "layer": "entities",
        "layer_version": "1.0.0",
        "target": None,
        "kind": kind,
        "of": None,
        "name": None,
        "span": OSLO if kind == "span" else None,
        "label": "GPE" if kind == "span" else None,
        "how": "unanimous",
        "annotation_ids": [],
        "distribution": None,
    }
    return unit | fields


def test_a_good_article_has_no_issue() -> None:
    assert check_article(ARTICLE) == []


def provenance(**fields: Any) -> dict[str, Any]:
    return {"provenance": ARTICLE["provenance"] | fields}


SEGMENT = {"start": 0, "end": 5, "raw_start": 0, "raw_end": 5}
FINDING = {"field": "url", "value": "x", "start": 3, "end": None, "rule": "r", "confidence": 1.0}


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"n_chars": 33}, "wrong-length", "$.n_chars"),
        ({"text_sha256": "0" * 64}, "wrong-digest", "$.text_sha256"),
        (an_article("cafe\u0301"), "not-normalised", "$.text"),
        (an_article("one\r\ntwo"), "not-normalised", "$.text"),
        (provenance(segments=[SEGMENT, SEGMENT]), "segment-out-of-order", "$.provenance.segments[1]"),
        (provenance(segments=[SEGMENT | {"end": 99}]), "segment-out-of-order", "$.provenance.segments[0]"),
        (provenance(segments=[SEGMENT | {"raw_start": 9}]), "range-reversed", "$.provenance.segments[0]"),
        (provenance(findings=[FINDING]), "range-reversed", "$.provenance.findings[0]"),
        ({"retrieved_at": "2026-02-30T00:00:00Z"}, "no-such-date", "$.retrieved_at"),
        ({"published": "2026-01-02"}, "date-inconsistent", "$.published"),
        (
            {"published_earliest": "2026-02-01", "published_latest": "2026-01-01"},
            "date-out-of-bounds",
            "$.published_latest",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_an_article_agrees_with_itself(fields: dict[str, Any], code: str, path: str) -> None:
    assert codes(check_article(ARTICLE | fields)) == [(code, path)]


def dated(published: str, precision: str, **fields: str) -> dict[str, Any]:
    said = {"published": published, "published_precision": precision, "published_basis": "explicit"}
    return an_article(**said | fields)


@pytest.mark.parametrize(
    "article",
    [
        dated("2026-01-02", "day", published_earliest="2026-01-02", published_latest="2026-01-02"),
        dated("2026-01-02T10:00:00Z", "second"),
        dated("2026-03-01", "month"),
        dated("2026-01-01", "year"),
        dated("2026-03-01", "month", published_earliest="2026-03-31", published_latest="2026-03-31"),
        dated("2026-01-01", "year", published_earliest="2026-12-31"),
    ],
)
def test_a_date_may_be_as_precise_as_it_was_asserted(article: dict[str, Any]) -> None:
    assert check_article(article) == []


@pytest.mark.parametrize(
    ("article", "code"),
    [
        (dated("2026-01-02T10:00:00Z", "day"), "date-inconsistent"),
        (dated("2026-01-02", "second"), "date-inconsistent"),
        (dated("2026-01-02", "month"), "date-inconsistent"),
        (dated("2026-03-01", "year"), "date-inconsistent"),
        (dated("2026-01-02", "day", published_earliest="2026-01-03"), "date-out-of-bounds"),
        (dated("2026-01-02", "day", published_latest="2026-01-01"), "date-out-of-bounds"),
        (dated("2026-03-01", "month", published_earliest="2026-04-01"), "date-out-of-bounds"),
        (dated("2026-03-01", "month", published_latest="2026-02-28"), "date-out-of-bounds"),
    ],
)
def test_a_date_fits_what_is_said_about_it(article: dict[str, Any], code: str) -> None:
    assert [issue.code for issue in check_article(article)] == [code]


def test_an_article_whose_text_is_withheld_is_checked_by_ranges() -> None:
    assert check_article(ARTICLE | {"text": None}) == []
    assert codes(check_article(ARTICLE | {"text": None, "n_chars": 3})) == [
        ("segment-out-of-order", "$.provenance.segments[0]")
    ]


def test_a_good_answer_has_no_issue_with_an_emoji_before_it() -> None:
    assert check_annotation(an_answer(a_span()), ENTITIES, ARTICLE) == []
    stance = an_annotation(ARTICLE, "stance", value={"label": "favor", "evidence": OSLO})
    assert check_annotation(stance, STANCE, ARTICLE) == []


@pytest.mark.parametrize(
    ("answer", "code", "path"),
    [
        (an_answer(a_span(text="Oslp")), "span-drift", "$.value.spans[0].text"),
        (an_answer(a_span() | {"start": 16, "end": 20}), "span-drift", "$.value.spans[0].text"),
        (an_answer(a_span(end=99)), "span-out-of-range", "$.value.spans[0]"),
        (an_answer(a_span() | {"start": 19}), "span-out-of-range", "$.value.spans[0]"),
        (an_answer(a_span(prefix="in ")), "context-drift", "$.value.spans[0].prefix"),
        (an_answer(a_span(suffix="")), "context-drift", "$.value.spans[0].suffix"),
        (an_answer(a_span(label="CITY")), "unknown-label", "$.value.spans[0].label"),
        (an_answer(a_span(), a_span(17, 22)), "spans-overlap", "$.value.spans[0]"),
        (an_answer(a_span(2, 6), a_span(span_id="s2")), "duplicate-span", "$.value.spans[1].span_id"),
        (an_answer(a_span(), a_span(2, 6)), "spans-unordered", "$.value.spans"),
        (an_answer(text_sha256="0" * 64), "text-changed", "$.text_sha256"),
        (an_answer(target="T1"), "unknown-target", "$.target"),
        (an_answer(value=None), "no-value", "$.value"),
        (an_answer(status="skipped"), "value-left", "$.value"),
        (an_answer(updated_at="2025-12-31T00:00:00Z"), "date-inconsistent", "$.updated_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_agrees_with_text_and_layer(answer: dict[str, Any], code: str, path: str) -> None:
    assert codes(check_annotation(answer, ENTITIES, ARTICLE)) == [(code, path)]


def test_an_answer_on_an_article_that_was_not_built_says_so() -> None:
    assert codes(check_annotation(an_answer(a_span()), ENTITIES, None)) == [("unknown-article", "$.article_id")]


def test_offsets_are_not_held_against_another_text() -> None:
    changed = an_article("Rain in Oslo.", article_id=ARTICLE["article_id"])
    assert codes(check_annotation(an_answer(a_span()), ENTITIES, changed)) == [("text-changed", "$.text_sha256")]


def test_a_span_that_holds_many_others_is_named_once() -> None:
    answer = an_answer(a_span(2, 29), a_span(2, 6, span_id="inner"), a_span(15, 19))
    (issue,) = check_annotation(answer, ENTITIES, ARTICLE)
    assert (issue.code, issue.path) == ("spans-overlap", "$.value.spans[0]")
    assert issue.message == "2:29 overlaps 2:6 and 1 more"


def test_spans_that_overlap_in_a_chain_are_all_named() -> None:
    answer = an_answer(a_span(2, 8), a_span(7, 15), a_span(14, 20))
    found = [issue.message for issue in check_annotation(answer, ENTITIES, ARTICLE)]
    assert found == ["2:8 overlaps 7:15", "7:15 overlaps 14:20"]


def test_a_claims_attributes_and_claimant_are_checked() -> None:
    asked = {
        "checkworthiness": "CSF",
        "attribution": None,
        "certainty": "asserted",
        "claimant": OSLO | {"text": "Bergen"},
    }
    claim = {"span_id": "c1"} | quoted(ARTICLE["text"], 2, 29) | asked
    found = codes(check_annotation(an_annotation(ARTICLE, "claims", value={"spans": [claim]}), CLAIMS, ARTICLE))
    assert found == [
        ("unknown-label", "$.value.spans[0].checkworthiness"),
        ("span-drift", "$.value.spans[0].claimant.text"),
    ]


def test_an_updated_answer_may_be_half_a_second_younger() -> None:
    answer = an_answer(created_at="2026-01-01T12:00:00Z", updated_at="2026-01-01T12:00:00.5Z")
    assert check_annotation(answer, ENTITIES, ARTICLE) == []


def test_an_unknown_annotator_is_named_a_model_need_not_be_listed() -> None:
    (issue,) = check_annotator(an_answer(annotator="alica"), {"alice": "human"}, "here")
    assert (issue.code, issue.hint) == ("unknown-annotator", "did you mean 'alice'?")
    assert check_annotator(an_answer(annotator="spacy", role="model"), {"alice": "human"}, "here") == []


def test_a_good_unit_has_no_issue() -> None:
    assert check_gold(a_unit(), ENTITIES, ARTICLE) == []
    label = a_unit("label", target="T1", label="favor", distribution=[{"label": "favor", "share": 1.0}])
    assert check_gold(label, STANCE, ARTICLE) == []


@pytest.mark.parametrize(
    ("unit", "layer", "found"),
    [
        (a_unit(label="CITY"), ENTITIES, ("unknown-label", "$.label")),
        (a_unit(span=OSLO | {"text": "Bergen"}), ENTITIES, ("span-drift", "$.span.text")),
        (a_unit(text_sha256="0" * 64), ENTITIES, ("text-changed", "$.text_sha256")),
        (a_unit(kind="label"), ENTITIES, ("wrong-unit", "$.kind")),
        (a_unit(of="unit-0000000000000001"), ENTITIES, ("wrong-unit", "$.of")),
        (a_unit("attribute", of="unit-1", name="mood"), CLAIMS, ("wrong-unit", "$.name")),
        (a_unit("linked", of="unit-1", name="speaker"), CLAIMS, ("wrong-unit", "$.name")),
        (a_unit("attribute", of="unit-1", name="certainty", label="sure"), CLAIMS, ("unknown-label", "$.label")),
        (a_unit("label", target="T9", label="favor"), STANCE, ("unknown-target", "$.target")),
        (
            a_unit("label", target="T1", label="favor", distribution=[{"label": "favor", "share": 0.5}]),
            STANCE,
            ("shares-off", "$.distribution"),
        ),
    ],
)
def test_a_unit_agrees_with_text_and_layer(unit: dict[str, Any], layer: Any, found: tuple[str, str]) -> None:
    assert codes(check_gold(unit, layer, ARTICLE)) == [found]


def test_units_of_a_layer_agree_with_each_other() -> None:
    lost = a_unit("attribute", unit_id="unit-1", of="unit-9")
    over = a_unit(unit_id="unit-2", span=quoted(ARTICLE["text"], 17, 22))
    found = check_units([a_unit(), a_unit(span=None), lost, over], lambda n, _: f"gold:{n}")
    assert [(issue.where, issue.code) for issue in found] == [
        ("gold:1", "duplicate-unit"),
        ("gold:2", "unknown-unit"),
        ("gold:0", "spans-overlap"),
    ]


def test_a_disputes_options_are_checked() -> None:
    options = [{"span": OSLO | {"prefix": "x"}, "label": "CITY", "annotation_ids": []}]
    found = codes(check_dispute(a_unit() | {"options": options, "reason": "no-majority"}, ENTITIES, ARTICLE))
    assert found == [("unknown-label", "$.options[0].label"), ("context-drift", "$.options[0].span.prefix")]


def test_a_link_agrees_with_its_articles() -> None:
    other = an_article("Snow in Bergen.")
    articles = {article["article_id"]: article for article in (ARTICLE, other)}
    link = a_link(*articles, score=0.95)
    assert check_link(link, articles) == []
    passage = {"a_start": 0, "a_end": 999, "b_start": 0, "b_end": 3}
    odd = link | {"band": "possible", "b": "art-x", "evidence": [passage]}
    assert codes(check_link(odd, articles)) == [
        ("unknown-article", "$.b"),
        ("span-out-of-range", "$.evidence[0].a_end"),
        ("wrong-band", "$.band"),
    ]
    assert codes(check_link(link | {"a": link["b"], "b": link["a"]}, articles)) == [("link-unordered", "$.a")]


def test_people_may_put_a_link_in_any_band() -> None:
    articles = {"art-1": ARTICLE, "art-2": ARTICLE}
    assert check_link(a_link("art-1", "art-2", 0.2, band="family", decided_by="people"), articles) == []


def test_a_family_agrees_with_its_members() -> None:
    family = {"family_id": "fam-1", "members": ["art-1", "art-2"], "aliases": []}
    assert codes(check_family(family, {"art-1": {"family_id": "fam-1"}, "art-2": {"family_id": "fam-2"}})) == [
        ("family-differs", "$.members[1]")
    ]
    assert codes(check_family(family, {"art-1": {"family_id": "fam-1"}})) == [("unknown-article", "$.members[1]")]


def a_stance_row(**fields: Any) -> dict[str, Any]:
    row = {key: ARTICLE[key] for key in ("article_id", "text_sha256", "family_id", "split")}
    return row | {"target": "T1", "label": 2, "label_name": "favor", "evidence": OSLO, **fields}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (a_stance_row(), []),
        (a_stance_row(label=0), [("label-differs", "$.label_name")]),
        (a_stance_row(split="test"), [("split-differs", "$.split")]),
        (a_stance_row(evidence=OSLO | {"text": "Bergen"}), [("span-drift", "$.evidence.text")]),
        (a_stance_row(text_sha256="0" * 64), [("text-changed", "$.text_sha256")]),
        (a_stance_row(target="T9"), [("unknown-target", "$.target")]),
    ],
)
def test_a_published_row_agrees_with_its_article(row: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert codes(check_row(row, STANCE, ARTICLE)) == found


def test_the_spans_of_a_published_row_are_checked() -> None:
    row = {key: ARTICLE[key] for key in ("article_id", "text_sha256", "family_id", "split")}
    row |= {"spans": [a_span(label=2, label_name="LOC", text="Bergen")]}
    assert codes(check_row(row, ENTITIES, ARTICLE)) == [
        ("label-differs", "$.spans[0].label_name"),
        ("span-drift", "$.spans[0].text"),
    ]
