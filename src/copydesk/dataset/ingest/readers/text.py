"""Plain text: one file is one article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from copydesk.dataset.ingest.decoding import utf8, whole
from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import Source


def read(file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]:
    """Yield the file as one raw article."""
    data = whole(file, path, source)
    if isinstance(data, Reject):
        yield data
        return
    text = utf8(data, path)
    yield text if isinstance(text, Reject) else Raw(path, data, "text/plain", text, Traced.whole(text))
