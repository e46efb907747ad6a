"""Words to fingerprints: sorted hash sets of many texts in a few flat arrays, ready to be compared in bulk.

In:  texts.
Out: :class:`Prints`: for each text its word sequence, its keys (content words, names, numbers), its runs of three and
     of five words, its pairs of neighbouring content words. A text's fingerprint depends on that text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families import words as w

Array = npt.NDArray[Any]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different length in one flat array: row ``i`` is ``flat[starts[i]:starts[i + 1]]``."""

    flat: Array
    starts: Index

    @classmethod
    def of(cls, rows: Sequence[Array], dtype: type) -> Ragged:
        sizes = [0, *(len(row) for row in rows)]
        return cls(np.concatenate(rows) if rows else np.zeros(0, dtype), np.cumsum(sizes))

    @classmethod
    def joined(cls, parts: Sequence[Ragged]) -> Ragged:
        """The rows of all parts, in order."""
        sizes = np.concatenate([[0], *(part.sizes for part in parts)])
        return cls(np.concatenate([part.flat for part in parts]), np.cumsum(sizes))

    @property
    def sizes(self) -> Index:
        return np.diff(self.starts)

    def __getitem__(self, row: int) -> Array:
        return self.flat[self.starts[row] : self.starts[row + 1]]

    def take(self, rows: Index) -> Ragged:
        """The rows named, in that order, repeats allowed."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        where = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], sizes)
        return Ragged(self.flat[where], starts)


@dataclass(frozen=True, slots=True)
class Prints:
    """Fingerprints of ``len(self)`` texts."""

    words: Ragged  #: hashes in order
    keys: Ragged  #: hashes of content words, names, numbers; sorted, each once
    key_weights: Ragged  #: beside ``keys``
    key_kinds: Ragged  #: beside ``keys``: WORD, NAME or NUMBER
    content: Ragged  #: the keys in the order of the text: places in the text's row of ``keys``
    pairs: Ragged  #: neighbouring content words, in either order; sorted, each once
    threes: Ragged  #: runs of three words; sorted, each once
    fives: Ragged  #: runs of five words; sorted, each once
    known: npt.NDArray[np.float32]  #: share of the words that the table knows

    def __len__(self) -> int:
        return len(self.known)

    @classmethod
    def joined(cls, parts: Sequence[Prints]) -> Prints:
        """The texts of all parts, in order."""
        columns = {field.name: _join([getattr(part, field.name) for part in parts]) for field in fields(cls)}
        return cls(**columns)

    def take(self, rows: Index) -> Prints:
        """The texts named, in that order."""
        return Prints(**{field.name: _take(getattr(self, field.name), rows) for field in fields(self)})


def _join(parts: Sequence[Any]) -> Any:
    return Ragged.joined(parts) if isinstance(parts[0], Ragged) else np.concatenate(parts)


def _take(column: Any, rows: Index) -> Any:
    return column.take(rows) if isinstance(column, Ragged) else column[rows]


def fingerprint(texts: Iterable[str]) -> Prints:
    """The fingerprints of ``texts``."""
    lexicon = w.lexicon()
    return from_words(lexicon.words(text) for text in texts)


def from_words(texts: Iterable[w.Words]) -> Prints:
    """The fingerprints of texts of which only the words are known."""
    rows = [_row(words) for words in texts]
    columns: dict[str, Any] = {
        field.name: Ragged.of([row[field.name] for row in rows], _KINDS.get(field.name, np.uint32))
        for field in fields(Prints)
        if field.name != "known"
    }
    return Prints(**columns, known=np.array([row["known"] for row in rows], np.float32))


_KINDS: dict[str, type] = {
    "key_weights": np.float32,
    "content": np.int64,
    "key_kinds": np.uint8,
}  # else hashes


def _row(words: w.Words) -> dict[str, Any]:
    carries = words.kinds > w.COMMON
    content = words.hashes[carries]
    keys, first, places = np.unique(content, return_index=True, return_inverse=True)
    return {
        "words": words.hashes,
        "keys": keys,
        "key_weights": words.weights[carries][first],
        "key_kinds": words.kinds[carries][first],
        "content": places,
        "pairs": np.unique(_mixed(content[:-1].astype(np.uint64) + content[1:])),
        "threes": np.unique(runs(words.hashes, 3)),
        "fives": np.unique(runs(words.hashes, 5)),
        "known": words.known,
    }


def runs(hashes: w.Hashes, length: int) -> Array:
    """A hash for each run of ``length`` words; a shorter text is one run."""
    count = max(1, len(hashes) - length + 1) if len(hashes) else 0
    total: Array = np.zeros(count, np.uint64)
    for n in range(min(length, len(hashes))):
        total = total * np.uint64(0x9E3779B97F4A7C15) + hashes[n : n + count]
    return _mixed(total)


def _mixed(values: Array) -> Array:
    """64 bits stirred into 32 (the finisher of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values >> np.uint64(32)).astype(np.uint32)


def letters(hashes: w.Hashes) -> str:
    """Words as letters of a string, one each, as order comparisons want them."""
    points = hashes % np.uint32(0x10FFFF - 0x800)
    points = np.where(points >= 0xD800, points + np.uint32(0x800), points).astype("<u4")  # no surrogates
    return points.tobytes().decode("utf-32-le")
