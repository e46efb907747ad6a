"""A reader's own copies of what a public release withholds.

In:  a folder of raw files as the reader got them, the sources' readers, the articles whose words are withheld.
Out: the copy of each article: *exact* where its text is, by its digest, the one that was labelled; *near* where at
     least half of the text came through, with where its passages stand now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.dataset.ingest.extract import read
from copydesk.dataset.ingest.raw import Reject
from copydesk.dataset.release.fingerprints import Fingerprints
from copydesk.dataset.release.passages import Moves, cut, moves
from copydesk.dataset.release.words import Words
from copydesk.dataset.sources import Input, Source

Record = dict[str, Any]
NEAR = 0.5  #: share of a text that must have come through for a copy to be one of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of an article whose words are withheld, as far as a copy is told by it."""

    text_sha256: str
    raw_sha256: str
    n_chars: int

    @classmethod
    def of(cls, article: Mapping[str, Any]) -> Wanted:
        return cls(article["text_sha256"], article["provenance"]["raw_sha256"], article["n_chars"])


@dataclass(frozen=True, slots=True)
class Near:
    """A copy that differs, and where the passages of the released text stand in it."""

    copy: Record
    moves: Moves
    released: str  #: digest of the text that was labelled


@dataclass
class Copies:
    """What was found, by article id. Exact copies wait on disk, near ones in memory."""

    exact: Words
    near: dict[str, Near] = field(default_factory=dict)
    other: set[str] = field(default_factory=set)  #: a copy is there by its identity, but its text is another one

    def __post_init__(self) -> None:
        self._best: dict[str, tuple[bool, float]] = {}

    def offer(self, article_id: str, copy: Record, same_bytes: bool) -> None:
        """An exact copy; the very bytes are better than other bytes with the same text."""
        if same_bytes or article_id not in self.exact:
            self.exact.put(article_id, copy)

    def offer_near(self, article_id: str, copy: Record, found: Moves, released: str, same_identity: bool) -> None:
        """A copy that differs; one under the article's own identity is better, then the one of which more is there."""
        rank = same_identity, found.share
        if found.share >= NEAR and rank > self._best.get(article_id, (False, 0.0)):
            self._best[article_id], self.near[article_id] = rank, Near(copy, found, released)
        elif same_identity:
            self.other.add(article_id)

    def settled(self) -> Copies:
        """Each article in one place: exact, else near, else other."""
        near = {key: each for key, each in self.near.items() if key not in self.exact}
        return Copies(self.exact, near, self.other - self.exact.keys() - near.keys())


def find(
    raw: Path,
    sources: Iterable[Record],
    layers: tuple[str, ...],
    wanted: Mapping[str, Wanted],
    passages: Fingerprints,
    place: Path,
) -> Copies:
    """The reader's copy of each article in ``wanted``, whatever its file is called; ``place`` is for their words."""
    found, known = Copies(Words(place)), _Known(wanted, passages)
    for copy in _read(raw, sources, layers):
        origin = copy["provenance"]["raw_sha256"]
        for article_id in known.by_text.get(copy["text_sha256"], ()):
            found.offer(article_id, copy, wanted[article_id].raw_sha256 == origin)
        for article_id in known.like(copy):
            article = wanted[article_id]
            came = moves(passages.of(article_id), article.n_chars, copy["text"])
            found.offer_near(article_id, copy, came, article.text_sha256, article_id == copy["article_id"])
    return found.settled()


class _Known:
    """What copies are told by."""

    def __init__(self, wanted: Mapping[str, Wanted], passages: Fingerprints) -> None:
        self.wanted, self.passages = wanted, passages
        self.by_text: dict[str, list[str]] = {}
        for article_id, article in wanted.items():
            self.by_text.setdefault(article.text_sha256, []).append(article_id)

    def like(self, copy: Record) -> set[str]:
        """Articles that ``copy`` may be a near copy of: its own identity, and the one it shares most passages with."""
        shared = Counter(
            article_id
            for digest in {each.digest for each in cut(copy["text"])}
            for article_id in self.passages.holding(digest)
            if article_id in self.wanted
        )
        most = {max(shared, key=lambda article_id: (shared[article_id], article_id))} if shared else set()
        own = {copy["article_id"]} & self.wanted.keys()
        return {each for each in most | own if self.wanted[each].text_sha256 != copy["text_sha256"]}


def _read(raw: Path, sources: Iterable[Record], layers: tuple[str, ...]) -> Iterator[Record]:
    """Every article that the released sources' readers find below ``raw``."""
    found = sorted(path for path in raw.rglob("*") if path.is_file() and not path.is_symlink())
    inputs = tuple(Input(path.relative_to(raw).as_posix()) for path in found)
    for each in sources:
        plain = {key: each[key] for key in ("name", "license", "redistribute", "reader", "publisher", "domain")}
        source = Source(paths=("**/*",), columns=tuple(each["columns"].items()), **plain)
        yield from (made for made in read(raw, source, inputs, layers) if not isinstance(made, Reject))
