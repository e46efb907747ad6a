"""Bounded decompression: a small file must not grow without end."""

from __future__ import annotations

import zlib

from copydesk.dataset.ingest.raw import Reject, reject
from copydesk.dataset.sources import Limits

GZIP = b"\x1f\x8b"
BLOCK = 65536
SMALL = 1_000_000  #: bytes that any input may grow to, whatever the ratio


def gunzip(data: bytes, where: str, limits: Limits) -> bytes | Reject:
    """What ``data`` holds, whole gzip members one after another; a reject when it is broken or grows too far."""
    allowed = min(limits.article_bytes, max(SMALL, limits.ratio * len(data)))
    parts, size, rest = list[bytes](), 0, data
    try:
        while rest.startswith(GZIP):
            inflate = zlib.decompressobj(wbits=31)
            while not inflate.eof:
                part = inflate.decompress(rest, min(BLOCK * 16, allowed - size + 1))
                rest = inflate.unconsumed_tail
                size += len(part)
                parts.append(part)
                if size > allowed:
                    message = (
                        f"grows past {allowed} bytes when unpacked; if it is meant to, raise the source's [limits]"
                    )
                    return reject("decompression-bomb", where, data, message)
                if not part and not rest and not inflate.eof:
                    return reject("bad-gzip", where, data, "the gzip data break off; fetch it again")
            rest = inflate.unused_data
    except zlib.error as error:
        return reject("bad-gzip", where, data, f"not clean gzip data ({error}); fetch it again")
    return b"".join(parts)
