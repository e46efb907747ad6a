"""The library's choice of blocks, judged by every signal together: a weighted sum, its weights in ``blocks.json``.

A block that the library took goes only when the signals speak clearly against it; one that it left out comes only when
they speak clearly for it. So a page unlike those that the weights were learned from stays as the library reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from copydesk.dataset.ingest.html import signals
from copydesk.dataset.ingest.html.elements import Element
from copydesk.dataset.ingest.html.page import Page
from copydesk.files import read_json
from copydesk.spans import Span

WEIGHTS = Path(__file__).with_name("blocks.json")
DROPPED = 0.25  #: a block that the library took goes below this probability
ADDED = 0.7  #: one that it left out comes above this one


def judged(page: Page, spans: list[Span], told: str = "") -> list[tuple[Span, Element | None]]:
    """The stretches to keep, in order; those that the library left out with the element they stand in."""
    places = signals.blocks(page)
    parts = list(_within(places, spans))
    rows = signals.read(page, is_chosen(places, parts), told)
    kept = list[tuple[Span, Element | None]]()
    for block, place, taken, row in zip(page.blocks, places, parts, rows, strict=True):
        sure = probability(row) if row else 0.0
        if taken and sure > DROPPED:
            kept += [(part, None) for part in taken]
        elif not taken and sure > ADDED:
            kept.append((place, block.inside))
    return kept


def is_chosen(places: list[Span], parts: list[list[Span]]) -> list[bool]:
    """Whether most of each block was taken."""
    return [
        2 * sum(part.end - part.start for part in taken) > place.end - place.start
        for place, taken in zip(places, parts, strict=True)
    ]


def within(page: Page, spans: list[Span]) -> tuple[list[Span], list[list[Span]]]:
    """The page's blocks and, of each, the stretches that ``spans`` take."""
    places = signals.blocks(page)
    return places, list(_within(places, spans))


def _within(places: list[Span], spans: list[Span]) -> Iterator[list[Span]]:
    at = 0
    for place in places:
        while at < len(spans) and spans[at].end <= place.start:
            at += 1
        taken, n = list[Span](), at
        while n < len(spans) and spans[n].start < place.end:
            start, end = max(place.start, spans[n].start), min(place.end, spans[n].end)
            if start < end:
                taken.append(Span(start, end))
            n += 1
        yield taken


def probability(row: signals.Signals) -> float:
    """How sure it is that a block with these signals is the article's."""
    weights, bias = _weights()
    return 1 / (1 + math.exp(-bias - sum(weights.get(name, 0.0) * value for name, value in row.items())))


@cache
def _weights() -> tuple[dict[str, float], float]:
    record: Any = read_json(WEIGHTS)
    return record["weights"], record["bias"]
