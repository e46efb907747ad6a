"""Links for people: which to look at first, and two articles side by side with what they share marked.

In:  links and article records.
Out: lists of links; text on a console.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from rapidfuzz.distance import LCSseq
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copydesk.dataset.families import words as w
from copydesk.dataset.families.links import Article, Link
from copydesk.dataset.families.prints import letters

SHARED, REPLACED = "bold green", "yellow"


def review(links: Iterable[Link]) -> list[Link]:
    """The *possible* band that nobody has decided, most doubtful first."""
    doubtful = [link for link in links if link["band"] == "possible" and link["decided_by"] == "model"]
    return sorted(doubtful, key=lambda link: (abs(link["score"] - 0.5), link["a"], link["b"]))


def show_links(links: Iterable[Link], families: Sequence[Mapping[str, Any]], wanted: str | None = None) -> list[Link]:
    """The links of an article, of a family (by id or alias), or all; the strongest first."""
    inside: set[str] | None = None
    if wanted is not None:
        inside = {wanted}
        for family in families:
            if wanted == family["family_id"] or wanted in family["aliases"]:
                inside = set(family["members"])
    found = [link for link in links if inside is None or link["a"] in inside or link["b"] in inside]
    return sorted(found, key=lambda link: (-link["score"], link["a"], link["b"]))


def render_pair(a: Article, b: Article, link: Link | None, console: Console) -> None:
    """Print two articles side by side: what they share, and what stands in for what, marked."""
    if link is not None and link["a"] != a["article_id"]:
        a, b = b, a
    console.print(_summary(a, b, link))
    table = Table.grid(expand=True, padding=(0, 2))
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    for passages in (link or {"evidence": []})["evidence"]:
        left = a["text"][passages["a_start"] : passages["a_end"]]
        right = b["text"][passages["b_start"] : passages["b_end"]]
        ours, theirs = marked(left, right)
        table.add_row(
            _panel(ours, passages["a_start"], passages["a_end"]), _panel(theirs, passages["b_start"], passages["b_end"])
        )
    console.print(table if table.row_count else Text("no passages correspond"))


def _panel(text: Text, start: int, end: int) -> Panel:
    return Panel(text, title=f"{start}-{end}", title_align="left")


def _summary(a: Article, b: Article, link: Link | None) -> Group:
    names = Text(f"{a['article_id']}  {a['title'] or ''}\n{b['article_id']}  {b['title'] or ''}")
    if link is None:
        return Group(names, Text("no link: nothing suggests that one derives from the other", style="bold"))
    towards = {"a_from_b": "the first from the second", "b_from_a": "the second from the first"}.get(
        str(link["direction"])
    )
    extent = {"part": "a part of the second", "superset": "holds the second and more", "whole": "each covers the other"}
    said = [
        f"{link['band']} ({link['score']:.3f}, {'people' if link['decided_by'] == 'people' else 'model'})",
        f"{link['wording']} ({link['wording_confidence']:.2f})",
        f"{extent[link['extent']]} ({link['extent_confidence']:.2f})",
        f"derives {towards} ({link['direction_basis']})" if towards else "direction unknown",
        *([f"reason: {link['reason']}"] if link["reason"] else []),
    ]
    return Group(names, Text(" · ".join(said), style="bold"))


def marked(left: str, right: str) -> tuple[Text, Text]:
    """Two passages with the words they share in the same order marked, and those that stand in for one another."""
    read = [w.lexicon().read(text) for text in (left, right)]
    sides = [(words.hashes, spans) for words, spans, _ in read]
    texts = Text(left), Text(right)
    gap: list[tuple[Text, Any]] = []
    for code in LCSseq.opcodes(*(letters(hashes) for hashes, _ in sides)):
        ends = ((code.src_start, code.src_end), (code.dest_start, code.dest_end))
        changed = [(text, spans[slice(*end)]) for text, (_, spans), end in zip(texts, sides, ends, strict=True)]
        if code.tag == "equal":
            _stylize(gap)
            gap = []
            for text, spans in changed:
                _style(text, spans, SHARED)
        else:
            gap += changed
    _stylize(gap)
    return texts


def _stylize(gap: Sequence[tuple[Text, Any]]) -> None:
    """Mark a stretch where the texts differ, when each has words there."""
    with_words = {id(text) for text, spans in gap if len(spans)}
    if len(with_words) == 2:
        for text, spans in gap:
            _style(text, spans, REPLACED)


def _style(text: Text, spans: np.ndarray[Any, Any], style: str) -> None:
    for start, end in spans.tolist():
        text.stylize(style, start, end)
