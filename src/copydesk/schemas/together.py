"""The meaning of a whole file of records: each with its surroundings, and all with each other.

In:  the records of one file whose shape is right, each with its place.
Out: issues. One function per kind, in :data:`MEANINGS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from copydesk.issues import Issue
from copydesk.labeling.annotations import latest
from copydesk.labeling.layers import Layer
from copydesk.schemas import meaning, reading
from copydesk.schemas.surroundings import Surroundings

Record = dict[str, Any]
Placed = tuple[str, Record]  # where, record
Meaning = Callable[[Iterable[Placed], Surroundings], Iterator[Issue]]
LabelCheck = Callable[[Record, Layer, Mapping[str, Any] | None, str], list[Issue]]


def articles(placed: Iterable[Placed], _: Surroundings) -> Iterator[Issue]:
    """Each article by itself; no id twice."""
    seen = set()
    for where, article in placed:
        if article["article_id"] in seen:
            message = f"article {article['article_id']} is there twice"
            yield Issue("duplicate-article", where, message, "$.article_id", "build again")
        seen.add(article["article_id"])
        yield from meaning.check_article(article, where)


def links(placed: Iterable[Placed], around: Surroundings) -> Iterator[Issue]:
    """Each link with its two articles."""
    kept = list(placed)
    known = around.articles(link[end] for _, link in kept for end in ("a", "b"))
    if known is None:
        yield _unbuilt(around)
        return
    for where, link in kept:
        yield from meaning.check_link(link, known, where)


def families(placed: Iterable[Placed], around: Surroundings) -> Iterator[Issue]:
    """Each family with its members."""
    kept = list(placed)
    known = around.articles(member for _, family in kept for member in family["members"])
    if known is None:
        yield _unbuilt(around)
        return
    for where, family in kept:
        yield from meaning.check_family(family, known, where)


def answers(placed: Iterable[Placed], around: Surroundings) -> Iterator[Issue]:
    """The latest state of each answer; what was answered before is history."""
    kept = list(placed)
    places = {id(record): where for where, record in kept}
    current = [(places[id(record)], record) for record in latest(record for _, record in kept)]
    for where, record in current:
        if around.roles is not None:
            yield from meaning.check_annotator(record, around.roles, where)
    yield from _labels(current, around, meaning.check_annotation)


def gold(placed: Iterable[Placed], around: Surroundings) -> Iterator[Issue]:
    """Each unit by itself, then all units of the layer."""
    kept = list(placed)
    yield from _labels(kept, around, meaning.check_gold)
    yield from meaning.check_units((unit for _, unit in kept), lambda n, _: kept[n][0])
    yield from _resting(kept, around)


def _resting(placed: list[Placed], around: Surroundings) -> Iterator[Issue]:
    """The answers that a unit rests on are in the layer's history, where there is one."""
    history = around.path.with_name("annotations.jsonl")
    answered = {
        entry[1].get("annotation_id")
        for entry in (reading.entries(history, "") if history.is_file() else ())
        if not isinstance(entry, Issue) and isinstance(entry[1], dict)
    }
    for where, unit in placed if history.is_file() else ():
        for n, missing in enumerate(unit["annotation_ids"]):
            if missing not in answered:
                message = f"there is no answer {missing} in annotations.jsonl"
                yield Issue("unknown-answer", where, message, f"$.annotation_ids[{n}]", "run `copydesk adjudicate`")


def disputes(placed: Iterable[Placed], around: Surroundings) -> Iterator[Issue]:
    """Each disputed unit."""
    return _labels(list(placed), around, meaning.check_dispute)


def splits(placed: Iterable[Placed], _: Surroundings) -> Iterator[Issue]:
    """A family's split never changes."""
    first: dict[str, str] = {}
    for where, split in placed:
        family = split["family_id"]
        if first.setdefault(family, split["split"]) != split["split"]:
            message = f"{family} is in {first[family]} already"
            yield Issue("split-moved", where, message, "$.split", "a released split is never edited: take the line out")


def rows(placed: Iterable[Placed], around: Surroundings) -> Iterator[Issue]:
    """Rows of one config of a release with the articles published beside them."""
    if around.folder == "articles":
        return articles(placed, around)
    if around.folder == "families":
        return links(placed, around)
    if around.folder == "annotations":
        return _labels(list(placed), around, _answer_row(around))
    return _labels(list(placed), around, meaning.check_row)


def _answer_row(around: Surroundings) -> LabelCheck:
    def check(row: Record, layer: Layer, article: Mapping[str, Any] | None, where: str) -> list[Issue]:
        """The value is JSON text; as a value it follows the layer's schema and its article."""
        value = row["value"]
        if value is None:  # withheld, or never given: nothing to hold against the text
            return []
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            return [Issue("broken-json", where, f"the value is not JSON: {error}", "$.value")]
        found = around.schemas.check(layer.name, parsed, where)
        return found or meaning.check_annotation(row | {"value": parsed}, layer, article, where)

    return check


def nothing(placed: Iterable[Placed], _: Surroundings) -> Iterator[Issue]:
    """Records that mean no more than their schema says."""
    for _record in placed:
        yield from ()


def _labels(placed: list[Placed], around: Surroundings, check: LabelCheck) -> Iterator[Issue]:
    """``check`` on each record with its layer and article. Removed articles are passed over."""
    known = around.articles(record["article_id"] for _, record in placed)
    if known is None and placed:
        yield _unbuilt(around)
    for where, record in placed:
        name = record.get("layer", around.folder)
        if name not in around.layers:
            hint = f"one of: {', '.join(around.layers)}"
            yield Issue("unknown-layer", where, f"this project has no layer {name!r}", "$.layer", hint)
        elif record["article_id"] not in around.removed:
            found = check(record, around.layers[name], (known or {}).get(record["article_id"]), where)
            yield from (issue for issue in found if known is not None or issue.code != "unknown-article")


def _unbuilt(around: Surroundings) -> Issue:
    message = "there are no articles to hold these records against"
    return Issue("not-built", around.shown, message, hint="run `copydesk build` first", severity="warning")


#: Kind → the meaning of a file of it; for other kinds :func:`nothing`.
MEANINGS: dict[str, Meaning] = {
    "article": articles,
    "link": links,
    "family": families,
    "annotation": answers,
    "gold": gold,
    "dispute": disputes,
    "split": splits,
    "rows": rows,
}
