"""Families with their evidence: a graph of the links, and aligned passages side by side with shared words marked.

In:  links with evidence, the texts of their articles.
Out: HTML. Where words are withheld, the places of the passages stand instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from copydesk.dataset.release.facts import Row
from copydesk.dataset.release.papers.report_page import plots
from copydesk.dataset.release.papers.report_page.markup import count, section, text
from copydesk.dataset.release.papers.summary import Summary

MOST_FAMILIES = 40
MOST_MEMBERS = 12  #: in a graph
MOST_LINKS = 6  #: with evidence, per family
MOST_PASSAGES = 3  #: per link
MOST_CHARS = 700  #: per passage
_WORD = re.compile(r"\w+|\W+")


def families(summary: Summary) -> str:
    """The largest families, each with graph and evidence."""
    shared = [(name, members) for name, members in summary.families.items() if len(members) > 1]
    shown = sorted(shared, key=lambda each: (-len(each[1]), each[0]))[:MOST_FAMILIES]
    links = _links(summary, {name for name, _ in shown})
    wanted = {end for found in links.values() for link in found for end in (link["a"], link["b"])}
    articles = _articles(summary, wanted | {article_id for _, members in shown for article_id in members})
    parts = [_family(name, members, links.get(name, []), articles) for name, members in shown]
    said = "1 family holds" if len(shared) == 1 else f"{count(len(shared))} families hold"
    note = f'<p class="note">{said} more than one article'
    note += f"; the {MOST_FAMILIES} largest are shown.</p>" if len(shared) > MOST_FAMILIES else ".</p>"
    return section("families", "Families", note, *parts)


def _links(summary: Summary, names: set[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for link in summary.facts.rows("families", only=names, column="family_id"):
        found.setdefault(link["family_id"], []).append(link)
    return {name: sorted(each, key=lambda link: (-link["score"], link["link_id"])) for name, each in found.items()}


def _articles(summary: Summary, wanted: set[str]) -> dict[str, Row]:
    columns = ["article_id", "title", "text", "publisher"]
    rows = summary.facts.rows("articles", columns=columns, only=wanted)
    return {row["article_id"]: row for row in rows}


def _family(name: str, whole: list[str], links: list[Row], articles: Mapping[str, Row]) -> str:
    members = whole[:MOST_MEMBERS]
    captions = {each: _caption(articles[each]) for each in members}
    own = set(whole)
    within = [link for link in links if link["a"] in own and link["b"] in own]
    edges = [
        (link["a"], link["b"], link["band"], link["score"])
        for link in within
        if link["a"] in captions and link["b"] in captions
    ]
    graph = plots.graph(f"Links in family {name}", captions, edges)
    evidence = "".join(_link(link, articles) for link in within[:MOST_LINKS])
    more = len(within) - MOST_LINKS, len(links) - len(within)
    notes = [f"{more[0]} more within the family"] * (more[0] > 0) + [f"{more[1]} to other families"] * (more[1] > 0)
    rest = f'<p class="note">Further links: {", ".join(notes)}.</p>' if notes else ""
    title = f"{text(name)}: {len(whole)} articles, {len(within)} link{'' if len(within) == 1 else 's'}"
    return f'<details class="family" open><summary>{title}</summary>{graph}{evidence}{rest}</details>'


def _caption(article: Row) -> str:
    words = article["publisher"]["name"] or article["publisher"]["domain"] or article["title"] or ""
    return f"{article['article_id'][4:10]} {words[:28]}".strip()


def _link(link: Row, articles: Mapping[str, Row]) -> str:
    a, b = articles[link["a"]], articles[link["b"]]
    facts = f"{link['band']}, score {link['score']:.3f}; {link['extent']}, {link['wording']}"
    if link["direction"]:
        facts += f"; {'the left from the right' if link['direction'] == 'a_from_b' else 'the right from the left'}"
    if link["decided_by"] == "people":
        facts += f"; decided by people: {link['reason']}"
    pairs = sorted(link["evidence"], key=lambda pair: (pair["a_start"] - pair["a_end"], pair["a_start"]))
    shown = sorted(pairs[:MOST_PASSAGES], key=lambda pair: int(pair["a_start"]))
    rows = "".join(_pair(pair, a["text"], b["text"]) for pair in shown)
    more = len(pairs) - len(shown)
    note = f'<p class="note">{more} more pairs of passages.</p>' if more > 0 else ""
    heads = f'<div class="head">{text(_caption(a))}</div><div class="head">{text(_caption(b))}</div>'
    return f'<div class="link"><p>{text(facts)}</p><div class="pair">{heads}{rows}</div>{note}</div>'


def _pair(pair: Row, a: str | None, b: str | None) -> str:
    if a is None or b is None:
        places = (f"{pair[f'{side}_start']} to {pair[f'{side}_end']}" for side in ("a", "b"))
        return "".join(f"<div>code points {place}; words withheld</div>" for place in places)
    left, right = (_passage(whole, pair[f"{side}_start"], pair[f"{side}_end"]) for whole, side in ((a, "a"), (b, "b")))
    marked = _marked(left, right)
    return "".join(f"<div>{side}</div>" for side in marked)


def _passage(whole: str, start: int, end: int) -> str:
    passage = whole[start:end]
    return passage if len(passage) <= MOST_CHARS else passage[:MOST_CHARS] + "…"


def _marked(left: str, right: str) -> tuple[str, str]:
    """Both passages with the words that they share in order marked."""
    a, b = _WORD.findall(left), _WORD.findall(right)
    matcher = SequenceMatcher(None, [word.casefold() for word in a], [word.casefold() for word in b], autojunk=False)
    blocks = matcher.get_matching_blocks()
    return (
        _mark(a, ((block.a, block.a + block.size) for block in blocks)),
        _mark(b, ((block.b, block.b + block.size) for block in blocks)),
    )


def _mark(words: list[str], shared: Iterable[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in shared:
        while start < end and not words[start].isalnum():
            start += 1
        while start < end and not words[end - 1].isalnum():
            end -= 1
        if not _telling(words[start:end]):
            continue
        parts += [text("".join(words[at:start])), f"<mark>{text(''.join(words[start:end]))}</mark>"]
        at = end
    return "".join([*parts, text("".join(words[at:]))])


def _telling(run: list[str]) -> bool:
    """Whether a shared run says anything: two words, or one of some length; not a lone "of"."""
    return sum(map(str.isalnum, run)) > 1 or any(len(word) > 3 for word in run)
