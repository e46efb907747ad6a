"""Re-anchoring, matching and adjudication hold for any text and any answers, all of Unicode included."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.labeling import layers
from copydesk.labeling.adjudicate import Model, adjudicate
from copydesk.labeling.agreement import agreement, people
from copydesk.labeling.reanchor import reanchor
from copydesk.schemas import Schemas
from copydesk.spans import Span, quoted
from copydesk.testing import an_annotation, an_article

ENTITIES = layers.read(Path(__file__).parents[2] / "labeling/entities")
SCHEMAS = Schemas.packaged()
TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("ab 你é🎉\n.\"“'"), st.characters(codec="utf-8")), min_size=1, max_size=60
)


@st.composite
def marked(draw: st.DrawFn, text: str) -> list[Span]:
    """Flat spans over ``text``."""
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=False)]


@settings(deadline=None)
@given(st.data(), TEXTS, TEXTS)
def test_every_span_has_a_place_or_is_an_orphan(data: st.DataObject, old: str, new: str) -> None:
    spans = data.draw(marked(old))
    for span, found in zip(spans, reanchor(old, new, spans), strict=True):
        assert 0 <= found.score <= 1
        if found.status == "orphan":
            assert (found.start, found.end, found.score) == (span.start, span.end, 0.0)
        else:
            assert 0 <= found.start < found.end <= len(new)
        if found.status == "unchanged":
            assert (found.start, found.end) == (span.start, span.end)
            assert old[span.start : span.end] == new[span.start : span.end]


@given(st.data(), TEXTS)
def test_an_unchanged_text_leaves_every_span_alone(data: st.DataObject, text: str) -> None:
    assert {found.status for found in reanchor(text, text, data.draw(marked(text)))} <= {"unchanged"}


@settings(deadline=None)  # the first example loads the validators
@given(st.data(), TEXTS, st.integers(2, 5))
def test_any_answers_give_valid_units_whatever_their_order(data: st.DataObject, text: str, people_asked: int) -> None:
    article = an_article(text)
    by_id = {article["article_id"]: article}
    answers = []
    for who in range(people_asked):
        made: list[dict[str, Any]] = [
            {
                "span_id": f"s{n}",
                **quoted(text, span.start, span.end),
                "label": data.draw(st.sampled_from(["PERSON", "ORG"])),
            }
            for n, span in enumerate(data.draw(marked(text)))
        ]
        answers.append(an_annotation(article, annotator=f"ann-{who}", value={"spans": made}))
    for model in (None, Model(0.6)):
        found = adjudicate(ENTITIES, answers, by_id, redundancy=people_asked, model=model)
        assert found == adjudicate(
            ENTITIES, data.draw(st.permutations(answers)), by_id, redundancy=people_asked, model=model
        )
        units = [*found.gold, *found.disputed]
        assert len({unit["unit_id"] for unit in units}) == len(units)
        assert not [issue for unit in found.gold for issue in SCHEMAS.check("gold", unit, "gold")]
        assert not [issue for unit in found.disputed for issue in SCHEMAS.check("dispute", unit, "dispute")]
        places = sorted((unit["span"]["start"], unit["span"]["end"]) for unit in found.gold if unit["kind"] == "span")
        assert all(first[1] <= second[0] for first, second in pairwise(places))
    for metric in agreement(ENTITIES, answers, by_id, rounds=20):
        assert (metric.value is None) <= bool(metric.reason)
        assert metric.value is None or metric.value <= 1
    assert len(people(ENTITIES, answers, by_id, rounds=20)) == people_asked
