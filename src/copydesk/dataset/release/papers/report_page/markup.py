"""HTML that is safe to print data in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import orjson


def text(value: object) -> str:
    """``value`` as text, none of it markup."""
    return escape(str(value))


def count(value: int) -> str:
    """A count with thousands marked."""
    return f"{value:,}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table of cells that are HTML already; numbers stand to the right. It scrolls by itself on a narrow page."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    said = f"<caption>{caption}</caption>" if caption else ""
    inner = f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="group" aria-label="Table">{inner}</div>'


def _cell(cell: str) -> str:
    is_number = cell.replace(",", "").replace(".", "").replace("–", "").replace("%", "").strip().isdigit()
    return f'<td class="n">{cell}</td>' if is_number else f"<td>{cell}</td>"


def section(name: str, title: str, *parts: str) -> str:
    """A section that the contents link to."""
    return f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{title}</h2>{"".join(parts)}</section>'


def data(value: object) -> str:
    """JSON for a script element: nothing in it can close the element or start a comment."""
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return written.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
