"""Find labels again after their text was edited.

In:  the old text, the new text, spans over the old one, or an answer's whole value.
Out: for each span where its words are now: ``unchanged``, ``moved`` (same words elsewhere), ``edited`` (some words
differ: a person looks again) or ``orphan`` (gone: a person decides).

A span is where its first and last surviving tokens are, provided that enough of its own words came through and that
its surroundings vouch for the place: a short name alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.labeling.alignment import DENSE, WORDS, Alignment, Text, normal, vouching
from copydesk.labeling.layers import Layer
from copydesk.spans import Span, quoted

ALIVE = 0.3  #: share of a span's letters that must have come through


@dataclass(frozen=True, slots=True)
class Reanchored:
    """Where a span is in the new text. An orphan keeps its old offsets."""

    status: str  #: unchanged | moved | edited | orphan
    start: int
    end: int
    score: float  #: share of the span's letters that came through, 0 to 1


def reanchor(old_text: str, new_text: str, spans: Sequence[Span]) -> list[Reanchored]:
    """Each span's place in ``new_text``, in the order given."""
    if old_text == new_text:
        return [Reanchored("unchanged", span.start, span.end, 1.0) for span in spans]
    old, new = Text.of(old_text), Text.of(new_text)
    alignment = Alignment.of(old, new)
    return [_found(span, old_text, new_text, old, new, alignment) for span in spans]


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer's value over the new text, without what was lost, and how each of its spans fared."""

    value: dict[str, Any]
    found: dict[str, Reanchored]  #: by JSON path in the old value, such as ``$.spans[3].claimant``

    @property
    def is_safe(self) -> bool:
        """Whether no person needs to look: every span unchanged or moved."""
        return all(each.status in ("unchanged", "moved") for each in self.found.values())


def carry(layer: Layer, value: Mapping[str, Any], old_text: str, new_text: str) -> Carried:
    """Bring an answer over to the new text: orphaned spans are left out, orphaned linked and evidence spans null."""
    places = _places(layer, value)
    found = dict(zip(places, reanchor(old_text, new_text, list(places.values())), strict=True))

    def placed(path: str) -> dict[str, Any] | None:
        here = found.get(path)
        return None if here is None or here.status == "orphan" else quoted(new_text, here.start, here.end)

    if layer.kind == "choice":
        return Carried({**value, "evidence": placed("$.evidence")}, found)
    spans = []
    for n, span in enumerate(value["spans"]):
        if here := placed(f"$.spans[{n}]"):
            linked = {layer.linked: placed(f"$.spans[{n}].{layer.linked}")} if layer.linked else {}
            spans.append({**span, **here, **linked})
    return Carried({**value, "spans": sorted(spans, key=lambda each: (each["start"], each["end"]))}, found)


def _places(layer: Layer, value: Mapping[str, Any]) -> dict[str, Span]:
    """Every span of a value by its JSON path."""
    if layer.kind == "choice":
        records = {"$.evidence": value["evidence"]}
    else:
        records = {f"$.spans[{n}]": span for n, span in enumerate(value["spans"])}
        if layer.linked:
            records |= {f"$.spans[{n}].{layer.linked}": span[layer.linked] for n, span in enumerate(value["spans"])}
    return {path: Span(record["start"], record["end"]) for path, record in records.items() if record}


def _found(span: Span, old_text: str, new_text: str, old: Text, new: Text, alignment: Alignment) -> Reanchored:
    orphan = Reanchored("orphan", span.start, span.end, 0.0)
    inside = old.tokens_in(span)
    placed = [n for n in inside if alignment.place[n] is not None]
    if not placed:
        return orphan
    letters = sum(len(old.words[n]) for n in inside)
    score = sum(len(old.words[n]) * alignment.likeness[n] for n in placed) / letters
    places = [at for n in placed if (at := alignment.place[n]) is not None]
    start, end = places[0], places[-1]
    if (
        score < ALIVE
        or places != sorted(places)
        or vouching(alignment.place, inside[0], inside[-1], start, end) < DENSE
    ):
        return orphan
    found = Span(
        new.spans[start].start + _inside(span.start - old.spans[placed[0]].start, placed[0], start, old, new),
        new.spans[end].end - _inside(old.spans[placed[-1]].end - span.end, placed[-1], end, old, new),
    )
    if found.end <= found.start:
        return orphan
    return Reanchored(_status(span, found, old_text, new_text), found.start, found.end, round(score, 4))


def _inside(distance: int, old_token: int, new_token: int, old: Text, new: Text) -> int:
    """How far inside its token a span's end lies, kept only where the token is the same."""
    same = old.words[old_token] == new.words[new_token] and len(old.spans[old_token]) == len(new.spans[new_token])
    return distance if same and distance > 0 else 0


def _status(span: Span, found: Span, old_text: str, new_text: str) -> str:
    before, after = old_text[span.start : span.end], new_text[found.start : found.end]
    if [normal(word) for word in WORDS.findall(before)] != [normal(word) for word in WORDS.findall(after)]:
        return "edited"
    return "unchanged" if before == after and span == found else "moved"
