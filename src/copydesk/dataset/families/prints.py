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

    def rows(self) -> Index:
        """Which row each value is of."""
        return np.repeat(np.arange(len(self.starts) - 1), self.sizes)

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
    carries = words.kinds > w.COMMON
    before = np.concatenate([[0], np.cumsum(carries)])
    said, content = Ragged(words.hashes, words.starts), Ragged(words.hashes[carries], before[words.starts])
    sentences = _sentences(words, before)
    return _of_words(said, content, words.weights[carries], words.kinds[carries], sentences, words.known)


def cut_out(prints: Prints, texts: Index, firsts: Index, ends: Index) -> Prints:
    """Of each of ``texts`` the sentences from the first to the end (exclusive), as texts of one sentence each."""
    (word, content), (word_end, content_end) = (_before(prints, texts, at) for at in (firsts, ends))
    words = _slices(prints.words, texts, word, word_end)
    keys = _slices(prints.content, texts, content, content_end)
    at = keys.flat + prints.keys.starts[texts][keys.rows()]
    said, weights, kinds = (column.flat[at] for column in (prints.keys, prints.key_weights, prints.key_kinds))
    whole = Ragged(np.zeros(4 * len(texts), np.int32), 4 * np.arange(len(texts) + 1))
    return _of_words(words, Ragged(said, keys.starts), weights, kinds, whole, prints.known[texts])


def _before(prints: Prints, texts: Index, at: Index) -> tuple[Index, Index]:
    """Words and content words before a sentence of each text; of the whole text, where it has no more sentences."""
    table, starts = prints.sentences.flat.reshape(-1, 4), prints.sentences.starts // 4
    inside = at < np.diff(starts)[texts]
    row = np.where(inside, starts[texts] + at, 0)
    sizes = prints.words.sizes[texts], prints.content.sizes[texts]
    return np.where(inside, table[row, 0], sizes[0]), np.where(inside, table[row, 1], sizes[1])


def _slices(ragged: Ragged, rows: Index, firsts: Index, ends: Index) -> Ragged:
    flat = ragged.flat[run_places(ragged.starts[rows] + firsts, ends - firsts)]
    return Ragged(flat, np.concatenate([[0], np.cumsum(ends - firsts)]))


def _of_words(words: Ragged, content: Ragged, weights: Array, kinds: Array, sentences: Ragged, known: Array) -> Prints:
    """The fingerprints of texts with these words. ``weights``, ``kinds``: of each content word."""
    row, texts = content.rows().astype(np.uint64), len(known)
    keys, first, places = unique(_coded(row, content.flat))
    beside = (row[1:] == row[:-1]).nonzero()[0]
    pairs = np.unique(_coded(row[beside], _mixed(content.flat[beside].astype(np.uint64) + content.flat[beside + 1])))
    starts = _starts(keys, texts)
    return Prints(
        words=words,
        keys=Ragged(keys.astype(np.uint32), starts),
        key_weights=Ragged(weights[first], starts),
        key_kinds=Ragged(kinds[first], starts),
        content=Ragged((places - starts[row.astype(np.int64)]).astype(np.int32), content.starts),
        sentences=sentences,
        pairs=_ragged(pairs, texts),
        threes=_ragged(_runs(words, 3), texts),
        fives=_ragged(_runs(words, 5), texts),
        known=known,
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


def _runs(words: Ragged, length: int) -> Array:
    """Row and hash of the runs of ``length`` words of each text; rising, each once."""
    sizes, rows = words.sizes, words.rows()
    inside = (sizes[rows] >= length).nonzero()[0]
    inside = inside[inside + length <= words.starts[1:][rows[inside]]]
    found = [_coded(rows[inside].astype(np.uint64), runs(words.flat, length)[inside])] if len(inside) else []
    for row in np.flatnonzero((sizes > 0) & (sizes < length)):
        found.append(_coded(np.full(1, row, np.uint64), runs(words[row], length)))
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
