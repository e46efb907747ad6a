"""What was decided, and what could not be, agrees with text and layer; the units of a layer agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from copydesk.issues import Issue
from copydesk.labeling.layers import Layer
from copydesk.schemas.meaning.answers import check_label, check_target, check_text
from copydesk.schemas.meaning.spans import check_quote, overlap_message, overlapping

Record = Mapping[str, Any]

_KINDS = {"spans": ("answer", "span", "attribute", "linked"), "choice": ("answer", "label", "evidence")}
_PARTS = ("attribute", "linked", "evidence")  # kinds that belong to another unit


def check_gold(gold: Record, layer: Layer, article: Record | None, where: str | None = None) -> list[Issue]:
    """What is wrong with a gold unit beyond its shape."""
    place = where or f"{layer.name} {gold['unit_id']}"
    known = _label_set(gold, layer)
    found = [*_unit(gold, layer, place), *check_label(gold["label"], known, "$.label", place)]
    found += _distribution(gold["distribution"] or [], known, place)
    return found + _in_text(gold, [(gold["span"], "$.span")], article, place)


def check_dispute(dispute: Record, layer: Layer, article: Record | None, where: str | None = None) -> list[Issue]:
    """What is wrong with a disputed unit beyond its shape."""
    place = where or f"{layer.name} {dispute['unit_id']}"
    known = _label_set(dispute, layer)
    found = list(_unit(dispute, layer, place))
    for n, option in enumerate(dispute["options"]):
        found += check_label(option["label"], known, f"$.options[{n}].label", place)
    spans = [(option["span"], f"$.options[{n}].span") for n, option in enumerate(dispute["options"])]
    return found + _in_text(dispute, spans, article, place)


def check_units(units: Iterable[Record], where: Callable[[int, Record], str]) -> list[Issue]:
    """Units of one layer together: ids are unique, parts belong to a unit that is there, gold spans do not overlap."""
    kept = list(units)
    found: list[Issue] = []
    first: dict[str, int] = {}
    for n, unit in enumerate(kept):
        if first.setdefault(unit["unit_id"], n) != n:
            message = f"unit {unit['unit_id']} is decided twice"
            found.append(Issue("duplicate-unit", where(n, unit), message, "$.unit_id", "run `copydesk adjudicate`"))
    for n, unit in enumerate(kept):
        if unit["of"] is not None and unit["of"] not in first:
            message = f"belongs to {unit['of']}, which is not decided"
            found.append(Issue("unknown-unit", where(n, unit), message, "$.of", "run `copydesk adjudicate`"))
    return found + list(_overlaps(kept, where))


def _overlaps(units: Sequence[Record], where: Callable[[int, Record], str]) -> Iterator[Issue]:
    spans: dict[str, list[int]] = {}
    for n, unit in enumerate(units):
        if unit["kind"] == "span" and unit["span"] is not None:
            spans.setdefault(unit["article_id"], []).append(n)
    for places in spans.values():
        quoted = [units[n]["span"] for n in places]
        for one, others in overlapping([(span["start"], span["end"]) for span in quoted]):
            place = where(places[one], units[places[one]])
            message = f"in gold {overlap_message(quoted, one, others)}"
            yield Issue("spans-overlap", place, message, "$.span", "run `copydesk adjudicate`")


def _unit(unit: Record, layer: Layer, where: str) -> Iterator[Issue]:
    """Kind, name and owner fit the layer and each other."""
    yield from check_target(unit["target"], layer, where)
    kind, name = unit["kind"], unit["name"]
    if kind not in _KINDS[layer.kind]:
        message = f"a {layer.kind} layer has no unit of kind {kind!r}"
        yield Issue("wrong-unit", where, message, "$.kind", f"one of: {', '.join(_KINDS[layer.kind])}")
        return
    if (unit["of"] is not None) != (kind in _PARTS):
        message = f"a unit of kind {kind!r} {'belongs to another' if kind in _PARTS else 'stands by itself'}"
        yield Issue("wrong-unit", where, message, "$.of", f"{', '.join(_PARTS)} units name theirs; others have null")
    names: dict[str, list[str | None]] = {"attribute": [each.name for each in layer.attributes]}
    known = (names | {"linked": [layer.linked]}).get(kind)
    if known is not None and name not in known:
        message = f"layer {layer.name} has no {kind} {name!r}"
        yield Issue("wrong-unit", where, message, "$.name", f"one of: {', '.join(map(str, known))}")


def _label_set(unit: Record, layer: Layer) -> tuple[str, ...]:
    """The labels that a unit may have."""
    if unit["kind"] == "attribute":
        return next((each.labels for each in layer.attributes if each.name == unit["name"]), ())
    return layer.labels if unit["kind"] in ("span", "label") else ()


def _distribution(shares: Sequence[Record], known: tuple[str, ...], where: str) -> Iterator[Issue]:
    for n, share in enumerate(shares):
        yield from check_label(share["label"], known, f"$.distribution[{n}].label", where)
    total = sum(share["share"] for share in shares)
    if shares and abs(total - 1) > 1e-6:
        yield Issue("shares-off", where, f"shares sum to {total:.6f}, not 1", "$.distribution")


def _in_text(
    unit: Record, spans: Iterable[tuple[Record | None, str]], article: Record | None, where: str
) -> list[Issue]:
    """The unit's article is there with its text, and every span quotes it."""
    stale = check_text(unit, article, where)
    if stale or article is None:
        return stale
    return [issue for span, path in spans if span is not None for issue in check_quote(span, article, path, where)]
