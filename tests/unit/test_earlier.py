"""Labels on an earlier text come back as a prediction for the one who gave them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from copydesk.labeling import layers, results
from copydesk.labeling.earlier import MODEL, Earlier
from copydesk.labeling.layers import Layer
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

ROOT = Path(__file__).parents[2]
ENTITIES = layers.read(ROOT / "labeling/entities")
STANCE = layers.read(ROOT / "labeling/stance")
OLD = an_article("Rain fell on Oslo on Monday, police said.", article_id="art-0000000000000001")
NEW = an_article("Much rain fell on Oslo on Monday, police said.", article_id="art-0000000000000001")


def marked(words: str, label: str) -> dict[str, Any]:
    start = OLD["text"].index(words)
    return {"span_id": words, "label": label, **quoted(OLD["text"], start, start + len(words))}


ANSWER = an_annotation(OLD, value={"spans": [marked("Oslo", "GPE"), marked("Monday", "DATE")]})


def shown(answers: list[dict], layer: Layer = ENTITIES, **asked: Any) -> Any:
    texts = {OLD["text_sha256"]: OLD["text"]}
    task = {"article": NEW, "target": None, "annotator": "ann-1", "text_of": lambda _, sha: texts.get(sha)} | asked
    predictions = Earlier(layer, answers).predictions(**task)
    if not predictions:
        return None
    assert predictions[0]["model_version"] == MODEL
    value, issues = results.value(layer, predictions[0]["result"], task["article"]["text"])
    assert issues == []
    return value


def test_labels_are_where_their_words_are_now() -> None:
    value = shown([ANSWER])
    assert [(span["label"], span["text"]) for span in value["spans"]] == [("GPE", "Oslo"), ("DATE", "Monday")]


def test_the_same_text_in_a_new_layer_version_keeps_what_is_still_asked() -> None:
    value = shown([ANSWER], layer=replace(ENTITIES, labels=("GPE",)), article=OLD)
    assert [span["text"] for span in value["spans"]] == ["Oslo"]


def test_the_newest_answer_counts() -> None:
    later = ANSWER | {
        "annotation_id": "ann-ffffffffffffffff",
        "updated_at": "2027-01-01T00:00:00Z",
        "value": {"spans": []},
    }
    assert shown([later, ANSWER]) is None


def test_nobody_sees_what_another_said_and_a_skip_says_nothing() -> None:
    assert shown([ANSWER], annotator="ann-2") is None
    assert shown([ANSWER], annotator=None) is None
    assert shown([ANSWER | {"status": "skipped", "value": None}]) is None


def test_a_text_that_is_nowhere_to_be_had_gives_no_prediction() -> None:
    assert shown([ANSWER], text_of=lambda *_: None) is None


def test_a_stance_comes_back_with_its_evidence() -> None:
    start = OLD["text"].index("police said")
    value = {"label": "against", "evidence": quoted(OLD["text"], start, start + 11)}
    found = shown([an_annotation(OLD, "stance", value=value)], layer=STANCE, target="T1")
    assert (found["label"], found["evidence"]["text"]) == ("against", "police said")
