"""JSON lines: one line is one article, its columns mapped by the source.

The decoded raw input of an article is its line. ``segments`` therefore lead through JSON's escapes to the very
characters of the line, and its bytes can be shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO

from copydesk.dataset.ingest.columns import article
from copydesk.dataset.ingest.decoding import BOM, too_large, utf8
from copydesk.dataset.ingest.parts import WHOLE, Part
from copydesk.dataset.ingest.places import Member, members, traced
from copydesk.dataset.ingest.raw import HTML, TEXT, Raw, Reject, reject
from copydesk.dataset.sources import MEGABYTE, Source


def read(file: IO[bytes], path: str, source: Source, part: Part = WHOLE) -> Iterator[Raw | Reject]:
    """Yield one raw article a line; blank lines are passed over."""
    limit, number = source.limits.article_bytes, part.before
    if part.start:
        file.seek(part.start)
    while (part.end is None or file.tell() < part.end) and (line := file.readline(limit + 1)):
        number += 1
        where = f"{path}#{number}"
        if len(line) > limit and not line.endswith(b"\n"):
            yield too_large(where, _rest(file, line), source.limits.article_mb)
        elif line.strip():
            yield _article(line.removesuffix(b"\n").removesuffix(b"\r"), where, source)
    if number == 0:
        yield reject("empty", path, b"", "holds nothing; take it out, or fetch it again")


def _rest(file: IO[bytes], line: bytes) -> str:
    """Pass over the rest of a line that is too long; the digest of all of it."""
    sums = hashlib.sha256(line)
    while not line.endswith(b"\n") and (line := file.readline(MEGABYTE)):
        sums.update(line)
    return sums.hexdigest()


def _article(line: bytes, where: str, source: Source) -> Raw | Reject:
    decoded = utf8(line, where)
    if isinstance(decoded, Reject):
        return decoded
    try:
        row: dict[str, Member] = members(decoded, 1 if decoded.startswith(BOM) else 0)
    except (ValueError, RecursionError) as error:
        return reject("bad-json", where, line, f"not a JSON object ({error}); repair or drop the line")
    for name in (source.column(TEXT), source.column(HTML)):
        if name in row and isinstance(row[name].value, str):
            row[name] = row[name]._replace(traced=traced(decoded, row[name]))
    return article(row, source, where=where, data=line, decoded=decoded, media_type="application/json")
