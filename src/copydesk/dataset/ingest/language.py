"""The languages of texts, each from its first thousand characters.

The model is py3langid's: an automaton finds n-grams of bytes, and their counts make the score of each language. Its
own walk goes byte by byte in Python. Here many texts walk at once, a byte of each at a step. Of few texts, which would
not be worth it, all states are looked up at once: no n-gram is longer than :data:`NGRAM`, so the state at a byte
depends on the last few bytes alone. A test holds both against the library.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.dataset.ingest.tables import Tables, load

Array = npt.NDArray[Any]

READ = 1000  #: characters looked at
SURE = 0.5
NGRAM = 6  #: bytes that a state of the automaton tells apart, at most
MANY = 48  #: texts that are worth walking at once
FURTHER = 256  #: bytes that some of them may be longer


class Model:
    """The library's model as arrays."""

    def __init__(self, tables: Tables) -> None:
        self._after, self._rows, self._grams, self._weights, self._first, self._names, self._aliases = tables
        self._place: Array = np.zeros(len(self._weights), np.intp)
        self._count: Array = np.arange(READ)
        self._taken: Array = np.empty((READ, len(self._names)), np.float32)
        start = self._after[self._rows[0] : self._rows[0] + 256]
        self._pairs: Array = self._after[self._rows[start][:, None] + np.arange(256, dtype=np.int32)].ravel()
        self._nothing = bytes([int(np.flatnonzero(start == 0)[0])]) * (NGRAM - 1)  # leaves the start where it is

    def classify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The likeliest language of each text and its probability, as the library gives them."""
        if not texts:
            return []
        data = [_bytes(text) for text in texts]
        scores = np.array([self._scores(grams) for grams in self._found(data)])
        chances = scores * np.array([1.0 / math.sqrt(len(each) or 1) for each in data], np.float32)[:, None]
        chances = np.exp(chances - chances.max(axis=1)[:, None])
        chances /= chances.sum(axis=1)[:, None]
        for name, other in self._aliases:
            chances[:, name] += chances[:, other]
            chances[:, other] = 0.0
        best = chances.argmax(axis=1).tolist()
        return [(self._names[n], float(row[n])) for n, row in zip(best, chances, strict=True)]

    def _scores(self, grams: Array) -> Array:
        """The score of each language by the n-grams of a text, as they come."""
        self._place[grams[::-1]] = self._numbers(len(grams))[::-1]  # of one that comes again, where it came first
        counts = np.bincount(self._place[grams])
        places = np.flatnonzero(counts)
        if not len(places):
            return np.zeros(len(self._names), np.float32)
        # the first places are in order: sums of floats depend on it
        weights = np.take(self._weights, grams[places], axis=0, mode="clip", out=self._room(len(places)))
        scores: Array = np.log1p(counts[places].astype(np.float32)) @ weights + self._first
        return scores

    def _numbers(self, count: int) -> Array:
        if count > len(self._count):
            self._count = np.arange(2 * count)
        return self._count[:count]

    def _room(self, count: int) -> Array:
        """Memory for the weights of so many n-grams, the same again and again."""
        if count > len(self._taken):
            self._taken = np.empty((2 * count, len(self._names)), np.float32)
        return self._taken[:count]

    def _found(self, data: Sequence[bytes]) -> list[Array]:
        """The n-grams of each text, in order."""
        found = dict[int, Array]()
        sizes = sorted(map(len, data), reverse=True)
        if len(data) >= MANY:
            together = [n for n, each in enumerate(data) if len(each) <= sizes[MANY - 1] + FURTHER]
            together.sort(key=lambda n: -len(data[n]))
            found = dict(zip(together, self._walks([data[n] for n in together]), strict=True))
        return [found[n] if n in found else _some(self._grams[self._states(each)]) for n, each in enumerate(data)]

    def _walks(self, data: Sequence[bytes]) -> list[Array]:
        """The n-grams of texts, of which the longest come first."""
        if not (longest := len(data[0])):
            return [np.zeros(0, np.intp) for _ in data]
        joined = np.frombuffer(b"".join(each.ljust(longest) for each in data), np.uint8)
        letters = np.ascontiguousarray(joined.reshape(-1, longest).T, np.int32)
        left = len(data) - np.cumsum(np.bincount([len(each) for each in data], minlength=longest + 1))
        states: Array = np.zeros(letters.shape, np.int32)
        at: Array = np.zeros(len(data), np.int32)
        for step, count in zip(range(longest), left.tolist(), strict=False):
            moves: Array = self._rows.take(at[:count], mode="clip")
            moves += letters[step, :count]
            at = self._after.take(moves, out=states[step, :count], mode="clip")
        grams = np.ascontiguousarray(self._grams.take(states, mode="clip").T)
        return [_some(row[: len(each)]) for row, each in zip(grams, data, strict=True)]

    def _states(self, data: bytes) -> Array:
        """The automaton's state after each byte of a text."""
        letters = np.frombuffer(self._nothing + data, np.uint8).astype(np.int32)
        states: Array = self._pairs[(letters[: len(data)] << 8) + letters[1 : len(data) + 1]]
        for n in range(2, NGRAM):
            states = self._after[self._rows[states] + letters[n : len(data) + n]]
        return states


def _bytes(text: str) -> bytes:
    return unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode(errors="surrogatepass")


def _some(grams: Array) -> Array:
    """The n-grams among what was found at each byte."""
    held: Array = grams[grams >= 0].astype(np.intp)
    return held


@cache
def _model() -> Model:
    return Model(load())


def detect(texts: Sequence[str]) -> list[tuple[str, float] | None]:
    """Language tag and confidence of each text; None when it does not tell."""
    return [found if found[1] >= SURE else None for found in _model().classify([text[:READ] for text in texts])]
