"""What every reader must keep to, ours and those of extensions."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import IO

from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.sources import Limits, Source
from copydesk.files import sha256

Read = Callable[[IO[bytes], str, Source], Iterator[Raw | Reject]]
PATH = "raw/articles/example.bin"


def check_reader(read: Read, *examples: bytes, source: Source | None = None) -> None:
    """Hold a reader to its contract on example files, and on what damage makes of them.

    Each example must give at least one raw article. Whatever the bytes, the reader must not raise; it must name every
    place under the file's path and no place twice, give each article its own bytes, keep segments and findings within
    the decoded input, and yield the same again. Raises AssertionError that says what is wrong.
    """
    source = source or Source("example", ("raw/**",), "unknown", False, limits=Limits(1, 50))
    for data in examples:
        assert any(isinstance(made, Raw) for made in _read(read, data, source)), "an example gives no article"
        for damaged in (
            b"",
            b"\0",
            b"\xff\xfe",
            data[: len(data) // 2],
            data[1:],
            data + data,
            data.replace(b"e", b"\xff"),
        ):
            _read(read, damaged, source)


def _read(read: Read, data: bytes, source: Source) -> list[Raw | Reject]:
    made = list(read(io.BytesIO(data), PATH, source))
    assert made == list(read(io.BytesIO(data), PATH, source)), "two readings of the same bytes differ"
    places = [each.path if isinstance(each, Raw) else each.where for each in made]
    assert all(place == PATH or place.startswith(f"{PATH}#") for place in places), f"places outside {PATH}: {places}"
    assert len(set(places)) == len(places), f"a place stands twice: {places}"
    for each in made:
        if isinstance(each, Raw):
            _check(each)
        else:
            assert each.message and each.code == each.code.lower(), f"a reject without code or message: {each}"
    return made


def _check(raw: Raw) -> None:
    assert raw.content.text.strip(), f"{raw.path}: an article without text; reject it"
    assert sha256(raw.data), raw.path
    at = 0
    for segment in raw.content.segments:
        assert segment.start == at and segment.raw_end <= len(raw.decoded), f"{raw.path}: segments leave the input"
        at = segment.end
    assert at in (0, len(raw.content.text)), f"{raw.path}: segments do not cover the text"
    for finding in raw.stated:
        if finding.span:
            assert 0 <= finding.span.start < finding.span.end <= len(raw.decoded), f"{raw.path}: {finding}"
