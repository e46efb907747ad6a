"""The history of answers and its latest view."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from copydesk.files import append_jsonl, canonical
from copydesk.labeling import layers
from copydesk.labeling.annotations import BrokenHistory, history, instant, latest
from copydesk.labeling.layers import Layer
from copydesk.testing import a_project, an_annotation, an_article

ARTICLE = an_article()
FIRST = an_annotation(ARTICLE, updated_at="2026-01-01T12:00:00Z")
LATER = an_annotation(ARTICLE, updated_at="2026-01-01T12:00:00.5Z", lead_time_s=40.0)
GONE = an_annotation(ARTICLE, updated_at="2026-01-01T12:00:00.5Z", status="withdrawn", value=None)
OTHER = an_annotation(ARTICLE, annotator="ann-2")


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    return layers.load(a_project(tmp_path / "corpus"), ["entities"])[0]


def test_a_layer_nobody_answered_has_no_history(layer: Layer) -> None:
    assert history(layer) == []
    assert latest([]) == []


def test_history_keeps_every_state_and_drops_repeated_lines(layer: Layer) -> None:
    append_jsonl(layer.annotations, [FIRST, OTHER])
    append_jsonl(layer.annotations, [LATER, FIRST])  # as a union merge in git leaves it
    assert history(layer) == [FIRST, OTHER, LATER]


@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, LATER, GONE, OTHER])))
def test_the_newest_state_wins_in_any_order_of_lines(order: tuple[dict, ...]) -> None:
    assert latest(order) == sorted([GONE, OTHER], key=lambda record: record["annotation_id"])


def test_a_fraction_of_a_second_is_later_than_none() -> None:
    assert "2026-01-01T12:00:00.5Z" < "2026-01-01T12:00:00Z", "plain text order is the wrong way round"
    assert instant("2026-01-01T12:00:00.5Z") > instant("2026-01-01T12:00:00Z")
    assert latest([LATER, FIRST]) == [LATER]


def test_two_states_of_one_instant_have_one_winner() -> None:
    twin = FIRST | {"lead_time_s": 31.0}
    assert latest([FIRST, twin]) == latest([twin, FIRST]) == [max(FIRST, twin, key=canonical)]


@pytest.mark.parametrize("line", [b"{", b"[1]", b'{"annotation_id": "ann-1"}', b"\xff"])
def test_a_broken_line_is_named(layer: Layer, line: bytes) -> None:
    layer.annotations.write_bytes(canonical(FIRST) + b"\n" + line + b"\n")
    with pytest.raises(BrokenHistory, match=r"labeling/entities/annotations\.jsonl:2"):
        history(layer)
