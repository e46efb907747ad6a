"""Links for people: which to look at first, and two articles side by side with what they share marked.

In:  links, families and article records.
Out: lists of links; text on a console.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from rapidfuzz.distance import LCSseq
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copydesk.console import table
from copydesk.dataset.families import words as w
from copydesk.dataset.families.amended import LEAST
from copydesk.dataset.families.links import Article, Link
from copydesk.dataset.families.prints import letters

SHARED, REPLACED = "bold green", "yellow underline"  # told apart without colours, too
SIDES = 60  #: columns of a terminal from which two passages stand side by side


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


def render_pair(
    a: Article,
    b: Article,
    link: Link | None,
    score: float | None,
    console: Console,
    removed: Collection[str] = (),
) -> None:
    """Print two articles side by side: what they share, and what stands in for what, marked.

    ``score``: what the model gives a pair of which no link is recorded; ``link`` is then what it would be, if any.
    """
    if link is not None and link["a"] != a["article_id"]:
        a, b = b, a
    console.print(Group(*(_headed(each, removed) for each in (a, b)), _summary(a, b, link, score)))
    beside = console.width >= SIDES
    sides = Table.grid(expand=True, padding=(0, 2 if beside else 0))
    for _ in range(2 if beside else 1):
        sides.add_column(ratio=1)
    for passages in (link or {"evidence": []})["evidence"]:
        left = a["text"][passages["a_start"] : passages["a_end"]]
        right = b["text"][passages["b_start"] : passages["b_end"]]
        ours, theirs = marked(left, right)
        panels = [_panel(words, passages, side) for words, side in ((ours, "first"), (theirs, "second"))]
        for row in [panels] if beside else [[panel] for panel in panels]:
            sides.add_row(*row)
    console.print(sides if sides.row_count else Text("no passages correspond"))


def render_families(
    families: Iterable[Mapping[str, Any]],
    links: Iterable[Link],
    articles: Mapping[str, Article],
    console: Console,
    removed: Collection[str] = (),
) -> None:
    """Print families of several articles, how many stand alone, and the links."""
    alone = 0
    for family in families:
        if len(family["members"]) == 1:
            alone += 1
            continue
        members = (_headed(articles[member], removed) for member in family["members"])
        console.print(Group(f"{family['family_id']}: {len(family['members'])} articles", *members))
    if alone:
        console.print(f"{alone} {'article stands' if alone == 1 else 'articles stand'} alone")
    rows = [(each["a"], each["b"], ", ".join([each["band"], *_relation(each)]), each["score"]) for each in links]
    if rows:
        table(console, ("a", "b", "link", "score"), rows)


def render_review(
    links: Sequence[Link], articles: Mapping[str, Article], console: Console, removed: Collection[str] = ()
) -> None:
    """Print the links in doubt, each with its two articles, and how to decide."""
    for link in links:
        a, b = articles[link["a"]], articles[link["b"]]
        kin = ["in one family through others"] if a["family_id"] == b["family_id"] else []
        console.print(Text(f"{link['score']:.3f}  {', '.join([*_relation(link), *kin])}", style="bold"))
        console.print(Group(_headed(a, removed), _headed(b, removed)))
    console.print(f"{len(links)} {'link' if len(links) == 1 else 'links'} in doubt")
    if links:
        console.print("`copydesk families A B` shows a pair; dataset/families.toml joins or parts it")


def _headed(article: Article, removed: Collection[str]) -> Text:
    """Id and headline, or how it begins, on one line."""
    begins = article["title"] or article["text"][:200]
    mark = "(removed) " if article["article_id"] in removed else ""
    line = f"  {article['article_id']}  {mark}{' '.join(begins.split())}"
    return Text(line, no_wrap=True, overflow="ellipsis")


def _relation(link: Link) -> list[str]:
    """Wording, extent and direction of a link in words."""
    extent = {"part": "a is part of b", "superset": "b is part of a"}.get(str(link["extent"]))
    towards = {"a_from_b": "a from b", "b_from_a": "b from a"}.get(str(link["direction"]))
    wording = link["wording"] if link["wording_confidence"] else None
    by = "by people" if link["decided_by"] == "people" else None
    return [each for each in (wording, extent, towards, by) if each]


def _panel(text: Text, passages: Mapping[str, int], side: str) -> Panel:
    text.overflow = "fold"  # a word too long for the line goes on in the next
    start, end = (passages[f"{'a' if side == 'first' else 'b'}_{what}"] for what in ("start", "end"))
    return Panel(text, title=f"{side} {start}-{end}", title_align="left")


def _summary(a: Article, b: Article, link: Link | None, score: float | None) -> Text:
    """A link in one line; for a pair of which none is recorded, why."""
    said = [] if score is None else [f"no link ({score:.3f}, model): {_why_none(a, b, score)}"]
    if link is not None:
        by = "people" if link["decided_by"] == "people" else "model"
        said = [*(said or [f"{link['band']} ({link['score']:.3f}, {by})"]), *_claims(link)]
    return Text(" · ".join(said), style="bold")


def _claims(link: Link) -> list[str]:
    """What a link says, each with its confidence or basis."""
    towards = {"a_from_b": "the first from the second", "b_from_a": "the second from the first"}.get(
        str(link["direction"])
    )
    extent = {"part": "a part of the second", "superset": "holds the second and more", "whole": "each covers the other"}
    return [
        *([f"{link['wording']} ({link['wording_confidence']:.2f})"] if link["wording_confidence"] else []),
        *([f"{extent[link['extent']]} ({link['extent_confidence']:.2f})"] if link["extent_confidence"] else []),
        f"derives {towards} ({link['direction_basis']})" if towards else "direction unknown",
        *([f"reason: {link['reason']}"] if link["reason"] else []),
    ]


def _why_none(a: Article, b: Article, score: float) -> str:
    """Why no link of a pair is recorded."""
    if a["text"] == b["text"]:
        return "copies of one text are linked with the first of them"
    if a["family_id"] == b["family_id"]:
        return "of one family through others"
    return "other articles are closer to each" if score >= LEAST else "nothing suggests a derivation"


def marked(left: str, right: str) -> tuple[Text, Text]:
    """Two passages with the words they share in the same order marked, and those that stand in for one another."""
    read = [w.lexicon().read([text]) for text in (left, right)]
    sides = [(words.hashes, np.stack([words.begin, words.end], axis=1)) for words in read]
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
