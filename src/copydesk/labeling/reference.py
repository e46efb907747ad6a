"""Bring reference annotations, made over raw files, onto the articles' texts.

In:  ``labeling/reference/*.json`` (one annotator each: documents by file digest, labels with raw offsets and quotes).
Out: ``Mapped``: one ``Answer`` per annotator, layer, article and target, offsets over the article's text, with counts
of the labels that stand wholly outside the text (headlines, credits) or are cut by its edge, and issues.

Offsets go through ``provenance.segments``. A label outside the text is no error: the article is less than the file.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from copydesk import files
from copydesk.errors import BadConfig
from copydesk.issues import Issue
from copydesk.labeling import layers
from copydesk.labeling.layers import Layer
from copydesk.project import Project
from copydesk.spans import Span, quoted

Article = Mapping[str, Any]
Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one reference annotator said of one article in one layer (and target)."""

    annotator: str  #: pseudonym, such as ref-a
    layer: str
    article_id: str
    target: str | None
    value: Value  #: as the layer's schema has it


@dataclass(frozen=True, slots=True)
class Mapped:
    """Answers over article texts, and what did not come along.

    Counts are by ``(annotator, layer)``. An evidence or linked span that is lost leaves null; its label stays.
    """

    answers: list[Answer] = field(default_factory=list)
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    outside: Counter[tuple[str, str]] = field(default_factory=Counter)  #: wholly outside the text
    cut: Counter[tuple[str, str]] = field(default_factory=Counter)  #: partly outside: left out, too
    detached: Counter[tuple[str, str]] = field(default_factory=Counter)  #: evidence or linked spans lost
    issues: list[Issue] = field(default_factory=list)


def answers(project: Project, articles: Iterable[Article]) -> Mapped:
    """The reference answers on these articles; a project without reference annotations has none.

    Raises: BadConfig, when a reference file is not what it should be.
    """
    by_digest = {article["provenance"]["raw_sha256"]: article for article in articles}
    mapped = Mapped()
    for path in sorted((project.labeling / "reference").glob("*.json")):
        where = f"labeling/reference/{path.name}"
        try:
            content = files.read_json(path)
            for document in content["documents"]:
                _document(_Place(project, where, f"ref-{content['annotator']}", document), by_digest, mapped)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise BadConfig(where, f"is not a reference annotation: {error!r}") from error
    mapped.answers.sort(key=lambda each: (each.layer, each.article_id, each.target or "", each.annotator))
    return mapped


class Ruler:
    """Turns raw offsets into text offsets by an article's segments."""

    def __init__(self, segments: Sequence[Mapping[str, int]]) -> None:
        self._segments = sorted(segments, key=lambda each: each["raw_start"])
        self._starts = [each["raw_start"] for each in self._segments]

    def map(self, raw: Span) -> Span | None:
        """From the first to the last of the raw code points that the text holds; None when it holds none of them."""
        held = list(self._overlapping(raw))
        if not held:
            return None
        first, last = held[0], held[-1]
        start, end = first["start"], last["end"]
        if _one_to_one(first):
            start += max(0, raw.start - first["raw_start"])
        if _one_to_one(last):
            end -= max(0, last["raw_end"] - raw.end)
        return Span(start, end)

    def lost(self, raw: Span) -> list[Span]:
        """The raw ranges inside ``raw`` that no segment covers."""
        lost, at = [], raw.start
        for each in self._overlapping(raw):
            if each["raw_start"] > at:
                lost.append(Span(at, each["raw_start"]))
            at = max(at, each["raw_end"])
        return [*lost, Span(at, raw.end)] if at < raw.end else lost

    def _overlapping(self, raw: Span) -> Iterator[Mapping[str, int]]:
        for each in self._segments[max(0, bisect_right(self._starts, raw.start) - 1) :]:
            if each["raw_start"] >= raw.end:
                return
            if each["raw_end"] > raw.start and each["end"] > each["start"]:
                yield each


def _one_to_one(segment: Mapping[str, int]) -> bool:
    """Whether offsets inside move in step; a segment that normalisation changed is taken whole."""
    return segment["end"] - segment["start"] == segment["raw_end"] - segment["raw_start"]


@dataclass(frozen=True, slots=True)
class _Place:
    """One document of one reference file."""

    project: Project
    where: str
    annotator: str
    document: Mapping[str, Any]


def _document(place: _Place, by_digest: Mapping[str, Article], mapped: Mapped) -> None:
    article = by_digest.get(place.document["sha256_utf8"])
    where = f"{place.where} {place.document['file']}"
    if article is None:
        mapped.issues.append(
            Issue("reference-unmatched", where, "no article was built from this file", severity="warning")
        )
        return
    raw = (place.project.dataset / article["provenance"]["path"]).read_bytes().decode("utf-8")
    carrier = _Carrier(place.annotator, where, article, raw, Ruler(article["provenance"]["segments"]), mapped)
    for layer in layers.load(place.project):
        if layer.name in place.document:
            mapped.answers.extend(carrier.answers(layer, place.document[layer.name]))


@dataclass(frozen=True, slots=True)
class _Carrier:
    """Carries one annotator's labels of one raw file over to its article."""

    annotator: str
    where: str
    article: Article
    raw: str
    ruler: Ruler
    mapped: Mapped

    def answers(self, layer: Layer, labels: Sequence[Mapping[str, Any]]) -> Iterator[Answer]:
        if layer.kind == "choice":
            for label in labels:
                yield self._answer(layer, label["target"], self._choice(layer, label))
        else:
            spans = [span for label in labels if (span := self._span(layer, label))]
            yield self._answer(layer, None, {"spans": sorted(spans, key=lambda each: (each["start"], each["end"]))})

    def _answer(self, layer: Layer, target: str | None, value: Value) -> Answer:
        return Answer(self.annotator, layer.name, self.article["article_id"], target, value)

    def _choice(self, layer: Layer, label: Mapping[str, Any]) -> Value:
        self.mapped.kept[self.annotator, layer.name] += 1
        return {"label": label["label"], "evidence": self._attached(layer, label["evidence"])}

    def _span(self, layer: Layer, label: Mapping[str, Any]) -> Value | None:
        """The span over the article's text with its attributes, or None when it did not come along whole."""
        span, count = self._carried(label)
        if count is not None:
            count[self.annotator, layer.name] += 1
        if span is None:
            return None
        self.mapped.kept[self.annotator, layer.name] += 1
        value = {"span_id": label["id"], **span}
        if layer.labels:
            value["label"] = label["label"]
        value |= {attribute.name: label[attribute.name] for attribute in layer.attributes}
        if layer.linked:
            value[layer.linked] = self._attached(layer, label[layer.linked])
        return value

    def _attached(self, layer: Layer, label: Mapping[str, Any] | None) -> Value | None:
        """An evidence or linked span; null when there is none, or when it stands outside the text."""
        if label is None:
            return None
        span, count = self._carried(label)
        if count is not None:
            self.mapped.detached[self.annotator, layer.name] += 1
        return span

    def _carried(self, label: Mapping[str, Any]) -> tuple[Value | None, Counter[tuple[str, str]] | None]:
        """The quoted span over the text, or None and the counter of why not (no counter: it is an issue)."""
        raw, text = Span(label["start"], label["end"]), self.article["text"]
        if not 0 <= raw.start < raw.end or self.raw[raw.start : raw.end] != label["text"]:
            self._drifted(label)
            return None, None
        span = self.ruler.map(raw)
        if span is None or not text[span.start : span.end].strip():
            return None, self.mapped.outside
        if any(self.raw[gap.start : gap.end].strip() for gap in self.ruler.lost(raw)):
            return None, self.mapped.cut
        found = quoted(text, span.start, span.end)
        if _words(str(found["text"])) != _words(label["text"]):
            self._drifted(label)
            return None, None
        return found, None

    def _drifted(self, label: Mapping[str, Any]) -> None:
        start, end = label["start"], label["end"]
        found = self.raw[max(0, start) : max(0, end)]
        self.mapped.issues.append(
            Issue(
                "reference-quote",
                self.where,
                f"the file reads {found[:60]!r} at {start}:{end}, the label says {label['text'][:60]!r}",
                hint="offsets are Unicode code points over the file as received",
            )
        )


def _words(text: str) -> list[str]:
    """What normalisation keeps: words, composed."""
    return unicodedata.normalize("NFC", text).split()
