"""Which article a raw input is: an id that survives edits of its text.

The article's own address where the container or page states one; else the source's own id; else the source's name and
the path. An address that a text merely names as its source does not make identity: two rewrites of one story may
both name it, and they are two articles.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from copydesk.dataset.ingest.raw import Raw
from copydesk.files import digest

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ncid|cmpid|smid|ocid|ref_src|__twitter_impression"
)
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)


def canonical(address: str | None) -> str | None:
    """A web address without what varies between visits; None when it is none."""
    if not address or not _ADDRESS.fullmatch(address.strip()):
        return None
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if not host:
        return None
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), place, parts.path or "/", _query(parts.query), ""))


def _query(query: str) -> str:
    """What a page is asked for, tracking aside; as it stands where there is none of it."""
    said = parse_qsl(query, True) if query else []
    asked = [(key, value) for key, value in said if not _TRACKING.fullmatch(key.lower())]
    return urlencode(asked) if len(asked) != len(said) else query


def domain(address: str) -> str | None:
    """The host of a web address without ``www.``."""
    host = (urlsplit(address).hostname or "").lower().removeprefix("www.")
    return host if re.fullmatch(r"[a-z0-9.-]+", host) else None


def article_id(source: str, raw: Raw, address: str | None) -> str:
    """The article's id; ``address`` is its own canonical one, where it is known."""
    if address:
        host_and_path = address.split("://", 1)[1]  # http and https serve the same article
        return f"art-{digest(['url', host_and_path], 16)}"
    if raw.identity is not None:
        return f"art-{digest(['id', source, raw.identity], 16)}"
    return f"art-{digest(['path', source, raw.path], 16)}"
