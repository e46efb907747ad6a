"""People's word on families: ``dataset/families.toml``, which wins over the model.

In:  tables ``[[join]]`` and ``[[part]]`` (``articles``, ``reason``), ``[[rename]]`` (``family``, ``to``, ``reason``).
Out: a frozen :class:`PeoplesWord`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from copydesk import toml
from copydesk.errors import BadConfig
from copydesk.project import Project

FILE = "families.toml"
_ARTICLE, _FAMILY = re.compile(r"art-[0-9a-f]{16}"), re.compile(r"fam-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Ruling:
    """Articles that are of one family, or of as many families as there are articles, and why."""

    articles: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A family that gets another id, and why. The old id becomes an alias."""

    family: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeoplesWord:
    """What people said of families."""

    joins: tuple[Ruling, ...] = ()
    parts: tuple[Ruling, ...] = ()
    renames: tuple[Rename, ...] = ()

    @classmethod
    def load(cls, project: Project) -> PeoplesWord:
        """The word in ``dataset/families.toml``; none when the file is absent. Raises BadConfig, UnknownKey."""
        path = project.dataset / FILE
        if not path.exists():
            return cls()
        return cls.read(toml.Reader(toml.read(path), f"dataset/{FILE}"))

    @classmethod
    def read(cls, table: toml.Reader) -> PeoplesWord:
        """The word in a TOML table. Raises BadConfig for a bad id, a missing reason, a join that is also parted."""
        word = cls(
            tuple(_ruling(row) for row in table.tables("join")),
            tuple(_ruling(row) for row in table.tables("part")),
            tuple(_rename(row) for row in table.tables("rename")),
        )
        table.close()
        word._check()
        return word

    def joined(self) -> Iterator[tuple[str, str, str]]:
        """Pairs to be joined, smaller id first, with the reason."""
        for ruling in self.joins:
            yield from ((a, b, ruling.reason) for a, b in pairwise(sorted(ruling.articles)))

    def parted(self) -> dict[tuple[str, str], str]:
        """Pairs to be kept apart, smaller id first, with the reason."""
        return {pair: ruling.reason for ruling in self.parts for pair in combinations(sorted(ruling.articles), 2)}

    def unknown(self, articles: Iterable[str]) -> list[str]:
        """Ids in the word that are no article of the corpus, sorted."""
        known = set(articles)
        return sorted({each for ruling in (*self.joins, *self.parts) for each in ruling.articles} - known)

    def _check(self) -> None:
        leader: dict[str, str] = {}
        for ruling in self.joins:
            roots = {root(leader, each) for each in ruling.articles}
            leader |= dict.fromkeys(roots, min(roots))
        for a, b in self.parted():
            if root(leader, a) == root(leader, b):
                raise BadConfig(f"dataset/{FILE}", f"{a} and {b} are both joined and parted", "drop one of the two")
        for said, ids in (
            ("is renamed twice", [each.family for each in self.renames]),
            ("is the new id of two families", [each.to for each in self.renames]),
        ):
            if twice := next((each for each, n in Counter(ids).items() if n > 1), None):
                raise BadConfig(f"dataset/{FILE} [[rename]]", f"{twice} {said}", "drop one of the two")


def root(leader: Mapping[str, str], article: str) -> str:
    """What stands for all that was put together with this one."""
    while leader.get(article, article) != article:
        article = leader[article]
    return article


def _ruling(row: toml.Reader) -> Ruling:
    ruling = Ruling(row.strings("articles"), _reason(row))
    row.close()
    if len(set(ruling.articles)) < 2:
        raise BadConfig(row.where, "names fewer than two different articles")
    for article, times in Counter(ruling.articles).items():
        _expect(_ARTICLE, article, "article id (art- and 16 hex digits)", row.where)
        if times > 1:
            raise BadConfig(row.where, f"names {article} {times} times", "name it once, or the one that was meant")
    return ruling


def _rename(row: toml.Reader) -> Rename:
    rename = Rename(row.take("family", str), row.take("to", str), _reason(row))
    row.close()
    for family in (rename.family, rename.to):
        _expect(_FAMILY, family, "family id (fam- and 16 hex digits)", row.where)
    if rename.family == rename.to:
        raise BadConfig(row.where, f"{rename.to} is its own new id", "drop the entry")
    return rename


def _reason(row: toml.Reader) -> str:
    reason: str = row.take("reason", str)
    if not reason.strip():
        raise BadConfig(row.where, "gives no reason")
    return reason


def _expect(pattern: re.Pattern[str], value: str, what: str, where: str) -> None:
    if not pattern.fullmatch(value):
        raise BadConfig(where, f"{value!r} is no {what}", "`copydesk families` lists them")
