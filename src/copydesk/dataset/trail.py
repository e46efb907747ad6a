"""From a label back to what it came from: who answered what and when, the article, the raw bytes of its words.

In:  an annotation or a gold unit of this project.
Out: the trail, plain data: ``article``, ``answers`` (those it rests on, and what else was said of the same task),
     ``words`` (each quoted range with the raw bytes behind it, or why there are none); ``draw`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from copydesk.console import table
from copydesk.dataset.ingest.again import RawChanged, read_again
from copydesk.dataset.ingest.traced import Segment, raw_span
from copydesk.dataset.store import Store
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import is_training
from copydesk.project import Project
from copydesk.schemas import records
from copydesk.schemas.meaning.answers import quotes
from copydesk.spans import Span

if TYPE_CHECKING:
    from rich.console import Console

Record = Mapping[str, Any]
TIMES = ("status", "created_at", "updated_at", "lead_time_s")


def trail(project: Project, layer: Layer, record: Record) -> dict[str, Any]:
    """Where ``record``, of ``layer``, leads. Raises NotBuilt, BrokenHistory."""
    article = Store(project).by_id.get(record["article_id"])
    if "unit_id" in record:
        place = _place(layer, record)
        words = [place] if place else []
        answers = list(_behind_unit(layer, record, place))
    else:
        words = [quote for quote, _ in quotes(record["value"], layer)] if record["value"] else []
        answers = [
            _answer(each, True, "") for each in history(layer) if each["annotation_id"] == record["annotation_id"]
        ]
    return {
        "article": article and {"article_id": article["article_id"], "title": article["title"]} | _origin(article),
        "answers": answers,
        "words": _words(project, article, record, words),
    }


def _place(layer: Layer, unit: Record) -> Record | None:
    """The quoted span that a unit is about: its own, else that of the span it belongs to."""
    if unit["kind"] == "span" or not unit["of"] or layer.kind == "choice":
        return unit["span"]  # type: ignore[no-any-return]
    owners = (each for each in records.read("gold", layer.gold) if each["unit_id"] == unit["of"])
    return next((owner["span"] for owner in owners), None)


def _behind_unit(layer: Layer, unit: Record, place: Record | None) -> Iterator[dict[str, Any]]:
    """Every answer to the unit's task, those that it rests on first."""
    task = ("article_id", "target", "text_sha256", "layer_version")
    answers = (each for each in latest(history(layer)) if not is_training(each))
    given = [each for each in answers if all(each[key] == unit[key] for key in task)]
    basis = set(unit["annotation_ids"])
    for answer in sorted(given, key=lambda each: (each["annotation_id"] not in basis, each["annotator"])):
        yield _answer(answer, answer["annotation_id"] in basis, _says(layer, unit, place, answer))


def _answer(answer: Record, is_basis: bool, says: str) -> dict[str, Any]:
    who = {key: answer[key] for key in ("annotation_id", "annotator", "role")}
    return {
        **who,
        "is_basis": is_basis,
        "says": says,
        **{key: answer[key] for key in TIMES},
        "review": answer["review"],
    }


def _says(layer: Layer, unit: Record, place: Record | None, answer: Record) -> str:
    """What an answer has where the unit is."""
    value = answer["value"]
    if value is None:
        return str(answer["status"])
    if layer.kind == "choice":
        return _brief(value.get("evidence") if unit["kind"] == "evidence" else value["label"])
    if place is None:
        return f"{len(value['spans'])} spans"
    at = Span(place["start"], place["end"])
    met = [span for span in value["spans"] if at.overlaps(Span(span["start"], span["end"]))]
    if unit["kind"] in ("attribute", "linked"):
        return "; ".join(_brief(span[unit["name"]]) for span in met) or "(nothing)"
    return "; ".join(f"{_brief(span)} {span.get('label', '')}".strip() for span in met) or "(nothing)"


def _brief(said: Any) -> str:
    if isinstance(said, Mapping):
        return f"“{' '.join(said['text'].split())}” {said['start']}:{said['end']}"
    return "(nothing)" if said is None else str(said)


def _origin(article: Record) -> dict[str, Any]:
    return {key: article["provenance"][key] for key in ("source", "path", "raw_sha256")}


def _words(project: Project, article: Record | None, record: Record, words: Sequence[Record]) -> list[dict[str, Any]]:
    """Each quoted range with the raw characters that it is made of."""
    if not words:
        return []
    problem, raw, segments = "", None, list[Segment]()
    if article is None or article["text_sha256"] != record["text_sha256"]:
        problem = "the article's text is not the one that was labelled"
    elif not (segments := [Segment(**each) for each in article["provenance"]["segments"]]):
        problem = "this article's format does not lead back to raw characters"
    else:
        try:
            raw = read_again(project, article)
        except RawChanged as error:
            problem = error.message
    found = []
    for quote in words:
        row = {key: quote[key] for key in ("start", "end", "text")}
        span = raw_span(segments, quote["start"], quote["end"]) if raw else None
        behind = raw.decoded[span.start : span.end] if raw and span else None
        place = {"raw_start": span.start, "raw_end": span.end} if span else {"raw_start": None, "raw_end": None}
        found.append(row | place | {"raw": behind, "problem": problem or None})
    return found


def draw(trail: Record, console: Console) -> None:
    """Print a trail: people, article, raw words."""
    article = trail["article"]
    if article:
        console.print(f"article {article['article_id']}  {article['path']}", markup=False, highlight=False)
    rows = [
        ("*" if each["is_basis"] else "", *(each[key] for key in ("annotator", "role", "says", "status", "updated_at")))
        for each in trail["answers"]
    ]
    if rows:
        columns = ("", "annotator", "role", "says", "status", "when")
        table(console, columns, rows, title="Answers (* what it rests on)")
    behind = [
        (f"{each['start']}:{each['end']}", each["text"], _raw_place(each), each["raw"] or each["problem"])
        for each in trail["words"]
    ]
    if behind:
        table(console, ("text", "words", "raw", "raw words"), behind, title="In the raw file, in characters")


def _raw_place(words: Record) -> str:
    return "" if words["raw_start"] is None else f"{words['raw_start']}:{words['raw_end']}"
