"""What can be told of each block of a page without reading it: numbers by name, those that are 0 left out.

In:  a page, and which of its blocks a library took for the article.
Out: one ``dict`` for each block that may be the article's; the weights in ``blocks.json`` are by these names.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from copydesk.dataset.ingest.html.elements import Element
from copydesk.dataset.ingest.html.page import Page
from copydesk.dataset.ingest.rules.scrape import ends, is_prose, is_title_case
from copydesk.spans import Span

Signals = dict[str, float]
_HOLDING = "article main aside nav footer header form figure figcaption table blockquote button h1 h2 h3 h4 ul ol"
_TAGS = frozenset(_HOLDING.split())
_OWN = frozenset(["p", "div", "li", "td", "h2", "h3", "h4", "section", "article"])
_WORDS = """the of and to in a that is was for it with as on be at by this have from or he she his her they their we you
i not are but had has were which an its will who one about there been can if more when so no all out up"""
_COMMON = frozenset(_WORDS.split())
_ADDRESSING = frozenset(["you", "your", "our", "we", "us"])
TOLD = 400  #: letters that a whole body has at least
NEAR = 4  #: blocks on either side that are looked at


class _Place:
    """One block, its words and the elements around it."""

    __slots__ = ("linked", "path", "prose", "text")

    def __init__(self, text: str, n_linked: int, inside: Element) -> None:
        self.text, self.path = text, inside.path()
        self.linked = min(1.0, n_linked / max(1, len(text)))
        self.prose = len(text) * (1 - self.linked) if self.linked < 0.5 and is_prose(text) else 0.0


def blocks(page: Page) -> list[Span]:
    """Where each block stands in the page's text."""
    ends = [block.start - 1 for block in page.blocks[1:]] + [len(page.text.text.rstrip("\n"))]
    return [Span(block.start, max(end, block.start + 1)) for block, end in zip(page.blocks, ends, strict=True)]


def read(page: Page, chosen: Sequence[bool], told: str = "") -> list[Signals | None]:
    """The signals of each block of ``page``; None far from all that the library took and from all prose.

    ``chosen``: whether the library took a block; ``told``: the body that structured data hold.
    """
    spans = blocks(page)
    places = [
        _Place(page.text.text[span.start : span.end], block.n_linked, block.inside)
        for span, block in zip(spans, page.blocks, strict=True)
    ]
    seeds = [n for n, place in enumerate(places) if chosen[n] or place.prose]
    near = {at for n in seeds for at in range(max(0, n - NEAR), min(len(places), n + NEAR + 1))}
    rows: list[Signals] = [{**_words(each), **_tags(each)} if n in near else {} for n, each in enumerate(places)]
    _containers(places, rows)
    _company(places, rows, chosen)
    _told(places, rows, told)
    heading = page.headings[0] if page.headings else len(page.text.text)
    seen = set[str]()
    for n, (place, row) in enumerate(zip(places, rows, strict=True)):
        row["chosen"] = float(chosen[n])
        row["after heading"] = float(spans[n].start > heading)
        row["repeated"] = float(place.text in seen)
        seen.add(place.text)
    return [_with_neighbours(rows, n) if n in near else None for n in range(len(rows))]


def _words(place: _Place) -> Signals:
    text, words = place.text, place.text.lower().split()
    n_words = len(words) or 1
    return {
        "words": math.log1p(n_words),
        "linked": place.linked,
        "ends": float(ends(text)),
        "title case": float(is_title_case(text)),
        "prose": float(place.prose > 0),
        "common": sum(map(_COMMON.__contains__, words)) / n_words,
        "addressing": sum(map(_ADDRESSING.__contains__, words)) / n_words,
        "digits": sum(map(str.isdigit, text)) / len(text),
        "capitals": sum(map(str.isupper, text)) / len(text),
        "copyright": float("©" in text),
        "colon": float(text.endswith(":")),
        "bar": float("|" in text),
        "small start": float(text[0].islower()),
    }


def _tags(place: _Place) -> Signals:
    found = {f"own {place.path[0].tag}": 1.0} if place.path and place.path[0].tag in _OWN else {}
    for n, element in enumerate(place.path):
        if element.tag in _TAGS:
            found[f"in {element.tag}"] = 1.0
        for sign in element.signs:
            found[f"sign {sign}"] = 1.0
            if n < 2:
                found[f"near sign {sign}"] = 1.0
    return found


def _containers(places: list[_Place], rows: list[Signals]) -> None:
    """How much of the page's prose stands in the elements around each block, and where the most of it stands."""
    held, direct = defaultdict[Element, float](float), defaultdict[Element, float](float)
    for place in filter(_has_prose, places):
        for element in place.path:
            held[element] += place.prose
        for element, share in zip(place.path[1:3], (1.0, 0.5), strict=False):
            direct[element] += share * place.prose
    total = sum(place.prose for place in places) or 1.0
    top = max(direct, key=direct.__getitem__, default=None)
    is_in = [top is not None and top in place.path for place in places]
    within = [n for n, place in enumerate(places) if is_in[n] and place.prose]
    first, last = (within[0], within[-1]) if within else (0, len(places))
    for n, (place, row) in enumerate(zip(places, rows, strict=True)):
        for name, element in zip(("parent", "second", "third"), place.path, strict=False):
            row[f"prose in {name}"] = held[element] / total
        row["in top"] = float(is_in[n])
        row["inside"] = float(first <= n <= last)
        row["before"], row["behind"] = max(0, first - n) / 10, min(5.0, max(0, n - last) / 10)


def _has_prose(place: _Place) -> bool:
    return place.prose > 0


def _company(places: list[_Place], rows: list[Signals], chosen: Sequence[bool]) -> None:
    """How much of the words in the elements around a block the library took."""
    taken, held = defaultdict[Element, float](float), defaultdict[Element, float](float)
    for place, is_chosen in zip(places, chosen, strict=True):
        for element in place.path[:3]:
            held[element] += len(place.text)
            taken[element] += len(place.text) * is_chosen
    for place, row in zip(places, rows, strict=True):
        for name, element in zip(("parent", "second", "third"), place.path, strict=False):
            row[f"chosen in {name}"] = taken[element] / held[element]


def _told(places: list[_Place], rows: list[Signals], told: str) -> None:
    """Whether structured data's body, where there is a whole one, holds the block's words."""
    letters = _letters(told)
    if len(letters) < TOLD:
        return
    for place, row in zip(places, rows, strict=True):
        row["told" if _letters(place.text) in letters else "untold"] = 1.0


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _with_neighbours(rows: list[Signals], n: int) -> Signals:
    near = rows[max(0, n - NEAR) : n + NEAR + 1]
    row = {**rows[n], "chosen around": sum(other["chosen"] for other in near) / len(near)}
    for name, at in (("above", n - 1), ("below", n + 1), ("two above", n - 2), ("two below", n + 2)):
        if 0 <= at < len(rows):
            for signal in ("chosen", "prose", "linked", "in top", "words"):
                row[f"{signal} {name}"] = rows[at].get(signal, 0.0)
    return row
