"""A person's answer agrees with its article and its layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from copydesk.issues import Issue
from copydesk.labeling.annotations import instant
from copydesk.labeling.layers import Layer
from copydesk.schemas.meaning.spans import check_apart, check_quote

Record = Mapping[str, Any]


def check_annotation(annotation: Record, layer: Layer, article: Record | None, where: str | None = None) -> list[Issue]:
    """What is wrong with an answer beyond its shape; ``article`` is None when nothing of its id was built."""
    place = where or f"{layer.name} {annotation['annotation_id']}"
    found = [*_status(annotation, place), *check_target(annotation["target"], layer, place)]
    value = annotation["value"]
    if value is not None:
        found += _labels(value, layer, place)
        if layer.kind == "spans":
            found += check_apart(value["spans"], "$.value.spans", place)
    stale = check_text(annotation, article, place)
    if value is not None and article is not None and not stale:
        found += _quotes(value, layer, article, place)
    return found + stale


def check_text(record: Record, article: Record | None, where: str) -> list[Issue]:
    """The article of a label is there, with the text that was labelled."""
    if article is None:
        message = f"there is no article {record['article_id']}"
        return [Issue("unknown-article", where, message, "$.article_id", "run `copydesk build`, or remove its labels")]
    if article["text_sha256"] != record["text_sha256"]:
        message = f"the text of {record['article_id']} has changed since it was labelled"
        return [
            Issue("text-changed", where, message, "$.text_sha256", "run `copydesk push`: its labels are re-anchored")
        ]
    return []


def check_target(target: str | None, layer: Layer, where: str) -> list[Issue]:
    """The target is one of the layer's; null in a layer without targets."""
    if target in layer.target_ids:
        return []
    known = ", ".join(str(each) for each in layer.target_ids)
    return [
        Issue("unknown-target", where, f"layer {layer.name} has no target {target!r}", "$.target", f"one of: {known}")
    ]


def check_label(label: str | None, known: Sequence[str], path: str, where: str) -> list[Issue]:
    """The label is in the closed set; null is an abstention."""
    if label is None or label in known:
        return []
    near = get_close_matches(label, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(known) or 'none'}"
    return [Issue("unknown-label", where, f"{label!r} is not in the label set", path, hint)]


def check_annotator(annotation: Record, roles: Mapping[str, str], where: str) -> list[Issue]:
    """The annotator is among those of ``labeling/annotators.toml``. A model need not be."""
    name = annotation["annotator"]
    if annotation["role"] == "model" or name in roles:
        return []
    near = get_close_matches(name, list(roles), n=1)
    hint = f"did you mean {near[0]!r}?" if near else "add them with `copydesk annotators add`"
    return [Issue("unknown-annotator", where, f"nobody is called {name!r}", "$.annotator", hint)]


def _status(annotation: Record, where: str) -> Iterator[Issue]:
    submitted, value = annotation["status"] == "submitted", annotation["value"]
    if submitted and value is None:
        yield Issue(
            "no-value", where, "a submitted answer has no value", "$.value", "null only when skipped or withdrawn"
        )
    if not submitted and value is not None:
        message = f"a {annotation['status']} answer has a value"
        yield Issue("value-left", where, message, "$.value", "null when skipped or withdrawn")
    if instant(annotation["updated_at"]) < instant(annotation["created_at"]):
        message = f"updated {annotation['updated_at']}, before it was created"
        yield Issue("date-inconsistent", where, message, "$.updated_at")


def _labels(value: Record, layer: Layer, where: str) -> Iterator[Issue]:
    if layer.kind == "choice":
        yield from check_label(value["label"], layer.labels, "$.value.label", where)
        return
    for n, span in enumerate(value["spans"]):
        if layer.labels:
            yield from check_label(span["label"], layer.labels, f"$.value.spans[{n}].label", where)
        for each in layer.attributes:
            yield from check_label(span[each.name], each.labels, f"$.value.spans[{n}].{each.name}", where)


def _quotes(value: Record, layer: Layer, article: Record, where: str) -> Iterator[Issue]:
    for quote, path in quotes(value, layer):
        yield from check_quote(quote, article, path, where)


def quotes(value: Record, layer: Layer) -> Iterator[tuple[Record, str]]:
    """Every quoted span of a layer's value, with its path in an annotation."""
    if layer.kind == "choice":
        if value.get("evidence") is not None:
            yield value["evidence"], "$.value.evidence"
        return
    for n, span in enumerate(value["spans"]):
        yield span, f"$.value.spans[{n}]"
        if layer.linked and span[layer.linked] is not None:
            yield span[layer.linked], f"$.value.spans[{n}].{layer.linked}"
