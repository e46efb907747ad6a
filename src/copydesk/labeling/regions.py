"""Sort a Label Studio ``result`` into regions, answers about them, and relations between them.

In:  the ``result`` list of one annotation, exactly as the server gave it, and the article's text. The server checks
     nothing inside it, so everything is checked here.
Out: a :class:`Reading`: what can be believed, and an issue for each item that cannot.

The slice ``text[start:end]`` is the truth. ``value.text`` is what the annotator saw and must agree with it. Nothing is
repaired in silence but blanks that the mouse dragged over at either end of a span.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from copydesk.issues import Issue, Severity
from copydesk.labeling import page
from copydesk.labeling.layers import Layer
from copydesk.labeling.page import Control

Item = dict[str, Any]


class Region(NamedTuple):
    """One marked span, as item ``place`` of the result has it."""

    place: int
    region_id: str
    start: int
    end: int
    label: str

    @property
    def key(self) -> tuple[int, int, str]:
        return self.start, self.end, self.label


@dataclass(slots=True)
class Reading:
    """What one pass over a result has found so far."""

    layer: Layer
    text: str
    controls: Mapping[str, Control]
    regions: dict[str, Region] = field(default_factory=dict)
    answers: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)  #: (region id, control)
    relations: list[tuple[int, str, str]] = field(default_factory=list)  #: (place, from, to)
    issues: list[Issue] = field(default_factory=list)

    def report(self, code: str, place: int | None, message: str, path: str = "", severity: Severity = "error") -> None:
        where = "$.result" if place is None else f"$.result[{place}]{path}"
        self.issues.append(Issue(code, self.layer.name, message, where, _HINTS.get(code, ""), severity))


_HINTS = {
    "span-drift": "the text changed under the annotation, or an older server counts offsets otherwise",
    "unknown-control": "the page on the server is not the layer's config.xml",
    "unknown-label": "the page on the server is not the layer's config.xml",
    "span-overlap": "spans are flat: the longer one, or the one drawn first, is kept",
    "several-answers": "ask the annotator which one holds",
    "several-links": "ask the annotator which one holds",
}


def read(layer: Layer, result: list[object], text: str, aside: Collection[str] = ()) -> Reading:
    """What the items of ``result`` say, in their order; ``aside`` names controls that are not the layer's to read."""
    reading = Reading(layer, text, {control.name: control for control in page.controls(layer)})
    for place, item in enumerate(result):
        name = item.get("from_name") if aside and isinstance(item, dict) else None
        if not (isinstance(name, str) and name in aside):
            _sort(reading, place, item)
    return reading


def _sort(reading: Reading, place: int, item: object) -> None:
    """Sort one item into regions, answers or relations."""
    if not isinstance(item, dict):
        return reading.report("result-shape", place, f"an item must be an object, not {brief(item)}")
    if item.get("type") == "relation":
        ends = item.get("from_id"), item.get("to_id")
        if not (isinstance(ends[0], str) and isinstance(ends[1], str)):
            return reading.report("result-shape", place, "a relation must name the two regions it joins")
        return reading.relations.append((place, ends[0], ends[1]))
    name = item.get("from_name")
    control = reading.controls.get(name) if isinstance(name, str) else None
    if control is None or item.get("type") != control.kind or item.get("to_name") != page.TEXT:
        found = f"{brief(item.get('type'))} of {brief(name)} on {brief(item.get('to_name'))}"
        return reading.report("unknown-control", place, f"layer {reading.layer.name} does not ask for {found}")
    region_id, answer = item.get("id"), item.get("value")
    if not isinstance(region_id, str) or not isinstance(answer, dict):
        return reading.report("result-shape", place, "an answer must have an id and a value")
    label = _label(reading, place, control, answer)
    if label is None:
        return None
    if control.kind == "choices":
        return reading.answers.setdefault((region_id, control.name), []).append((place, label))
    return _mark(reading, place, region_id, answer, label)


def _label(reading: Reading, place: int, control: Control, answer: Item) -> str | None:
    """The one label that an item gives; None, with an issue, when there is not exactly one known one."""
    given = answer.get(control.kind)
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], str) and given[0] in control.labels:
        return given[0]
    path = f".value.{control.kind}"
    if not isinstance(given, list):
        reading.report("result-shape", place, f"{control.kind} must be a list, not {brief(given)}", path)
    elif len(given) > 1:
        reading.report("several-answers", place, f"{control.name!r} takes one answer, {len(given)} were given", path)
    else:
        found = brief(given[0]) if given else "nothing"
        reading.report("unknown-label", place, f"{control.name!r} does not offer {found}", path)
    return None


def _mark(reading: Reading, place: int, region_id: str, answer: Item, label: str) -> None:
    """Keep the region of one item, if its range holds and reads what the annotator saw."""
    if region_id in reading.regions:
        first = reading.regions[region_id].place
        return reading.report("duplicate-region", place, f"has the id of item {first}: {brief(region_id)}", ".id")
    start, end = answer.get("start"), answer.get("end")
    if type(start) is not int or type(end) is not int:
        key, offset = ("start", start) if type(start) is not int else ("end", end)
        message = f"an offset must be a whole number, not {brief(offset)}"
        return reading.report("span-range", place, message, f".value.{key}")
    if not 0 <= start < end <= len(reading.text):
        message = f"{brief(start)} to {brief(end)} is not a range of a text of {len(reading.text)} characters"
        return reading.report("span-range", place, message, ".value")
    quote, shown = reading.text[start:end], answer.get("text")
    if not isinstance(shown, str):
        return reading.report("missing-quote", place, "does not say which words were marked", ".value.text")
    if shown != quote and _as_shown(quote) != _as_shown(shown):
        message = f"reads {brief(quote)}, the annotator saw {brief(shown)}"
        return reading.report("span-drift", place, message, ".value.text")
    words = quote.strip()
    if not words:
        return reading.report("span-blank", place, f"marks nothing but blanks, {start} to {end}", ".value")
    start += len(quote) - len(quote.lstrip())
    reading.regions[region_id] = Region(place, region_id, start, start + len(words), label)
    return None


def _as_shown(words: str) -> str:
    """Words as Label Studio repeats them: each carriage return and line feed becomes backslash and n."""
    return words.replace("\r", "\\n").replace("\n", "\\n")


def brief(found: object) -> str:
    """A found thing for a message: short, on one line, control characters escaped."""
    if isinstance(found, str):
        return repr(found if len(found) <= 40 else found[:39] + "…")
    if isinstance(found, int) and abs(found) > 10**15:
        return "a huge number"
    return repr(found) if found is None or isinstance(found, int | float) else f"a {type(found).__name__}"
