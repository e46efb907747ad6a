"""What the verb ``families`` answers: the families and links of a build, of one article, or of a pair.

In:  the build, and up to two ids (of articles, or one of a family).
Out: a frozen :class:`Seen`. The build's files are read a few rows at a time; of articles just what is shown is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copydesk.dataset import removals
from copydesk.dataset.families.amended import LEAST, compared
from copydesk.dataset.families.links import COLUMNS, link_of
from copydesk.dataset.families.showing import review as doubtful
from copydesk.dataset.families.showing import show_links
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError
from copydesk.project import Project

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
BEGINNING = 200  #: code points of a text that stand for it where it has no title


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
    articles: Mapping[str, Row]  #: those that are shown: id, title, family and text, or how it begins
    pair: tuple[str, str] | None
    review: bool
    removed: Collection[str]  #: articles of these families that are in no later release
    score: float | None = None  #: of a pair without a link
    likely: Row | None = None  #: the link it would have, where the pair is at least possible

    def as_json(self) -> Row:
        """Families and links, what is removed of the articles; of a pair without a link what the model says of it."""
        shown = {"families": self.families, "links": self.links, "removed": sorted(self.removed)}
        return shown if self.score is None else shown | {"unlinked": {"score": self.score, "link": self.likely}}


def look(project: Project, ids: Sequence[str], *, review: bool) -> Seen:
    """Answer for everything, one id, or a pair of articles. Raises NotBuilt, UnknownArticle, CopydeskError."""
    if len(ids) > 2:
        raise CopydeskError(f"{len(ids)} ids were named", "name none, one, or a pair")
    store = Store(project)
    families = list(_families(store, ids)) if ids else store.families()
    for wanted in ids:
        if not any(_named(family, wanted) or wanted in family["members"] for family in families):
            raise UnknownArticle(wanted)
    if len(ids) == 2:
        return _pair(store, (ids[0], ids[1]), families, _gone(project, families))
    of = {*ids}.union(*(family["members"] for family in families if ids and _named(family, ids[0])))
    links = list(_links(store, of)) if ids else store.links()
    found = show_links(doubtful(links) if review else links, families, ids[0] if ids else None)
    shown = {each for link in found for each in (link["a"], link["b"])} if review else _together(families)
    return Seen(
        sorted(families, key=lambda each: -len(each["members"])),
        doubtful(found) if review else found,
        _articles(store, shown, BEGINNING),
        None,
        review,
        _gone(project, families),
    )


def _pair(store: Store, pair: tuple[str, str], families: list[Row], gone: Collection[str]) -> Seen:
    """Two articles, with what the model says of them where no link is recorded."""
    articles = _articles(store, {*pair})
    if len(articles) < 2:
        raise CopydeskError("a pair is two different articles", "name two ids that begin with art-")
    found = [link for link in _links(store, pair) if {link["a"], link["b"]} == {*pair}]
    if found:
        return Seen(families, found, articles, pair, False, gone)
    [score] = compared(articles, [pair]).values()
    likely = link_of(articles[pair[0]], articles[pair[1]], score) if score >= LEAST else None
    return Seen(families, found, articles, pair, False, gone, score, likely)


def _gone(project: Project, families: Iterable[Row]) -> set[str]:
    """The articles of these families that were removed."""
    gone = {removal["article_id"] for removal in removals.read(project)}
    return {member for family in families for member in gone.intersection(family["members"])} if gone else gone


def _families(store: Store, ids: Collection[str]) -> Iterator[Row]:
    """The families that have one of these ids, or an article that has."""
    for batch in store.batches("families"):
        columns = [batch.column("family_id"), *(batch.column(name).flatten() for name in ("members", "aliases"))]
        if any(_among(column, ids).true_count for column in columns):
            rows = batch.to_pylist()
            yield from (row for row in rows if {*ids} & {row["family_id"], *row["members"], *row["aliases"]})


def _links(store: Store, ids: Collection[str]) -> Iterator[Row]:
    """The links of some articles."""
    import pyarrow.compute as pc

    for batch in store.batches("links"):
        yield from batch.filter(pc.or_(*(_among(batch.column(side), ids) for side in ("a", "b")))).to_pylist()


def _together(families: Iterable[Row]) -> set[str]:
    """The articles of families of several."""
    return {member for family in families if len(family["members"]) > 1 for member in family["members"]}


def _articles(store: Store, wanted: Collection[str], most: int | None = None) -> dict[str, Row]:
    """What is shown of some articles; ``most``: of their texts, in code points."""
    import pyarrow.compute as pc

    columns = ["title", "family_id", *((*COLUMNS, "agency") if most is None else ("article_id", "text"))]
    found = dict[str, Row]()
    for batch in store.batches("articles", columns) if wanted else ():
        some = batch.filter(_among(batch.column("article_id"), wanted))
        if most is not None:
            at = some.schema.get_field_index("text")
            some = some.set_column(at, "text", pc.utf8_slice_codeunits(some.column(at), 0, most))
        found |= {row["article_id"]: row for row in some.to_pylist()}
    return found


def _among(ids: pa.Array, wanted: Collection[str]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(ids, pa.array(sorted(wanted), ids.type))


def _named(family: Row, wanted: str) -> bool:
    return wanted == family["family_id"] or wanted in family["aliases"]
