"""The language of a text, from its first thousand characters.

The model is py3langid's: an automaton finds n-grams of bytes, and their counts make the score of each language. Its
own walk goes byte by byte in Python. No n-gram is longer than :data:`NGRAM`, so the automaton's state at a byte depends
on the last few bytes alone, and the states at all bytes are looked up at once. A test holds the two against each other.
"""

from __future__ import annotations

import math
import unicodedata
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

READ = 1000  #: characters looked at
SURE = 0.5
NGRAM = 6  #: bytes that a state of the automaton tells apart, at most


class Model:
    """The library's model as arrays."""

    def __init__(self, identifier: Any) -> None:
        self._names: list[str] = identifier.nb_classes
        self._first: Array = np.asarray(identifier.nb_pc)
        self._weights: Array = np.asarray(identifier.nb_ptc, np.float32)
        self._place: Array = np.zeros(len(self._weights), np.int32)
        self._taken: Array = np.empty((READ, len(self._names)), np.float32)
        self._aliases: list[tuple[int, int]] = identifier._alias_pairs
        self._next: Array = np.frombuffer(identifier.tk_nextmove, np.uint32).view(np.int32)
        self._rows: Array = np.asarray(identifier.tk_row, np.int32) << 8
        self._found: Array = np.asarray(identifier.tk_output, np.int32)
        start = self._next[self._rows[0] : self._rows[0] + 256]
        self._pairs: Array = self._next[self._rows[start][:, None] + np.arange(256, dtype=np.int32)].ravel()
        self._nothing = bytes([int(np.flatnonzero(start == 0)[0])]) * (NGRAM - 1)  # leaves the start where it is

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest language and its probability, as the library gives them."""
        data = unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode(errors="surrogatepass")
        scores = self._scores(data) * np.float32(1.0 / math.sqrt(len(data) or 1))
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        for name, other in self._aliases:
            chances[name] += chances[other]
            chances[other] = 0.0
        best = int(chances.argmax())
        return self._names[best], float(chances[best])

    def _scores(self, data: bytes) -> Array:
        grams = self._found[self._states(data)]
        grams = grams[grams >= 0]
        self._place[grams[::-1]] = np.arange(len(grams))[::-1]  # of one that comes again, where it came first
        counts = np.bincount(self._place[grams])
        places = np.flatnonzero(counts)
        if not len(places):
            return np.zeros(len(self._names), np.float32)
        # the first places are in order: sums of floats depend on it
        weights = np.take(self._weights, grams[places], axis=0, mode="clip", out=self._room(len(places)))
        scores: Array = np.log1p(counts[places].astype(np.float32)) @ weights + self._first
        return scores

    def _room(self, count: int) -> Array:
        """Memory for the weights of so many n-grams, the same again and again."""
        if count > len(self._taken):
            self._taken = np.empty((2 * count, len(self._names)), np.float32)
        return self._taken[:count]

    def _states(self, data: bytes) -> Array:
        """The automaton's state after each byte."""
        letters = np.frombuffer(self._nothing + data, np.uint8).astype(np.int32)
        states: Array = self._pairs[(letters[: len(data)] << 8) + letters[1 : len(data) + 1]]
        for n in range(2, NGRAM):
            states = self._next[self._rows[states] + letters[n : len(data) + n]]
        return states


@cache
def _model() -> Model:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second to load: only where texts are read

    return Model(LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True))


def detect(text: str) -> tuple[str, float] | None:
    """Language tag and confidence; None when the text does not tell."""
    language, confidence = _model().classify(text[:READ])
    return (language, confidence) if confidence >= SURE else None
