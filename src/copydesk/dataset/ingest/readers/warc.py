"""Web archives: each response record with a page is one article; ``.warc.gz`` members are unpacked within bounds.

The raw bytes of an article are the page as the server meant it, transfer and content encodings undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from copydesk.dataset.ingest import instants
from copydesk.dataset.ingest.compression import GZIP, gunzip
from copydesk.dataset.ingest.decoding import too_large
from copydesk.dataset.ingest.parts import WHOLE, Part
from copydesk.dataset.ingest.raw import Raw, Reject, reject
from copydesk.dataset.ingest.readers.html import page
from copydesk.dataset.sources import Source
from copydesk.files import sha256

PAGES = ("text/html", "application/xhtml+xml")


def read(file: IO[bytes], path: str, source: Source, part: Part = WHOLE) -> Iterator[Raw | Reject]:
    """Yield one raw article or reject per response record; other records are passed over."""
    at, count = part.start, 0
    found = _records(file, part.start)
    while True:
        try:
            record = next(found, None)
            if record is None or (part.end is not None and record.stream_pos >= part.end):
                break
            at, count = record.stream_pos, count + 1
            made = _article(record, f"{path}#{at}", source)
        except BaseException as error:
            if not _is_damage(error):
                raise
            message = f"the archive breaks off or is damaged behind byte {at} ({error}); fetch it again"
            yield Reject("bad-warc", f"{path}#after-{at}", None, message)
            return
        yield made
    if not count and part.is_whole:
        yield reject("empty", path, b"", "holds no response record; check what was fetched")


def places(file: IO[bytes]) -> list[int]:
    """Where response records start, as far as the archive is whole; none when they cannot be read one by one."""
    found = list[int]()
    try:
        for record in _records(file, 0):
            found.append(record.stream_pos)
    except BaseException as error:
        if not _is_damage(error):
            raise
    return found if all(_starts(file, place) for place in found) else []


def _starts(file: IO[bytes], place: int) -> bool:
    """Whether a record begins there: in an archive that was packed as a whole, none but the first does."""
    file.seek(place)
    head = file.read(5)
    return head.startswith(GZIP) or head == b"WARC/"


def _records(file: IO[bytes], start: int) -> Iterator[Any]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    if start:
        file.seek(start)
    yield from ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=False)


def _is_damage(error: BaseException) -> bool:
    # fastwarc's own panic is no Exception
    return isinstance(error, (OSError, ValueError)) or type(error).__name__ == "PanicException"


def _article(record: Any, where: str, source: Source) -> Raw | Reject:
    block = record.reader.read(source.limits.article_bytes + 1)
    if len(block) > source.limits.article_bytes:
        return too_large(where, sha256(block), source.limits.article_mb)
    if len(block) < record.content_length:
        return reject("cut-record", where, block, f"{len(block)} of {record.content_length} bytes; fetch it again")
    response = _Response.parse(block)
    if response is None:
        return reject("bad-warc", where, block, "the record holds no HTTP response; fetch it again")
    if response.status != 200:
        return reject("http-status", where, block, f"the server answered {response.status}; fetch it again")
    kind = response.header("content-type")
    if kind and not kind.lower().startswith(PAGES):
        return reject("other-media", where, block, f"{kind.split(';')[0]}, not a page; nothing to do")
    body = _unpacked(response, where, source)
    if isinstance(body, Reject):
        return body
    date = record.headers.get("WARC-Date") or ""
    return page(
        body,
        where,
        content_type=kind,
        address=(record.headers.get("WARC-Target-URI") or "").strip("<>") or None,
        retrieved_at=instants.utc(date),
        warc_record=record.record_id or None,
    )


@dataclass(frozen=True, slots=True)
class _Response:
    """An HTTP response as it stands in a record."""

    status: int
    headers: dict[str, str]  #: names in lower case
    body: bytes

    @classmethod
    def parse(cls, block: bytes) -> _Response | None:
        head, mark, body = block.partition(b"\r\n\r\n")
        first, _, rest = head.decode("latin-1").partition("\r\n")
        parts = first.split(None, 2)
        if not mark or len(parts) < 2 or not parts[0].startswith("HTTP/") or not parts[1].isdigit():
            return None
        pairs = (line.partition(":") for line in rest.split("\r\n"))
        return cls(int(parts[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}, body)

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


def _unpacked(response: _Response, where: str, source: Source) -> bytes | Reject:
    """The body without its encodings. Crawlers often undo them and keep the header: what is plain stays."""
    body = response.body
    if (response.header("transfer-encoding") or "").lower() == "chunked":
        body = _unchunked(body)
    encoding = (response.header("content-encoding") or "identity").lower()
    if body.startswith(GZIP):
        return gunzip(body, where, source.limits)
    if encoding in ("br", "zstd") and b"<" not in body[:2048]:
        return reject(
            "other-encoding", where, body, f"the page is packed with {encoding}, which is not read; unpack it"
        )
    return body


def _unchunked(body: bytes) -> bytes:
    """A chunked body put together; one that is not chunked as it is."""
    parts, at = list[bytes](), 0
    while True:
        mark = body.find(b"\r\n", at)
        size = body[at : max(mark, at)].split(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            return b"".join(parts) if parts else body
        if length <= 0:
            return b"".join(parts)
        parts.append(body[mark + 2 : mark + 2 + length])
        at = mark + 2 + length + 2
