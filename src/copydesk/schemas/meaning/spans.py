"""A quoted span agrees with the text: its range, its words, what stands before and after, its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from copydesk.issues import Issue
from copydesk.spans import CONTEXT

Record = Mapping[str, Any]
_SHOWN = 60  # characters of a quote in a message


def check_quote(quote: Record, article: Record, path: str, where: str) -> Iterable[Issue]:
    """``text[start:end]`` is the quote, with its context. What is withheld (null) is checked by range alone."""
    return () if _agrees(quote, article) else _disagreement(quote, article, path, where)


def _agrees(quote: Record, article: Record) -> bool:
    """Whether all is there and right, as it nearly always is."""
    start, end, text = quote["start"], quote["end"], article["text"]
    return (
        text is not None
        and start < end <= article["n_chars"]
        and text[start:end] == quote["text"]
        and text[max(0, start - CONTEXT) : start] == quote["prefix"]
        and text[end : end + CONTEXT] == quote["suffix"]
    )


def _disagreement(quote: Record, article: Record, path: str, where: str) -> Iterator[Issue]:
    start, end, text = quote["start"], quote["end"], article["text"]
    if not start < end <= article["n_chars"]:
        message = f"{start}:{end} is no range of a text of {article['n_chars']} code points"
        yield Issue("span-out-of-range", where, message, path, "offsets count Unicode code points, end exclusive")
        return
    if text is None:
        return
    if quote["text"] is not None and text[start:end] != quote["text"]:
        message = f"{start}:{end} reads {_short(text[start:end])}, the annotator saw {_short(quote['text'])}"
        hint = "offsets count Unicode code points of the article's text; see docs/records.md, spans"
        yield Issue("span-drift", where, message, f"{path}.text", hint)
        return
    for side, there in (("prefix", text[max(0, start - CONTEXT) : start]), ("suffix", text[end : end + CONTEXT])):
        if quote[side] is not None and quote[side] != there:
            message = f"{side} is {_short(quote[side])}, the text has {_short(there)}"
            yield Issue("context-drift", where, message, f"{path}.{side}", f"{CONTEXT} code points, fewer at the ends")


def check_apart(spans: Sequence[Record], path: str, where: str) -> Iterator[Issue]:
    """No two spans of one answer overlap or share an id, and they stand in order."""
    seen: dict[str, int] = {}
    for n, span in enumerate(spans):
        if (first := seen.setdefault(span["span_id"], n)) != n:
            message = f"span_id {span['span_id']!r} also names span {first}"
            yield Issue("duplicate-span", where, message, f"{path}[{n}].span_id", "one id per span of an answer")
    if all(one["start"] <= one["end"] <= other["start"] for one, other in pairwise(spans)):
        return  # in order and apart, as nearly all are
    starts = [span["start"] for span in spans]
    if starts != sorted(starts):
        yield Issue("spans-unordered", where, "spans are not ordered by start", path, severity="warning")
    for one, others in overlapping([(span["start"], span["end"]) for span in spans]):
        hint = "this layer's spans are flat: keep one of those that overlap"
        yield Issue("spans-overlap", where, overlap_message(spans, one, others), f"{path}[{one}]", hint)


def overlapping(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Each range within which later ones begin, and these: places in ``ranges``. Empty ranges overlap nothing."""
    filled = [n for n, (start, end) in enumerate(ranges) if start < end]
    order = sorted(filled, key=lambda n: (ranges[n][0], -ranges[n][1]))
    widest, within = -1, list[int]()
    for n in order:
        if widest >= 0 and ranges[n][0] < ranges[widest][1]:
            within.append(n)
        if widest < 0 or ranges[n][1] > ranges[widest][1]:
            if within:
                yield widest, within
            widest, within = n, []
    if within:
        yield widest, within


def overlap_message(spans: Sequence[Record], one: int, others: Sequence[int]) -> str:
    """What overlaps what; of many others the first is named."""
    first = spans[others[0]]
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"{spans[one]['start']}:{spans[one]['end']} overlaps {first['start']}:{first['end']}{more}"


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
