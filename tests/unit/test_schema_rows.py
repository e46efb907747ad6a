"""The columns of published rows follow from a layer and its value schema, a project's own layers too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets

from copydesk.labeling.layers import Attribute, Layer
from copydesk.schemas import Schemas
from copydesk.schemas.arrow import features
from copydesk.schemas.checking import Checker
from copydesk.schemas.rows import row_schema

SCHEMAS = Schemas.packaged()
HEAD = ["article_id", "text_sha256", "family_id", "split", "layer_version"]
QUOTE = ["text", "prefix", "suffix"]
REST = ["how", "annotation_ids"]


def columns(name: str) -> list[str]:
    return list(SCHEMAS[name]["properties"])


def test_entities_have_a_row_per_article_with_its_spans() -> None:
    assert columns("rows/entities") == [*HEAD, "spans"]
    span = SCHEMAS["rows/entities"]["properties"]["spans"]["items"]
    assert list(span["properties"]) == ["span_id", "start", "end", *QUOTE, "label", "label_name", *REST]
    assert SCHEMAS.features("rows/entities")["spans"].feature["label"].names[:3] == ["PERSON", "ORG", "GPE"]


def test_claims_have_a_row_per_span_with_its_attributes_and_claimant() -> None:
    asked = [
        f"{name}{part}"
        for name in ("checkworthiness", "attribution", "certainty")
        for part in ("", "_name", "_how", "_distribution")
    ]
    linked = ["claimant", "claimant_how"]
    assert columns("rows/claims") == [*HEAD, "span_id", "start", "end", *QUOTE, *linked, *REST, *asked]


def test_stance_has_a_row_per_article_and_target() -> None:
    label = ["label", "label_name", *REST, "distribution"]
    assert columns("rows/stance") == [*HEAD, "target", "target_title", "evidence", "evidence_how", *label]


def test_individual_answers_carry_their_value_as_json_text() -> None:
    answer = [name for name in columns("annotation") if name != "schema_version"]
    assert columns("rows/annotations") == [*answer, "family_id", "split"]
    assert SCHEMAS["rows/annotations"]["properties"]["value"]["type"] == ["string", "null"]


def test_links_carry_family_and_split_and_articles_are_as_built() -> None:
    assert columns("rows/families") == [*columns("link"), "family_id", "split"]
    assert columns("rows/articles") == columns("article")


def quotes() -> Layer:
    """A layer of one's own: quotes with a kind, a tone and a speaker."""
    asked = (Attribute("tone", ("calm", "angry")),)
    return Layer(
        "quotes",
        "2.0.0",
        "Quotes",
        "spans",
        ("said", "wrote"),
        "nominal",
        (),
        "QUOTE",
        asked,
        "speaker",
        (),
        False,
        Path(),
    )


def quote_values() -> dict[str, Any]:
    described = {"description": "As asked.", "type": ["string", "null"]}
    names = ("label", "text", "prefix", "suffix", "tone")
    span = SCHEMAS["claims"]["properties"]["spans"]["items"]["properties"]
    properties = {key: span[key] for key in ("span_id", "start", "end")} | dict.fromkeys(names, described)
    properties["speaker"] = span["claimant"]
    spans = {"description": "Quotes.", "type": "array", "items": {"type": "object", "properties": properties}}
    return {"type": "object", "properties": {"spans": spans}}


def test_a_layer_of_ones_own_gets_columns_like_the_built_in_ones() -> None:
    schema = row_schema(quotes(), quote_values())
    found = features(schema)
    assert list(found)[len(HEAD) :] == [
        *["span_id", "start", "end", *QUOTE, "speaker", "speaker_how", "label", "label_name", *REST],
        *["tone", "tone_name", "tone_how", "tone_distribution"],
    ]
    assert found["label"] == datasets.ClassLabel(names=["said", "wrote"])
    assert found["tone"] == datasets.ClassLabel(names=["calm", "angry"])


def test_an_index_outside_the_label_set_is_refused() -> None:
    rule = row_schema(quotes(), quote_values())["properties"]["tone"]
    checker = Checker({"properties": {"tone": rule}})
    assert [checker.is_valid({"tone": index}) for index in (None, 0, 1, 2, -1)] == [True, True, True, False, False]
