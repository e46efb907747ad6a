"""Words to fingerprints: sorted hash sets of many texts in a few flat arrays, ready to be compared in bulk.

In:  texts.
Out: :class:`Prints`: for each text its word sequence, its keys (content words, names, numbers), its runs of three and
     of five words, its pairs of neighbouring content words, its sentences: all that is ever compared, so that a text
     is read once. A text's fingerprint depends on that text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families import words as w
from copydesk.dataset.families.tokens import unique

LONGEST = 45  #: words of a sentence; longer ones are cut, texts without full stops stay comparable
SCRAP = 2  #: words that make no sentence of their own
_LETTERS = 0x10FFFF - 0x800
TOGETHER = 1 << 18  #: letters of the texts that are read at a time, about

Array = npt.NDArray[Any]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different length in one flat array: row ``i`` is ``flat[starts[i]:starts[i + 1]]``."""

    flat: Array
    starts: Index

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
        return Ragged(self.flat[run_places(self.starts[rows], sizes)], np.concatenate([[0], np.cumsum(sizes)]))

    def places(self, rows: Index) -> tuple[Index, Index]:
        """Where the values of the rows named stand in the flat array, and which of those rows each is of."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        return run_places(self.starts[rows], sizes), np.repeat(np.arange(len(rows)), sizes)


def run_places(firsts: Index, sizes: Index) -> Index:
    """The places of runs of that many values from those first ones on."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(firsts - ends + sizes, sizes)


def common(ours: Array, theirs: Array) -> Array:
    """What two sorted arrays share; the sort merges two runs, which is faster than any search."""
    merged = np.sort(np.concatenate([ours, theirs]), kind="stable")
    twice: Array = merged[1:][merged[1:] == merged[:-1]]
    return twice


@dataclass(frozen=True, slots=True)
class Prints:
    """Fingerprints of ``len(self)`` texts."""

    words: Ragged  #: hashes in order
    keys: Ragged  #: hashes of content words, names, numbers; sorted, each once
    key_weights: Ragged  #: beside ``keys``
    key_kinds: Ragged  #: beside ``keys``: WORD, NAME or NUMBER
    content: Ragged  #: the keys in the order of the text: places in the text's row of ``keys``
    sentences: (
        Ragged  #: four numbers each: first word, first in ``content``, place in the text (code points, end excl.)
    )
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


def fingerprint(texts: Sequence[str]) -> Prints:
    """The fingerprints of ``texts``."""
    lexicon = w.lexicon()
    parts = [from_words(lexicon.read(texts[first:end])) for first, end in pairwise(_stretches(texts))]
    return Prints.joined(parts) if parts else from_words(lexicon.read([]))


def _stretches(texts: Sequence[str]) -> list[int]:
    """Where texts are parted that are read at a time."""
    ends = np.cumsum([0, *map(len, texts)])
    parted: list[int] = np.unique([0, *np.searchsorted(ends, np.arange(0, ends[-1], TOGETHER)), len(texts)]).tolist()
    return parted


def from_words(words: w.Words) -> Prints:
    """The fingerprints of texts of which only the words are known."""
    sizes = np.diff(words.starts)
    rows = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    carries = words.kinds > w.COMMON
    row, content = rows[carries], words.hashes[carries]
    keys, first, places = unique(_coded(row, content))
    beside = (row[1:] == row[:-1]).nonzero()[0]
    pairs = np.unique(_coded(row[beside], _mixed(content[beside].astype(np.uint64) + content[beside + 1])))
    key_starts, starts = _starts(keys, len(sizes)), np.searchsorted(row, np.arange(len(sizes) + 1))
    return Prints(
        words=Ragged(words.hashes, words.starts),
        keys=Ragged(keys.astype(np.uint32), key_starts),
        key_weights=Ragged(words.weights[carries][first], key_starts),
        key_kinds=Ragged(words.kinds[carries][first], key_starts),
        content=Ragged((places - key_starts[row.astype(np.int64)]).astype(np.int32), starts),
        sentences=_sentences(words, np.concatenate([[0], np.cumsum(carries)])),
        pairs=_ragged(pairs, len(sizes)),
        threes=_ragged(_runs(words, rows, 3), len(sizes)),
        fives=_ragged(_runs(words, rows, 5), len(sizes)),
        known=words.known,
    )


def _coded(rows: Array, hashes: Array) -> Array:
    """Row and hash in one number."""
    coded: Array = rows << np.uint64(32) | hashes
    return coded


def _starts(codes: Array, n_rows: int) -> Index:
    """Where each row begins among rising codes."""
    return np.searchsorted(codes, np.arange(n_rows + 1, dtype=np.uint64) << np.uint64(32))


def _ragged(codes: Array, n_rows: int) -> Ragged:
    return Ragged(codes.astype(np.uint32), _starts(codes, n_rows))


def _runs(words: w.Words, rows: Array, length: int) -> Array:
    """Row and hash of the runs of ``length`` words of each text; rising, each once."""
    sizes = np.diff(words.starts)
    inside = (sizes[rows.astype(np.int64)] >= length).nonzero()[0]
    inside = inside[inside + length <= words.starts[1:][rows[inside].astype(np.int64)]]
    found = [_coded(rows[inside], runs(words.hashes, length)[inside])] if len(inside) else []
    for row in np.flatnonzero((sizes > 0) & (sizes < length)):
        short = runs(words.hashes[words.starts[row] : words.starts[row + 1]], length)
        found.append(_coded(np.full(1, row, np.uint64), short))
    each: Array = np.unique(np.concatenate([*found, np.zeros(0, np.uint64)]))
    return each


def _sentences(words: w.Words, content_before: Index) -> Ragged:
    """The sentences of each text: first word, content words before it, and where it stands."""
    opening = np.flatnonzero(words.opens)
    edges, flat, sizes = np.searchsorted(opening, words.starts), list[Array](), list[int]()
    for row, (first, end) in enumerate(pairwise(words.starts.tolist())):
        opens = (opening[edges[row] : edges[row + 1]] - first).tolist()
        cuts = np.array(cut(opens, end - first))
        rows = np.empty((len(cuts) - 1, 4), np.int32)
        rows[:, 0] = cuts[:-1]
        rows[:, 1] = content_before[first + cuts[:-1]] - content_before[first]
        rows[:, 2] = words.begin[first + cuts[:-1]]
        rows[:, 3] = words.end[first + cuts[1:] - 1]
        flat.append(rows.ravel())
        sizes.append(rows.size)
    return Ragged(np.concatenate([*flat, np.zeros(0, np.int32)]), np.cumsum([0, *sizes]))


def cut(opens: Sequence[int], end: int) -> list[int]:
    """Where sentences begin, and the end: long ones cut, scraps such as "U.S." left with what follows."""
    cuts = [0]
    for first in [*opens, end]:
        while first - cuts[-1] > LONGEST:
            cuts.append(cuts[-1] + LONGEST)
        if first - cuts[-1] > SCRAP:
            cuts.append(first)
    if cuts[-1] < end:
        cuts = [*(cuts[:-1] or cuts), end]
    return cuts


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
    said: str = points(hashes).tobytes().decode("utf-32-le")
    return said


def points(hashes: w.Hashes) -> Array:
    """The same as numbers of letters."""
    letters: Array = _alphabet()[hashes % np.uint32(_LETTERS)]
    return letters


@cache
def _alphabet() -> Array:
    """All letters but the surrogates; those below 256, which are compared fastest, are the most frequent words."""
    points = np.arange(_LETTERS, dtype="<u4")
    points[0xD800:] += 0x800
    for n, word in enumerate(w.lexicon().frequent(256).tolist()):
        points[[n, word % _LETTERS]] = points[[word % _LETTERS, n]]
    return points
