"""Markdown that is safe to print data in, and the markers around what was computed.

In:  words of articles, names of people, numbers.
Out: table cells and blocks in which none of them is taken for markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def escape(value: object) -> str:
    """``value`` as text on one line, none of it markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(value).split()))


def code(value: object) -> str:
    """``value`` in a code span on one line."""
    text = " ".join(str(value).split()).replace("`", "'").replace("|", "\\|")
    return f"`{text}`" if text else ""


def number(value: float | int | None, digits: int = 3) -> str:
    """A count with thousands marked, a measure with ``digits`` decimals, or a dash."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"


def share(part: int, whole: int) -> str:
    """``part`` of ``whole`` as a count and a percentage."""
    return f"{part:,} of {whole:,} ({100 * part / whole:.1f} %)" if whole else f"{part:,} of 0"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; a sentence when it has no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return "None."
    return "\n".join([f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *lines])


def bullets(items: Iterable[str]) -> str:
    """A list of items that are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def computed(name: str, body: str) -> str:
    """A block that ``verify`` computes again: ``body`` between markers that carry its name."""
    return f"<!-- computed:{name} -->\n{body}\n<!-- /computed -->"


def prose(text: str) -> str:
    """What a person wrote, kept as Markdown, but unable to open or close a computed block or a heading."""
    safe = text.replace("<!--", "&lt;!--")
    return re.sub(r"^(\s{0,3})#", r"\1\\#", safe, flags=re.MULTILINE)
