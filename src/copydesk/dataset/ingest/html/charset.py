"""Bytes of a web page to text: what decodes strictly wins over what a label claims."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]+)", re.IGNORECASE)
# What browsers take these labels for (WHATWG Encoding): pages written on Windows name the standard's subset.
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-9": "cp1254"}
# Codecs of Python that are no encoding of pages: what they make of bytes need not be text.
_NONE = frozenset(["unicode-escape", "raw-unicode-escape", "punycode", "idna", "utf-7", "undefined", "charmap"])
ALMOST = 4  #: letters that UTF-8 explains, for each byte that it does not, and it is UTF-8 with damage
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, the codec that its bytes go back with, and whether characters were lost."""

    text: str
    encoding: str
    is_repaired: bool


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """The text of a page.

    Order: byte order mark, UTF-8 where it fits or all but fits, header, meta, detection, UTF-8 with losses.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data, encoding) or Decoded(data.decode(encoding, "replace"), encoding, True)
    header = _HEADER.search(content_type or "")
    meta = _META.search(data, 0, 4096)
    labels = [header[1] if header else None, meta[1].decode("ascii") if meta else None]
    if b"\x1b" in data:  # escape sequences: ISO-2022 looks like ASCII
        labels.append("utf-8")
    elif decoded := _strict(data, "utf-8") or _damaged(data):
        return decoded
    if meta and _codec(meta[1].decode("ascii")).startswith(("utf-16", "utf-32")):
        labels[1] = None  # it was read as ASCII, so the page is in neither
    for label in labels:
        if label and (decoded := _strict(data, _codec(label))):
            return decoded
    return _detected(data)


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    return "" if name.replace("_", "-") in _NONE else _WIDER.get(name, name)


def _strict(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding, False) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 of which some bytes are lost; None when it is something else, which UTF-8 hardly ever explains."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd") - data.count("\ufffd".encode())
    explained = len(text) - len(text.encode("ascii", "ignore")) - lost
    return Decoded(text, "utf-8", True) if explained >= ALMOST * lost else None


def _detected(data: bytes) -> Decoded:
    from turbohtml.detect import detect

    found = detect(_META.sub(b"", data[:200_000])).encoding  # its own label was tried, and is wrong
    decoded = _strict(data, _codec(found)) if found else None
    return decoded or Decoded(data.decode("utf-8", "replace"), "utf-8", True)
