"""The family of every article: those that something ties to others are grouped, all others stand alone.

In:  articles on a shelf, the pairs that were found, people's word, the families that releases have fixed.
Out: :class:`Homes`, and which pairs are recorded as links. Articles that pairs tie are grouped some sets at a time;
     what people and releases speak of, all at once. Of all others a number is held each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset import parquet
from copydesk.dataset.articles import Array, Articles
from copydesk.dataset.components import labels
from copydesk.dataset.families.grouping import Grouping, SplitRecord, group, new_id
from copydesk.dataset.families.links import Found, Link
from copydesk.dataset.families.people import PeoplesWord
from copydesk.dataset.families.scores import band

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 16_384  #: families that are written at a time
TOGETHER = 8192  #: tied articles that are grouped at a time, about

Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Homes:
    """Where articles belong."""

    grouping: Grouping  #: of the articles that people or releases speak of, and those tied to them
    articles: Articles
    family: Array  #: the number in each one's family id
    aliases: Mapping[int, list[str]]  #: of families that have some
    recorded: Index  #: which of the pairs found are links; rising
    amended: Mapping[tuple[str, str], Link] = field(default_factory=dict)  #: what people made of some, or added

    def __len__(self) -> int:
        """Families, singles counted."""
        return len(np.unique(self.family))

    @property
    def n_links(self) -> int:
        """Pairs recorded, and what people added."""
        return len(self.recorded) + sum("number" not in link for link in self.amended.values())

    def of(self, rows: Array) -> list[str]:
        """The families of some articles."""
        return [_family_id(number) for number in self.family[rows].tolist()]

    def tables(self, schema: pa.Schema) -> Iterator[pa.Table]:
        """Family records, sorted by id, some at a time."""
        order = np.argsort(self.family, kind="stable")
        numbers, starts = np.unique(self.family[order], return_index=True)
        edges = [*starts.tolist(), len(order)]
        for first in range(0, max(1, len(numbers)), GROUP):
            some = zip(numbers[first : first + GROUP].tolist(), pairwise(edges[first : first + GROUP + 1]), strict=True)
            yield parquet.table((self._family(number, order[slice(*ends)]) for number, ends in some), schema)

    def _family(self, number: int, rows: Index) -> dict[str, Any]:
        members = [self.articles.article_id(row) for row in rows.tolist()]
        return {"family_id": _family_id(number), "members": members, "aliases": self.aliases.get(number, [])}

    def links(self, records: Iterable[Link]) -> Iterator[Link]:
        """Records of the pairs recorded, as people amended them, with what they added; sorted by (a, b)."""
        added = iter(sorted(self.amended.items()))
        pair, link = next(added, (None, None))
        for record in records:
            own = record["a"], record["b"]
            while pair is not None and link is not None and pair < own:
                yield link
                pair, link = next(added, (None, None))
            if pair == own and link is not None:
                record = record | {name: link[name] for name in _AMENDED}
                pair, link = next(added, (None, None))
            yield record
        if link is not None:
            yield link
        yield from (link for _, link in added)


_AMENDED = ("score", "band", "decided_by", "reason")


def settle(found: Found, *, word: PeoplesWord, released: Sequence[SplitRecord]) -> Homes:
    """Give every article its family. ``released``: records of dataset/splits.jsonl, oldest first."""
    articles = found.articles
    family = _numbers([new_id(articles.article_id(n)) for n in range(len(articles))])
    label = labels(len(articles), np.concatenate([found.pairs, _copies(articles)]))
    named = np.isin(label, label[_named(articles, family, word, released)])
    several = np.bincount(label, minlength=1)[label] > 1
    recorded = np.zeros(len(found.pairs), np.bool_)
    aliases = dict[int, list[str]]()
    grouping = None
    for rows, pairs, spoken_of in _parted(label, named, several, found.pairs):
        heads = _heads(articles, rows, word if spoken_of else PeoplesWord())
        links = [_link(found, articles, pair) for pair in pairs.tolist()]
        grouped = group(heads, links, word=word if spoken_of else PeoplesWord(), released=released if spoken_of else ())
        home = grouped.family_of()
        family[rows] = _numbers([home[articles.article_id(n)] for n in rows.tolist()])
        aliases |= {int(each["family_id"][4:], 16): each["aliases"] for each in grouped.families if each["aliases"]}
        recorded[[link["number"] for link in grouped.links if "number" in link]] = True
        grouping = grouped if spoken_of else grouping
    assert grouping is not None  # the last part
    amended = {(link["a"], link["b"]): link for link in grouping.links if link["decided_by"] == "people"}
    return Homes(grouping, articles, family, aliases, np.flatnonzero(recorded), amended)


def _copies(articles: Articles) -> Index:
    """Pairs of articles of one text."""
    _, first, at = np.unique(articles.texts, axis=0, return_index=True, return_inverse=True)
    return np.stack([first[at.reshape(-1)], np.arange(len(articles))], axis=1)


def _named(articles: Articles, family: Array, word: PeoplesWord, released: Sequence[SplitRecord]) -> Index:
    """The articles that people or releases speak of, and those whose own family's id one has already."""
    said = [article for ruling in (*word.joins, *word.parts) for article in ruling.articles]
    ids = {*said}.union(*(each["members"] for each in released))
    taken = {each["family_id"] for each in released}.union(*((each.family, each.to) for each in word.renames))
    named: Index = np.flatnonzero(
        np.isin(articles.ids, _numbers(sorted(ids))) | np.isin(family, _numbers(sorted(taken)))
    )
    return named


def _parted(label: Index, named: Flags, several: Flags, pairs: Index) -> Iterator[tuple[Index, Index, bool]]:
    """Articles to be grouped together, the pairs among them, by number, and whether someone speaks of them.

    Sets that hang together stay together; last come those that are spoken of, all at once.
    """
    rows = np.flatnonzero(several & ~named)
    rows = rows[np.argsort(label[rows], kind="stable")]
    order = np.argsort(label[pairs[:, 0]], kind="stable")
    of_row, of_pair = label[rows], label[pairs[order, 0]]
    first = 0
    while first < len(rows):
        last = of_row[min(first + TOGETHER, len(rows)) - 1]
        end = int(np.searchsorted(of_row, last, side="right"))
        some = order[np.searchsorted(of_pair, of_row[first]) : np.searchsorted(of_pair, last, side="right")]
        yield rows[first:end], np.sort(some[~named[pairs[some, 0]]]), False
        first = end
    yield np.flatnonzero(named), np.flatnonzero(named[pairs[:, 0]]), True


def _link(found: Found, articles: Articles, number: int) -> Link:
    """What grouping asks of a pair."""
    (a, b), score = found.pairs[number].tolist(), float(found.scores[number])
    ids = {"a": articles.article_id(a), "b": articles.article_id(b)}
    return ids | {"score": score, "band": band(score), "decided_by": "model", "number": number}


def _heads(articles: Articles, rows: Index, word: PeoplesWord) -> list[dict[str, Any]]:
    """Id and digest of articles; all of those that people speak of, between which a link may have to be made."""
    texts = articles.texts[rows].tolist()
    heads = [
        {"article_id": articles.article_id(n), "text_sha256": f"{high:016x}{low:016x}"}
        for n, (high, low) in zip(rows.tolist(), texts, strict=True)
    ]
    named = {article for ruling in (*word.joins, *word.parts) for article in ruling.articles}
    places = [n for n, head in enumerate(heads) if head["article_id"] in named]
    full = articles.take(rows[places]).records() if places else []
    for n, record in zip(places, full, strict=True):
        heads[n] = record | {"text_sha256": heads[n]["text_sha256"]}
    return heads


def _family_id(number: int) -> str:
    return f"fam-{number:016x}"


def _numbers(ids: Sequence[str]) -> Array:
    """The numbers in ids."""
    return np.array([int(each[4:], 16) for each in ids], np.uint64)
