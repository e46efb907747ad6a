"""Agreement, measured again on the individual answers that a release holds.

In:  config ``annotations`` and the lengths of articles; no words.
Out: metrics per layer, as plain records.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from copydesk.dataset.release.facts import ReleaseFacts, Row
from copydesk.labeling.agreement import agreement as measure

BREAKDOWN = "."  #: a breakdown by label or person follows it in a metric's name; documents hold the totals


def agreement(facts: ReleaseFacts) -> dict[str, list[dict[str, Any]]]:
    """Metrics of each layer that has answers in the release."""
    columns = ["article_id", "text_sha256", "n_chars"]
    articles = {row["article_id"]: row for row in facts.rows("articles", columns=columns)}
    answers: dict[str, list[Row]] = {layer.name: [] for layer in facts.layers}
    for row in facts.rows("annotations"):
        if row["value"] is not None:  # skipped, or its split's labels are withheld
            answers[row["layer"]].append(row | {"value": orjson.loads(row["value"])})
    return {
        layer.name: [
            asdict(metric) for metric in measure(layer, answers[layer.name], articles) if BREAKDOWN not in metric.name
        ]
        for layer in facts.layers
        if answers[layer.name]
    }
