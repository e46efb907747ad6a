"""Predictions to start from: any callable finds spans; what it finds is checked, and says who found it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from copydesk.errors import BadConfig, CopydeskError
from copydesk.labeling import layers, predict, results
from copydesk.labeling.earlier import MODEL, Earlier
from copydesk.labeling.layers import Layer
from copydesk.labeling.predict import BadPrediction
from copydesk.labeling.predictors import claimants, small_english
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

ROOT = Path(__file__).parents[2]
ENTITIES, STANCE, CLAIMS = (layers.read(ROOT / f"labeling/{name}") for name in ("entities", "stance", "claims"))
ARTICLE = an_article("🌧️ Rain fell on Oslo, Kari Lund of the Bank of Norway said on Monday.")


def places(text: str) -> Iterator[dict[str, Any]]:
    """The simplest predictor there can be."""
    for name in ("Oslo", "Bergen"):
        if name in text:
            yield {"start": text.index(name), "end": text.index(name) + len(name), "label": "GPE"}
    yield {"start": 0, "end": 1, "label": "EMOJI"}


places.version = "7"  # type: ignore[attr-defined]


def named(name: str, layer: Layer = ENTITIES) -> predict.Predicted:
    found = predict.load(replace(layer, predictor=name))
    assert found
    return found


def value(layer: Layer, name: str, article: dict[str, Any] = ARTICLE) -> Any:
    """What would be answered if the prediction were submitted as it is."""
    found, issues = results.value(layer, named(name, layer).result(article), article["text"])
    assert issues == []
    return found


def test_any_callable_finds_spans_and_labels_that_the_layer_lacks_are_left_out() -> None:
    found = named(f"{__name__}:places")
    assert found.name == f"{__name__}:places 7"
    (span,) = value(ENTITIES, f"{__name__}:places")["spans"]
    assert (span["label"], span["text"]) == ("GPE", "Oslo")


def test_a_prediction_is_shown_and_says_who_made_it_but_ones_own_earlier_answer_comes_first() -> None:
    found = named(f"{__name__}:places")
    texts = {ARTICLE["text_sha256"]: ARTICLE["text"]}
    asked = (ARTICLE, None, "ann-1", lambda _, sha: texts.get(sha))
    shown = Earlier(ENTITIES, [], found).predictions(*asked)
    assert [each["model_version"] for each in shown] == [MODEL, found.name]
    assert shown[0]["result"] == shown[1]["result"] != []
    own = an_annotation(ARTICLE, value={"spans": [{"span_id": "s", **quoted(ARTICLE["text"], 0, 7), "label": "EVENT"}]})
    (again,) = Earlier(ENTITIES, [own], found).predictions(*asked)
    assert again["model_version"] == MODEL
    assert Earlier(ENTITIES, [], None).predictions(*asked) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-such", "one of claimants, small-english"),
        ("no.such.module:find", "cannot be loaded"),
        ("json:no_such_function", "cannot be loaded"),
        ("tests.unit.test_predict:ENTITIES", "cannot be loaded|says no version"),
        ("textwrap:dedent", "says no version"),
    ],
)
def test_a_predictor_that_is_none_is_named_before_anything_is_pushed(name: str, said: str) -> None:
    with pytest.raises(BadConfig) as caught:
        named(name)
    assert any(each in f"{caught.value} {caught.value.hint}" for each in said.split("|"))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([{"start": 0, "end": 10_000, "label": "GPE"}], "no range"),
        ([{"start": -1, "end": 3, "label": "GPE"}], "no range"),
        ([{"start": 0.0, "end": 3, "label": "GPE"}], "no range"),
        ([{"start": 0, "end": 3, "label": "GPE"}, {"start": 2, "end": 5, "label": "GPE"}], "overlap"),
        ([{"end": 3}], "KeyError"),
        ([3], "TypeError"),
        (3, "TypeError"),
    ],
)
def test_what_cannot_be_in_the_text_stops_the_push_and_is_named(found: Any, said: str) -> None:
    predicted = predict.Predicted(ENTITIES, "mine 1", lambda _: found)
    with pytest.raises(BadPrediction, match=said) as caught:
        predicted.result(ARTICLE)
    assert ARTICLE["article_id"] in str(caught.value)


def test_an_answer_that_the_layer_does_not_know_is_refused() -> None:
    found = [{"start": 0, "end": 3, "certainty": "perhaps"}]
    with pytest.raises(BadPrediction, match="certainty is 'perhaps'"):
        predict.Predicted(CLAIMS, "mine 1", lambda _: found).result(ARTICLE)


def test_a_choice_layer_reads_no_predictor(tmp_path: Path) -> None:
    folder = tmp_path / "stance"
    folder.mkdir()
    (folder / "layer.toml").write_text('predictor = "claimants"\n' + (STANCE.folder / "layer.toml").read_text())
    with pytest.raises(BadConfig, match="does not read 'predictor'"):
        layers.read(folder)


@pytest.mark.parametrize(
    ("text", "claim", "who", "attribution"),
    [
        ("“Nine roads are closed,” said Kari Lund, a spokeswoman.", "Nine roads are closed", "Kari Lund", "direct"),
        ('"Nine roads are closed," the Bank of Norway said.', "Nine roads are closed", "Bank of Norway", "direct"),
        ("Lund said: “Nine roads are closed.”", "Nine roads are closed", "Lund", "direct"),
        ("Police said that nine roads were closed.", "nine roads were closed", "Police", "indirect"),
        ("On Monday, the police said nine roads were closed.", "nine roads were closed", "police", "indirect"),
        ("Nine roads were closed, officials said.", "Nine roads were closed", "officials", "indirect"),
        ("According to the Red Cross, nine roads were closed.", "nine roads were closed", "Red Cross", "indirect"),
        ("Nine roads were closed, according to Lund.", "Nine roads were closed", "Lund", "indirect"),
        (
            "Statistics Norway reported that nine roads were shut.",
            "nine roads were shut",
            "Statistics Norway",
            "indirect",
        ),
    ],
)
def test_who_says_what_is_found(text: str, claim: str, who: str, attribution: str) -> None:
    (found,) = claimants.find(text)
    one = found["claimant"]
    assert (text[found["start"] : found["end"]], text[one["start"] : one["end"]]) == (claim, who)
    assert found["attribution"] == attribution


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nine roads were closed.",
        "She said nine roads were closed.",
        "Nobody says anything there.",
        "It is said that rain fell.",
        "“" * 5000,
    ],
)
def test_where_nobody_is_named_nothing_is_found(text: str) -> None:
    assert list(claimants.find(text)) == []


def test_claims_come_with_their_claimant_and_open_questions_stay_open() -> None:
    (span,) = value(CLAIMS, "claimants")["spans"]
    assert span["claimant"]["text"] == "Kari Lund of the Bank of Norway"
    assert (span["attribution"], span["certainty"]) == ("indirect", None)


def test_the_small_model_finds_entities_behind_emoji() -> None:
    found = {(span["label"], span["text"]) for span in value(ENTITIES, "small-english")["spans"]}
    assert {("GPE", "Oslo"), ("PERSON", "Kari Lund"), ("DATE", "Monday")} <= found


def test_other_weights_than_those_looked_at_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_english, "DIGEST", "0" * 64)
    with pytest.raises(CopydeskError, match="holds other weights"):
        list(small_english.SmallEnglish()("Oslo"))


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_english, "PACKAGE", "no-such-package")
    with pytest.raises(CopydeskError) as caught:
        list(small_english.SmallEnglish()("Oslo"))
    assert "copydesk[english]" in caught.value.hint
