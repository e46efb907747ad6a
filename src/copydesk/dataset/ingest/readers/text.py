"""Plain text: one file is one article."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO

from copydesk.dataset.ingest.decoding import too_large, utf8
from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import MEGABYTE, Source


def read(file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]:
    """Yield the file as one raw article."""
    data = file.read(source.limits.article_bytes + 1)
    if len(data) > source.limits.article_bytes:
        sums = hashlib.sha256(data)
        while more := file.read(MEGABYTE):
            sums.update(more)
        yield too_large(path, sums.hexdigest(), source.limits.article_mb)
        return
    text = utf8(data, path)
    yield text if isinstance(text, Reject) else Raw(path, data, "text/plain", text, Traced.whole(text))
