"""Turn a Label Studio ``result`` into a layer's value, and back.

In:  the ``result`` list of one annotation, exactly as the server gave it, and the article's text.
Out: the value as ``schemas/LAYER.schema.json`` has it, and an issue for each region that cannot be believed; the good
     ones are kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from copydesk.issues import Issue
from copydesk.labeling import page, regions
from copydesk.labeling.layers import Layer
from copydesk.labeling.regions import Item, Reading, Region, brief
from copydesk.spans import quoted

Value = dict[str, Any]


def value(layer: Layer, result: object, text: str, aside: Collection[str] = ()) -> tuple[Value | None, list[Issue]]:
    """The layer's value in ``result``, and what in it cannot be believed.

    ``result`` may be anything a server could return. The value is None only when it is not a list. Issues carry the
    layer's name as place and a path from the annotation (``$.result[3].value.start``). ``aside`` names controls
    that are not the layer's, such as an adjudicator's.
    """
    if not isinstance(result, list):
        problem = f"a result must be a list, not {brief(result)}"
        return None, [Issue("result-shape", layer.name, problem, "$.result")]
    reading = regions.read(layer, result, text, aside)
    return (_spans if layer.kind == "spans" else _choice)(reading), reading.issues


def _spans(reading: Reading) -> Value:
    """The value of a spans layer."""
    layer, linked_label = reading.layer, page.linked_label(reading.layer)
    kept: dict[tuple[int, int, str], Region] = {}
    for region in reading.regions.values():
        if region.label != linked_label and kept.setdefault(region.key, region) is not region:
            first = kept[region.key].place
            reading.report("duplicate-mark", region.place, f"marks the same words with the same label as item {first}")
    apart = _apart(reading, kept.values())
    links = _links(reading)
    for (region_id, name), given in reading.answers.items():
        known = reading.regions.get(region_id)
        if known is None or known.label == linked_label:
            message = f"answers {name!r} for a region that is not there or was refused: {brief(region_id)}"
            reading.report("unknown-region", given[0][0], message, ".id")
    spans = []
    for region in apart:
        span: Value = {"span_id": span_id(layer, *region.key), **quoted(reading.text, region.start, region.end)}
        if layer.labels:
            span["label"] = region.label
        for each in layer.attributes:
            span[each.name] = _one(reading, region.region_id, each.name)
        if layer.linked:
            link = links.get(region.region_id)
            span[layer.linked] = quoted(reading.text, link.start, link.end) if link else None
        spans.append(span)
    return {"spans": spans}


def span_id(layer: Layer, start: int, end: int, label: str) -> str:
    """The id of a span within one answer: its range, and its label where the layer has several."""
    return f"{start}-{end}-{label}" if layer.labels else f"{start}-{end}"


def _apart(reading: Reading, regions: Iterable[Region]) -> list[Region]:
    """The regions in the order of the text, without those that overlap a longer one, or as long a one drawn before."""
    apart = sorted(regions, key=lambda region: region.start)
    if all(one.end <= other.start for one, other in pairwise(apart)):
        return apart
    apart, regions = [], apart  # by start; since they are apart, only the neighbours can overlap a further one
    for region in sorted(regions, key=lambda region: (region.start - region.end, region.place)):
        at = bisect_right(apart, region.start, key=lambda each: each.start)
        near = apart[max(0, at - 1) : at + 1]
        longer = next((each for each in near if region.start < each.end and each.start < region.end), None)
        if longer is None:
            apart.insert(at, region)
        else:
            message = f"{region.start} to {region.end} overlaps item {longer.place}, {longer.start} to {longer.end}"
            reading.report("span-overlap", region.place, message, ".value")
    return apart


def _one(reading: Reading, region_id: str, name: str) -> str | None:
    """The answer to one of the layer's questions about a region; None where there is not exactly one."""
    given = reading.answers.get((region_id, name), [])
    if len({label for _, label in given}) > 1:
        places = ", ".join(str(place) for place, _ in given)
        reading.report("several-answers", given[-1][0], f"{name!r} is answered by items {places}, not alike")
        return None
    return given[0][1] if given else None


def _links(reading: Reading) -> dict[str, Region]:
    """Region id → the region it is linked to. Which way the arrow was drawn does not matter: the labels tell."""
    linked_label, found = page.linked_label(reading.layer), dict[str, dict[tuple[int, int, str], Region]]()
    used: set[str] = set()
    for place, *ends in reading.relations:
        known = [reading.regions[end] for end in ends if end in reading.regions]
        if len(known) < 2:
            gone = next(end for end in ends if end not in reading.regions)
            reading.report("unknown-region", place, f"joins a region that is not there or was refused: {brief(gone)}")
            continue
        owner, linked = sorted(known, key=lambda region: region.label == linked_label)
        if linked_label is None or owner.label == linked_label or linked.label != linked_label:
            reading.report("bad-link", place, f"joins {known[0].label} and {known[1].label}")
            continue
        used.add(linked.region_id)
        options = found.setdefault(owner.region_id, {})
        options[linked.key] = linked
        if len(options) > 1:
            reading.report("several-links", place, f"links item {owner.place} to more than one {linked_label}")
    for region in reading.regions.values():
        if linked_label and region.label == linked_label and region.region_id not in used:
            reading.report("unlinked", region.place, f"no span is linked to this {linked_label}", "", "warning")
    return {owner: next(iter(options.values())) for owner, options in found.items() if len(options) == 1}


def _choice(reading: Reading) -> Value:
    """The value of a choice layer."""
    given = [answer for (_, name), answers in reading.answers.items() if name == page.LABEL for answer in answers]
    label = None
    if len({each for _, each in given}) > 1:
        reading.report("several-answers", given[-1][0], f"{page.LABEL!r} takes one answer, {len(given)} were given")
    elif given:
        label = given[0][1]
    else:
        reading.report("missing-answer", None, f"{page.LABEL!r} is not answered", severity="warning")
    for place, *_ in reading.relations:
        reading.report("bad-link", place, f"layer {reading.layer.name} has no relations")
    if not reading.layer.evidence:
        return {"label": label}
    marks = sorted({region.key: region for region in reading.regions.values()}.values(), key=lambda mark: mark.place)
    if len(marks) > 1:
        reading.report("several-answers", marks[-1].place, f"one passage is evidence, {len(marks)} were marked")
    one = len(marks) == 1
    return {"label": label, "evidence": quoted(reading.text, marks[0].start, marks[0].end) if one else None}


def result(layer: Layer, value: Mapping[str, Any], text: str) -> list[Item]:
    """The Label Studio result that shows ``value`` on the page: for predictions, and for answers made elsewhere.

    ``value`` is trusted. ``results.value`` of what comes out is ``value`` again, span ids aside when they are not
    ``span_id``'s.
    """
    if layer.kind == "spans":
        return _result_of_spans(layer, value["spans"], text)
    items = [_item(page.LABEL, "choices", page.LABEL, value["label"])] if value["label"] else []
    if evidence := value.get("evidence"):
        items.append(_item(page.EVIDENCE, "labels", page.EVIDENCE, page.EVIDENCE.upper(), evidence, text))
    return items


def _result_of_spans(layer: Layer, spans: Sequence[Mapping[str, Any]], text: str) -> list[Item]:
    items: list[Item] = []
    relations: list[Item] = []
    linked: dict[str, Item] = {}
    for n, span in enumerate(spans):
        label = span["label"] if layer.labels else layer.span_name
        region_id = f"{n}-{span['start']}-{span['end']}"  # Label Studio makes a CSS class of it: no label in it
        items.append(_item(region_id, "labels", page.LABEL, label, span, text))
        for name in (each.name for each in layer.attributes if span[each.name] is not None):
            items.append(_item(region_id, "choices", name, span[name], span, text))
        if layer.linked and (other := span[layer.linked]):
            other_id = f"{layer.linked}-{other['start']}-{other['end']}"
            linked[other_id] = _item(other_id, "labels", page.LABEL, layer.linked.upper(), other, text)
            ends = {"from_id": region_id, "to_id": other_id, "direction": "right"}
            relations.append({"type": "relation", **ends, "labels": [layer.linked]})
    return [*items, *linked.values(), *relations]


def _item(
    region_id: str, kind: str, name: str, label: str, span: Mapping[str, Any] | None = None, text: str = ""
) -> Item:
    value: Item = {kind: [label]}
    if span:
        start, end = span["start"], span["end"]
        value |= {"start": start, "end": end, "text": text[start:end]}
    return {"id": region_id, "from_name": name, "to_name": page.TEXT, "type": kind, "value": value}
