"""Where in a row each value stands; here for JSON: the values of an object together with their places.

The standard library's decoder does the reading; what is added are offsets, and a map through string escapes.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from copydesk.dataset.ingest.traced import Segment, Traced
from copydesk.spans import Span

_scan = JSONDecoder().scan_once  # type: ignore[attr-defined]  # one value and where it ends
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_segment = tuple.__new__  # a third of what a named tuple takes to be made by its name: a text has a hundred
_BLANK = frozenset(" \t\r\n")


class Member(NamedTuple):
    """One value of a row, its place, and its text led back to the row where a reader knows more than the place."""

    value: Any
    span: Span
    traced: Traced | None = None


def members(line: str, at: int = 0) -> dict[str, Member]:
    """The members of the one object in ``line``. Raises ValueError when there is none, or more than that."""
    try:
        found, at = _object(line, _skip(line, at))
    except StopIteration as stopped:  # as the decoder's own methods say it
        raise JSONDecodeError("Expecting value", line, stopped.value) from None
    if _skip(line, at) != len(line):
        raise ValueError(f"more after the object, at {at}")
    return found


def _object(line: str, at: int) -> tuple[dict[str, Member], int]:
    if line[at : at + 1] != "{":
        raise ValueError("no object")
    found, at = dict[str, Member](), _skip(line, at + 1)
    if line[at : at + 1] == "}":
        return found, at + 1
    while True:
        key, at = _scan(line, at)
        at = _skip(line, at)
        if not isinstance(key, str) or line[at : at + 1] != ":":
            raise ValueError(f"no name and colon at {at}")
        start = _skip(line, at + 1)
        value, end = _scan(line, start)
        found[key] = Member(value, Span(start, end))
        at = _skip(line, end)
        if line[at : at + 1] == "}":
            return found, at + 1
        if line[at : at + 1] != ",":
            raise ValueError(f"no comma or end at {at}")
        at = _skip(line, at + 1)


def _skip(line: str, at: int) -> int:
    while line[at : at + 1] in _BLANK:
        at += 1
    return at


def traced(line: str, member: Member) -> Traced:
    """A string member's text, led through its escapes to the line."""
    text: str = member.value
    segments, at, raw, end = list[Segment](), 0, member.span.start + 1, member.span.end - 1
    escape = line.find("\\", raw, end)
    while escape >= 0:
        if plain := escape - raw:
            segments.append(_segment(Segment, (at, at + plain, raw, escape)))
            at += plain
        raw = escape + (2 if line[escape + 1] != "u" else 12 if _PAIR.match(line, escape, end) else 6)
        segments.append(_segment(Segment, (at, at + 1, escape, raw)))
        at, escape = at + 1, line.find("\\", raw, end)
    if raw < end:
        segments.append(Segment(at, at + end - raw, raw, end))
    return Traced(text, tuple(segments))
