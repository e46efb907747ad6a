"""Rows of numbers in one file on a shelf, ready to be read one by one.

In:  for each row some 32-bit words.
Out: a file that begins with where each row stands. A few rows of it are read without the rest, and without holding the
     file: so what a step costs does not depend on how many files its rows are spread over.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from copydesk.dataset.shelf import Shelf

Words = npt.NDArray[np.uint32]
Index = npt.NDArray[np.int64]

_HEAD = 8  # bytes: how many rows
_FEW = 32  # rows of which each is looked up by itself


def write(shelf: Shelf, name: str, flat: Words, spans: Index) -> None:
    """Put rows on the shelf; row ``i`` is ``flat[spans[i, 0]:spans[i, 1]]``, and several may be the same."""
    first = _HEAD + 16 * len(spans)
    head = np.concatenate([[len(spans)], (first + 4 * spans).ravel()]).astype("<u8")
    shelf.put(name, memoryview(np.concatenate([head.view("<u4"), flat])).cast("B"))


def read(shelf: Shelf, name: str, rows: Index) -> tuple[Words, Index]:
    """The words of the rows named, one after the other, and where each begins (and the last one ends)."""
    with shelf.reading(name) as part:
        spans = _spans(part, rows)
        sizes = (spans[:, 1] - spans[:, 0]) // 4
        starts = np.concatenate([[0], np.cumsum(sizes)])
        if len(rows) and (spans[1:, 0] == spans[:-1, 1]).all():  # side by side
            found = part(int(spans[0, 0]), int(spans[-1, 1]))
        else:
            found = b"".join([part(first, end) for first, end in spans.tolist()])
    return np.frombuffer(found, "<u4"), starts


def _spans(part: Callable[[int, int], bytes], rows: Index) -> Index:
    """Where the rows named stand in the file."""
    if len(rows) < _FEW:
        heads = b"".join([part(_HEAD + 16 * row, _HEAD + 16 * row + 16) for row in rows.tolist()])
        return np.frombuffer(heads, "<u8").astype(np.int64).reshape(-1, 2)
    count = int(np.frombuffer(part(0, _HEAD), "<u8")[0])
    every = np.frombuffer(part(_HEAD, _HEAD + 16 * count), "<u8").astype(np.int64).reshape(-1, 2)
    return every[rows]
