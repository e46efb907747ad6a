"""Gold, decided once more from the answers that the release publishes: nobody can change one without the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from copydesk.dataset.release.audience import withhold
from copydesk.dataset.release.rows import gold_rows
from copydesk.dataset.release.verify.opened import Opened
from copydesk.dataset.release.verify.walk import Bundle
from copydesk.files import canonical
from copydesk.issues import Issue, Severity
from copydesk.labeling.adjudicate import adjudicate
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import layers_of

Row = dict[str, Any]


def gold(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """Every gold row and every layer's status is what the published answers give."""
    article = bundle.article
    if article is None or bundle.split in opened.facts.withheld:
        return
    severity: Severity = "error" if opened.is_of_this_version else "warning"
    hidden = article["text"] is None
    for layer in opened.facts.layers:
        rows, status = decided(layer, article, bundle.answers, opened.facts.redundancy)
        expected = [withhold(layer.name, row) for row in rows] if hidden else rows
        where = f"{layer.name} {bundle.article_id}"
        published = bundle.rows.get(layer.name, [])
        if opened.facts.model is not None and _by_model(published):
            continue  # it learned from every answer there was, so one article's do not give its decisions again
        if expected != published:
            message, hint = "its gold is not what its answers give", "run `copydesk adjudicate`, then release"
            yield Issue("gold-differs", where, message, hint=hint, severity=severity)
        if status != article["layers"][layer.name]:
            message = f"its answers make it {status}, not {article['layers'][layer.name]}"
            yield Issue("status-differs", where, message, f"$.layers.{layer.name}", severity=severity)


def _by_model(rows: list[Row]) -> bool:
    """Whether a model decided anything in these rows."""
    return b'how":"model"' in canonical(rows)


def decided(layer: Layer, article: Row, answers: list[Row], redundancy: int) -> tuple[list[Row], str]:
    """Gold rows and status of one article in one layer."""
    # words only end up in quotes, so any text of the right length serves where they are withheld
    legible = article if article["text"] is not None else article | {"text": " " * article["n_chars"]}
    articles = {article["article_id"]: legible}
    given = [answer for answer in answers if answer["layer"] == layer.name]
    done = adjudicate(layer, given, articles, redundancy=redundancy)
    status = layers_of(articles, layer, given, done.gold, done.disputed)[article["article_id"]]
    return gold_rows(layer, legible, done.gold), status
