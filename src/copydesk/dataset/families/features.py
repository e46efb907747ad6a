"""Pairs of fingerprints to numbers: what two texts share, symmetric in the two.

In:  fingerprints and the pairs of them to compare.
Out: a matrix, one row a pair, one column a name of :data:`NAMES`.

Each ``…_of_less`` is the share of the smaller side that the larger one holds, each ``…_of_more`` that of the larger.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.dataset.families.against import KINDS, MAX_ORDERED, Column, Flags, Hits, Some, Table, Texts, densest
from copydesk.dataset.families.prints import Index, Prints, Ragged

Matrix = npt.NDArray[np.float64]

NAMES = (
    *(f"{what}_of_{side}" for what in ("fives", "threes", "pairs") for side in ("less", "more")),
    *(f"{what}_of_{side}" for what in ("keys", "names", "numbers") for side in ("less", "more")),
    "shared_weight",
    "shared_name_weight",
    "name_weight",
    *(f"{what}_of_{side}" for what in ("order", "content_order") for side in ("less", "more")),
    *(f"passage_of_{side}" for side in ("less", "more")),
    "words",
    "length_ratio",
    "known",
)
LEAST_KEYS = 0.1  #: share of the lighter text's key weight, and
LEAST_FIVES = 0.02  #: of its runs of five words; two texts that have less of both in common are not derived
_SHARED = 10  # columns of what pairs share, from which _measured makes all others


def features(prints: Prints, pairs: Index) -> Matrix:
    """What each of ``pairs`` shares. Shape: pairs is (n, 2) rows of ``prints``; the result (n, len(NAMES))."""
    return _compared(prints, pairs, every=True)[1]


def alike(prints: Prints, pairs: Index) -> tuple[Flags, Matrix]:
    """Which of ``pairs`` have enough in common for a closer look (half of those asked about, nearly all true ones); and
    what each of these shares."""
    return _compared(prints, pairs, every=False)


def _compared(prints: Prints, pairs: Index, every: bool) -> tuple[Flags, Matrix]:
    texts, table = Texts(prints), Table()
    parts = [_held(texts, table, some, every) for some in Some.parts(pairs, prints.words.sizes[pairs[:, 1]])]
    if not parts:
        return np.zeros(0, np.bool_), np.zeros((0, len(NAMES)))
    close: Flags = np.concatenate([flags for flags, _ in parts])
    return close, _measured(texts, pairs[close], *np.concatenate([rows for _, rows in parts]).T)


def _held(texts: Texts, table: Table, some: Some, every: bool) -> tuple[Flags, Matrix]:
    """What pairs share: keys and runs of five words first, all else just of those that have enough in common."""
    prints = texts.prints
    hits = table.hits(prints.keys, some)
    columns = [_counted(table, prints.fives, some), *_weighed(texts, some, hits)]
    close: Flags = np.ones(len(some.left), np.bool_)
    if not every:
        fives = _shares(columns[0], *_sizes(prints.fives, some.left, some.right))[0]
        keys = _shares(columns[1], texts.weights[0][some.left], texts.weights[0][some.right])[0]
        close = (keys >= LEAST_KEYS) | (fives >= LEAST_FIVES)
        if not close.any():
            return close, np.zeros((0, _SHARED))
        some, hits, columns = some.take(close), hits.of(close), [column[close] for column in columns]
    columns += [_counted(table, ragged, some) for ragged in (prints.threes, prints.pairs)]
    columns += [np.array(table.in_order(words, some), np.float64) for words in (texts.words, texts.content)]
    columns += [densest(texts, some.left, hits.pair, hits.left), densest(texts, some.right, hits.pair, hits.right)]
    return close, np.stack(columns, axis=1)


def _measured(texts: Texts, pairs: Index, *shared: Column) -> Matrix:
    """Shares of either side, from what pairs share."""
    prints, (left, right) = texts.prints, pairs.T
    fives, keys, names, numbers, threes, twos, order, content, *passages = shared
    columns: list[Column] = []
    for ragged, common in ((prints.fives, fives), (prints.threes, threes), (prints.pairs, twos)):
        columns += _shares(common, *_sizes(ragged, left, right))
    for weights, common in zip(texts.weights, (keys, names, numbers), strict=True):
        columns += _shares(common, weights[left], weights[right])
    name_weights = texts.weights[1]
    columns += [np.log1p(keys), np.log1p(names), np.log1p(np.minimum(name_weights[left], name_weights[right]))]
    for ragged, common in ((prints.words, order), (prints.content, content)):
        columns += _shares(common, *(np.minimum(sizes, MAX_ORDERED) for sizes in _sizes(ragged, left, right)))
    columns += [np.maximum(*passages), np.minimum(*passages)]
    less, more = np.sort(_sizes(prints.words, left, right), axis=0)
    columns += [np.log1p(less), less / np.maximum(more, 1)]
    columns += [np.minimum(prints.known[left], prints.known[right]).astype(np.float64)]
    return np.stack(columns, axis=1)


def _sizes(ragged: Ragged, *texts: Index) -> list[Column]:
    return [(ragged.starts[rows + 1] - ragged.starts[rows]).astype(np.float64) for rows in texts]


def _shares(common: Column, left: Column, right: Column) -> list[Column]:
    less, more = np.minimum(left, right), np.maximum(left, right)
    return [
        np.minimum(np.divide(common, side, out=np.zeros(len(common)), where=side > 0), 1.0) for side in (less, more)
    ]


def _counted(table: Table, ragged: Ragged, some: Some) -> Column:
    return np.bincount(table.hits(ragged, some).pair, minlength=len(some.left)).astype(np.float64)


def _weighed(texts: Texts, some: Some, hits: Hits) -> list[Column]:
    """Weight of the keys, the names and the numbers that pairs share."""
    keys, kinds, pairs = texts.prints.keys, texts.prints.key_kinds.flat, len(some.left)
    at = keys.starts[some.left][hits.pair] + hits.left, keys.starts[some.right][hits.pair] + hits.right
    columns: list[Column] = [np.bincount(hits.pair, texts.key_weights[at[0]], pairs).astype(np.float64)]
    for kind in KINDS[1:]:
        # a name that opens a sentence in one text may be taken for a word there: each side counts half
        sides = [np.bincount(hits.pair, texts.key_weights[side] * (kinds[side] == kind), pairs) for side in at]
        columns.append((sides[0] + sides[1]) / 2)
    return columns
