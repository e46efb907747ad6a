"""What people said about some articles in one layer, as far as it fits today's texts and layers.

In:  the lines of one parcel.
Out: :class:`Labels`: answers, gold and disputes by article, and where each article stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.dataset.release import parcels
from copydesk.labeling.annotations import latest, states
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import is_training, layers_of
from copydesk.schemas import records

Record = dict[str, Any]


@dataclass(frozen=True)
class Labels:
    """Of one layer, by article."""

    layer: Layer
    answers: Mapping[str, list[Record]]  #: submitted and skipped; withdrawn ones are not published
    gold: Mapping[str, list[Record]]
    disputes: Mapping[str, list[Record]]
    status: Mapping[str, str]
    given: int  #: answers there are
    fit: int  #: answers about today's text and version of the layer


def read(parcel: Path, layer: Layer, articles: Mapping[str, Record], removed: frozenset[str]) -> Labels:
    """Raises BrokenHistory, BrokenLine, NewerRecord."""
    answers = latest(states(layer, parcels.lines(parcel / f"{layer.name}.annotations")))
    gold = _records("gold", layer.gold, parcel / f"{layer.name}.gold")
    disputes = _records("dispute", layer.disputes, parcel / f"{layer.name}.disputes")
    status = layers_of(articles, layer, answers, gold, disputes)
    given = [
        answer
        for answer in answers
        if answer["status"] != "withdrawn" and answer["article_id"] not in removed and not is_training(answer)
    ]
    fit = [answer for answer in given if _fits(answer, layer, articles)]
    decided, disputed = ([unit for unit in units if _fits(unit, layer, articles)] for units in (gold, disputes))
    return Labels(layer, _by_article(fit), _by_article(decided), _by_article(disputed), status, len(given), len(fit))


def _records(kind: str, origin: Path, path: Path) -> list[Record]:
    where = f"{origin.parent.name}/{origin.name}"
    return [records.current(kind, record, where) for record in parcels.parsed(origin, path)]


def _fits(record: Record, layer: Layer, articles: Mapping[str, Record]) -> bool:
    """Whether an answer, gold unit or dispute is about today's text, layer version and targets."""
    article = articles.get(record["article_id"])
    if article is None or article["text_sha256"] != record["text_sha256"]:
        return False
    return bool(record["layer_version"] == layer.version and record["target"] in layer.target_ids)


def _by_article(found: Iterable[Record]) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for record in found:
        grouped[record["article_id"]].append(record)
    return dict(grouped)
