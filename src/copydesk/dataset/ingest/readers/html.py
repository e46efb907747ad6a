"""Web pages: one file is one article; ``.gz`` files are unpacked within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from copydesk.dataset.ingest.compression import GZIP, gunzip
from copydesk.dataset.ingest.decoding import whole
from copydesk.dataset.ingest.html.charset import decode
from copydesk.dataset.ingest.raw import HTML, Raw, Reject, reject
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import Source


def read(file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]:
    """Yield the page as one raw article."""
    data = whole(file, path, source)
    if not isinstance(data, Reject) and data.startswith(GZIP):
        data = gunzip(data, path, source.limits)
    yield data if isinstance(data, Reject) else page(data, path)


def page(
    data: bytes,
    where: str,
    *,
    content_type: str | None = None,
    address: str | None = None,
    retrieved_at: str | None = None,
    warc_record: str | None = None,
) -> Raw | Reject:
    """The raw article of a page's bytes, wherever they came from."""
    if not data.strip():
        return reject("empty", where, data, "holds nothing; take it out, or fetch it again")
    decoded = decode(data, content_type)
    if "<" not in decoded.text or decoded.text.count("\0") > len(decoded.text) // 100:
        return reject("not-html", where, data, "holds no markup; check what was fetched, or set `reader`")
    return Raw(
        path=where,
        data=data,
        media_type="text/html",
        decoded=decoded.text,
        content=Traced.whole(decoded.text),
        kind=HTML,
        address=address,
        retrieved_at=retrieved_at,
        warc_record=warc_record,
        encoding=decoded.encoding,
        is_repaired=decoded.is_repaired,
    )
