"""What the verb ``families`` answers: the families and links of a build, of one article, or of a pair.

In:  the build, and up to two ids (of articles, or one of a family).
Out: a frozen :class:`Seen`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.dataset.families.links import score_of
from copydesk.dataset.families.showing import review as doubtful
from copydesk.dataset.families.showing import show_links
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError
from copydesk.project import Project

Row = dict[str, Any]


class UnknownArticle(CopydeskError):
    """No article or family has this id."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        super().__init__(f"no article or family {wanted!r} in the build", "`copydesk --json families` lists the ids")


@dataclass(frozen=True, slots=True)
class Seen:
    """Families, strongest first by size, their links, and the pair where two articles were named."""

    families: list[Row]
    links: list[Row]
    articles: Mapping[str, Row]
    pair: tuple[str, str] | None
    review: bool
    score: float | None = None  #: of a pair without a link

    def as_json(self) -> Row:
        return {"families": self.families, "links": self.links}


def look(project: Project, ids: Sequence[str], *, review: bool) -> Seen:
    """Answer for everything, one id, or a pair of articles. Raises NotBuilt, UnknownArticle, CopydeskError."""
    if len(ids) > 2:
        raise CopydeskError(f"{len(ids)} ids were named", "name none, one, or a pair")
    store = Store(project)
    families, links, articles = store.families(), store.links(), store.by_id
    for wanted in ids:
        if wanted not in articles and not any(_named(family, wanted) for family in families):
            raise UnknownArticle(wanted)
    if len(ids) == 2:
        return _pair((ids[0], ids[1]), families, links, articles)
    found = show_links(doubtful(links) if review else links, families, ids[0] if ids else None)
    shown = [family for family in families if not ids or _named(family, ids[0]) or ids[0] in family["members"]]
    return Seen(
        sorted(shown, key=lambda each: -len(each["members"])),
        doubtful(found) if review else found,
        articles,
        None,
        review,
    )


def _pair(pair: tuple[str, str], families: Sequence[Row], links: Sequence[Row], articles: Mapping[str, Row]) -> Seen:
    """Two articles, with what the model says of them where no link is recorded."""
    if len({*pair} & articles.keys()) < 2:
        raise CopydeskError("a pair is two different articles", "name two ids that begin with art-")
    shown = [family for family in families if {*pair} & {*family["members"]}]
    found = [link for link in links if {link["a"], link["b"]} == {*pair}]
    score = None if found else score_of(*(articles[each]["text"] for each in pair))
    return Seen(shown, found, articles, pair, False, score)


def _named(family: Row, wanted: str) -> bool:
    return wanted == family["family_id"] or wanted in family["aliases"]
