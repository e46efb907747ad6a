"""One pass over all rows of a release, article by article.

In:  shards whose rows stand in the order of ``article_id``.
Out: a :class:`Bundle` per article: its row, and every row of the other configs that is about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from copydesk.dataset.release.facts import ReleaseFacts, column_about

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a release says about one article."""

    split: str
    article: Row | None  #: None where rows are about an article that this split does not have
    rows: dict[str, list[Row]]  #: by config, ``articles`` too
    answers: list[Row] = field(default_factory=list)  #: those of ``annotations``, their value read, once it was

    @property
    def article_id(self) -> str:
        return about(*next((config, row) for config, found in self.rows.items() for row in found))

    def all_rows(self) -> Iterator[tuple[str, Row]]:
        for config, found in self.rows.items():
            for row in found:
                yield config, row


def about(config: str, row: Row) -> str:
    """The article that a row is about; a link belongs to its ``a``."""
    return str(row[column_about(config)])


def walk(facts: ReleaseFacts) -> Iterator[Bundle]:
    """Bundles split by split. Rows out of order come in a bundle of their own, without their article."""
    for split in {split: None for counts in facts.counts.values() for split in counts}:
        streams = [_Stream(config, facts.runs(config, split)) for config in facts.configs]
        while waiting := [stream.article_id for stream in streams if stream.article_id is not None]:
            yield _bundle(split, min(waiting), streams)


def _bundle(split: str, article_id: str, streams: Iterable[_Stream]) -> Bundle:
    rows = {stream.config: stream.take() for stream in streams if stream.article_id == article_id}
    article = next(iter(rows.get("articles", ())), None)
    return Bundle(split, article, rows)


class _Stream:
    """Rows of one config and split, an article's worth at a time."""

    def __init__(self, config: str, runs: Iterable[Iterator[Row]]) -> None:
        self.config = config
        column = itemgetter(column_about(config))
        self._groups = groupby(merge(*runs, key=column), column)
        self._step()

    def _step(self) -> None:
        key, group = next(self._groups, (None, iter(())))
        self.article_id = key
        self._rows = list(group)

    def take(self) -> list[Row]:
        rows = self._rows
        self._step()
        return rows
