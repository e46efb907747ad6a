"""The passages of all withheld texts of a release, as arrays: a record for each would not fit into memory.

In:  ``passages.parquet``.
Out: the passages of an article; the articles that have a passage.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copydesk.dataset.release.passages import LENGTH, Passage, read


class Fingerprints:
    """Where each passage stands and 64 bits of its digest; passages of one article side by side."""

    def __init__(self, folder: Path) -> None:
        """Of the release in ``folder``; none where it has no such file. Raises ValueError, OSError."""
        self.article_ids: list[str] = []
        self._bounds: dict[str, slice] = {}
        places: list[NDArray[np.int32]] = [np.empty((0, 2), np.int32)]
        digests: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
        count = 0
        for article_id, found in read(folder):
            self.article_ids.append(article_id)
            self._bounds[article_id] = slice(count, count + len(found))
            places.append(np.array([(each.start, each.end) for each in found], np.int32))
            digests.append(np.array([int(each.digest, 16) for each in found], np.uint64))
            count += len(found)
        self._places, self._digests = np.concatenate(places), np.concatenate(digests)
        self._owners = np.repeat(np.arange(len(self.article_ids)), [len(each) for each in digests[1:]])
        self._order: NDArray[np.int64] = np.argsort(self._digests, kind="stable")
        self._sorted = self._digests[self._order]

    def of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order; none of one that is not here."""
        own = self._bounds.get(article_id, slice(0))
        pairs = zip(self._places[own].tolist(), self._digests[own].tolist(), strict=True)
        return [Passage(start, end, f"{digest:0{LENGTH}x}") for (start, end), digest in pairs]

    def holding(self, digest: str) -> Iterable[str]:
        """The articles that have a passage with this digest, each once."""
        number = np.uint64(int(digest, 16))
        first, last = np.searchsorted(self._sorted, number, "left"), np.searchsorted(self._sorted, number, "right")
        return {self.article_ids[owner]: None for owner in self._owners[self._order[first:last]].tolist()}
