"""Bytes to text for formats that are UTF-8 by contract: plain text and JSONL. Nothing is guessed."""

from __future__ import annotations

import hashlib
from typing import IO

from copydesk.dataset.ingest.raw import Reject, reject
from copydesk.dataset.sources import MEGABYTE, Source

BOM = "\ufeff"


def utf8(data: bytes, where: str) -> str | Reject:
    """The text of ``data``; a byte order mark stays as its first code point. A reject when it is not clean UTF-8."""
    if not data.strip():
        return reject("empty", where, data, "holds nothing; take it out, or fetch it again")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = f"byte 0x{data[error.start]:02x} at {error.start}"
        return reject("not-utf8", where, data, f"not UTF-8 ({bad}); convert it, such as with iconv, or fetch it again")
    if "\0" in text:
        at = text.index("\0")
        return reject("nul-byte", where, data, f"NUL at code point {at}: binary or damaged; fetch it again")
    if not text.strip(BOM + " \t\r\n\f\v\xa0"):
        return reject("empty", where, data, "holds only white space; take it out, or fetch it again")
    return text


def whole(file: IO[bytes], where: str, source: Source) -> bytes | Reject:
    """All of a file that is one article; a reject when it is over the source's limit."""
    data = file.read(source.limits.article_bytes + 1)
    if len(data) <= source.limits.article_bytes:
        return data
    sums = hashlib.sha256(data)
    while more := file.read(MEGABYTE):
        sums.update(more)
    return too_large(where, sums.hexdigest(), source.limits.article_mb)


def too_large(where: str, sha256: str, limit_mb: int) -> Reject:
    """A reject for an article over the source's limit; ``sha256`` was taken while its bytes went by."""
    message = f"over {limit_mb} MB; cut it, or raise [limits] article_mb in the source's file"
    return Reject("too-large", where, sha256, message)
