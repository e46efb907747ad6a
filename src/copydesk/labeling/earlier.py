"""What an annotator starts from: their own answer on an earlier text or layer version, else what a predictor finds.

In:  the layer's latest answers; the new article; the text that was labelled, where it differs; the layer's predictor.
Out: a Label Studio prediction with the labels where their words are now, for the same annotator to look at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from copydesk.labeling import results
from copydesk.labeling.annotations import Annotation, instant
from copydesk.labeling.layers import Layer
from copydesk.labeling.predict import Predicted
from copydesk.labeling.reanchor import carry

#: What the page shows: a Label Studio project shows predictions of one version only, whoever made them.
MODEL = "to start from"

Key = tuple[str, str | None, str]


class Earlier:
    """The newest answer of each annotator on each article and target."""

    def __init__(self, layer: Layer, latest: Iterable[Annotation], predicted: Predicted | None = None) -> None:
        self._layer, self._predicted = layer, predicted
        self._answers: dict[Key, Annotation] = {}
        for record in sorted(latest, key=lambda record: instant(record["updated_at"])):
            if record["status"] == "submitted":
                self._answers[record["article_id"], record["target"], record["annotator"]] = record

    def predictions(
        self,
        article: Mapping[str, Any],
        target: str | None,
        annotator: str | None,
        text_of: Callable[[str, str], str | None],
    ) -> list[dict[str, Any]]:
        """The prediction for one new task; none when nothing is known, or an answer's text is nowhere to be had.

        A predictor's stands there under its own name and version, too. ``text_of``: the text with an article id and a
        digest. Raises BadPrediction.
        """
        record = self._answers.get((article["article_id"], target, annotator or ""))
        if record is None:
            found = self._predicted.result(article) if self._predicted else []
            names = [MODEL, self._predicted.name] if self._predicted and found else []
            return [{"model_version": name, "result": found} for name in names]
        same = record["text_sha256"] == article["text_sha256"]
        old_text = article["text"] if same else text_of(article["article_id"], record["text_sha256"])
        if old_text is None:
            return []
        value = carry(self._layer, _known_labels(self._layer, record["value"]), old_text, article["text"]).value
        result = results.result(self._layer, value, article["text"])
        return [{"model_version": MODEL, "result": result}] if result else []


def _known_labels(layer: Layer, value: Mapping[str, Any]) -> dict[str, Any]:
    """A value without what the layer, in its present version, does not ask for any more."""
    if layer.kind == "choice":
        known = value["label"] if value["label"] in layer.labels else None
        return {**value, "label": known, "evidence": value.get("evidence")}
    asked = {each.name: each.labels for each in layer.attributes}
    spans = []
    for span in value["spans"]:
        if not layer.labels or span.get("label") in layer.labels:
            answers = {name: span.get(name) if span.get(name) in labels else None for name, labels in asked.items()}
            spans.append({**span, **answers})
    return {"spans": spans}
