"""The family of every article: those that something ties to others are grouped, all others stand alone.

In:  articles on a shelf, links, people's word, the families that releases have fixed.
Out: :class:`Homes`. Most articles of a large corpus are singles; what is held of one is two numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset import parquet
from copydesk.dataset.articles import Array, Articles
from copydesk.dataset.families.grouping import Grouping, SplitRecord, group, new_id
from copydesk.dataset.families.links import Link
from copydesk.dataset.families.people import PeoplesWord

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 16_384  #: families that are written at a time


@dataclass(frozen=True, slots=True)
class Homes:
    """Where articles belong."""

    grouping: Grouping  #: of the articles that something ties to others
    articles: Articles
    family: Array  #: the number in each one's family id
    single: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Families, singles counted."""
        return len(self.grouping.families) + int(self.single.sum())

    def of(self, rows: Array) -> list[str]:
        """The families of some articles."""
        return [f"fam-{number:016x}" for number in self.family[rows].tolist()]

    def tables(self, schema: pa.Schema) -> Iterator[pa.Table]:
        """Family records, sorted by id, some at a time."""
        grouped, alone = self.grouping.families, np.flatnonzero(self.single)
        numbers = np.concatenate([_numbers([each["family_id"] for each in grouped]), self.family[alone]])
        order = np.argsort(numbers, kind="stable")
        for first in range(0, max(1, len(order)), GROUP):
            places = order[first : first + GROUP].tolist()
            yield parquet.table(
                (grouped[n] if n < len(grouped) else self._alone(int(alone[n - len(grouped)])) for n in places), schema
            )

    def _alone(self, row: int) -> dict[str, Any]:
        members = [self.articles.article_id(row)]
        return {"family_id": f"fam-{int(self.family[row]):016x}", "members": members, "aliases": []}


def settle(articles: Articles, links: Sequence[Link], *, word: PeoplesWord, released: Sequence[SplitRecord]) -> Homes:
    """Give every article its family. ``released``: records of dataset/splits.jsonl, oldest first."""
    own = _numbers([new_id(articles.article_id(n)) for n in range(len(articles))])
    named = [a for ruling in (*word.joins, *word.parts) for a in ruling.articles]
    tied = {a for link in links for a in (link["a"], link["b"])}.union(named, *(each["members"] for each in released))
    taken = {each["family_id"] for each in released}.union(*((each.family, each.to) for each in word.renames))
    is_tied = np.isin(articles.ids, _numbers(sorted(tied))) | np.isin(own, _numbers(sorted(taken)))
    _, at, count = np.unique(articles.texts, axis=0, return_inverse=True, return_counts=True)
    is_tied |= count[at.reshape(-1)] > 1
    rows = np.flatnonzero(is_tied)
    grouping = group(_heads(articles.take(rows), word), links, word=word, released=released)
    home = grouping.family_of()
    family = own.copy()
    family[rows] = _numbers([home[articles.article_id(n)] for n in rows.tolist()])
    return Homes(grouping, articles, family, ~is_tied)


def _heads(articles: Articles, word: PeoplesWord) -> list[dict[str, Any]]:
    """Id and digest of every article; all of those that people join, between which a link may have to be made."""
    heads = articles.records(("article_id", "text_sha256")) if len(articles) else []
    named = {article for ruling in word.joins for article in ruling.articles}
    rows = [n for n, head in enumerate(heads) if head["article_id"] in named]
    for n, record in zip(rows, articles.take(np.array(rows, np.int64)).records(), strict=True):
        heads[n] = record
    return heads


def _numbers(ids: Sequence[str]) -> Array:
    """The numbers in ids."""
    return np.array([int(each[4:], 16) for each in ids], np.uint64)
