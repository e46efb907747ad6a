"""What gold units add up to: the answer that everybody agrees on, in the shape of an annotator's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate
from copydesk.labeling.adjudicate.agreed import agreed
from copydesk.labeling.layers import Layer
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

LABELING = Path(__file__).parents[2] / "labeling"
ENTITIES, STANCE, CLAIMS = (layers.read(LABELING / name) for name in ("entities", "stance", "claims"))
ARTICLE = an_article("Anna Lind of Oslo said nine roads were closed on Monday.")
SAID = {"checkworthiness": "CFS", "attribution": "indirect", "certainty": "asserted", "claimant": None}


def quote(start: int, end: int) -> dict[str, Any]:
    return quoted(ARTICLE["text"], start, end)


def of(layer: Layer, *values: dict[str, Any]) -> dict[str, Any]:
    given = [an_annotation(ARTICLE, layer.name, annotator=f"ann-{n}", value=each) for n, each in enumerate(values)]
    return agreed(layer, adjudicate(layer, given, {ARTICLE["article_id"]: ARTICLE}, redundancy=len(values)).gold)


@pytest.mark.parametrize(
    ("layer", "value"),
    [
        (ENTITIES, {"spans": [{"span_id": "0-9-PERSON", **quote(0, 9), "label": "PERSON"}]}),
        (STANCE, {"label": "favor", "evidence": quote(23, 33)}),
        (CLAIMS, {"spans": [{"span_id": "23-45", **quote(23, 45), **SAID, "claimant": quote(0, 9)}]}),
        (CLAIMS, {"spans": []}),
    ],
)
def test_where_all_say_the_same_it_is_what_they_say(layer: Layer, value: dict[str, Any]) -> None:
    assert of(layer, value, value) == value


def test_a_disputed_span_is_left_out_and_the_others_stand() -> None:
    both = {"span_id": "13-17-GPE", **quote(13, 17), "label": "GPE"}
    one = {"span_id": "0-9-PERSON", **quote(0, 9), "label": "PERSON"}
    assert of(ENTITIES, {"spans": [one, both]}, {"spans": [both]}) == {"spans": [both]}


def test_a_disputed_attribute_or_label_is_null() -> None:
    claim = {"span_id": "23-45", **quote(23, 45), **SAID}
    assert of(CLAIMS, {"spans": [claim]}, {"spans": [claim | {"certainty": "hedged"}]}) == {
        "spans": [claim | {"certainty": None}]
    }
    values = ({"label": label, "evidence": None} for label in ("favor", "against"))
    assert of(STANCE, *values) == {"label": None, "evidence": None}
