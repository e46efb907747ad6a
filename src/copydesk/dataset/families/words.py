"""Text to words: what is compared when two texts are compared.

In:  a text, and the shipped word table (how many of the training texts have a word).
Out: a sequence of stems as 32-bit hashes, each with a weight (rare words weigh more), a kind, and where it stands.

Only the text and the table decide, never the corpus. Scripts without spaces between words (Han, Kana, Thai, …) give
overlapping pairs of letters, each placed at its first letter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from copydesk.dataset.families.tokens import (
    ENDS,
    IN_WORDS,
    UNSPACED_RANGES,
    Piece,
    Tokens,
    batches,
    found,
    has_unspaced,
    pieces,
    signs,
)
from copydesk.files import read_json

TABLE = Path(__file__).with_name("words.json")
END, COMMON, WORD, NAME, NUMBER = range(5)  #: kinds; END closes a sentence and is no word itself

_UNSPACED = "".join(f"{first}-{last}" for first, last in UNSPACED_RANGES)
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_COMMON_BELOW = 2.3  # weight of a word that a tenth of the training texts have
# what some write and others leave out of the same word: joiners, the stretched line and the vowel points of Arabic
_UNHEARD = dict.fromkeys([0xAD, 0x200C, 0x200D, 0x640, *range(0x64B, 0x653)])
_STEPS = 1024  # weights are multiples of 1/1024: their sums are exact, in whatever order they are added
_MAX_CACHED = 200_000  # some 40 MB

Hashes = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Kinds = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
_NONE: tuple[npt.NDArray[Any], ...] = (*(np.zeros(0, np.int64),) * 3, np.zeros(0, np.bool_), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts in order: those of text ``t`` are ``starts[t]`` to ``starts[t + 1]`` of each array."""

    starts: Places
    hashes: Hashes
    weights: Weights
    kinds: Kinds
    opens: Flags  #: opens a sentence
    begin: Places  #: where each stands in its text: code points, end exclusive
    end: Places
    known: Weights  #: of each text: share of words that the table knows, 0 to 1


@cache
def expression() -> re.Pattern[str]:
    """What a token is: a letter of a script without spaces, a number, a word, or the end of a sentence."""
    word = rf"(?:[^\W\d_{_UNSPACED}]|[{signs()}])+"
    return re.compile(rf"[{_UNSPACED}]|\d+(?:[.,:]\d+)*|{word}(?:[{IN_WORDS}]{word})*|[{ENDS}]+")


def stem(word: str) -> str:
    """An English word without its commonest endings; words of other languages lose at most a letter or three."""
    if word[0].isdigit():
        return word.replace(",", "")
    word = word if word.isascii() else (word.translate(_UNHEARD) or word)
    word = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    for ending, put in (("ies", "y"), ("ingly", ""), ("edly", ""), ("ing", ""), ("ied", "y"), ("ed", ""), ("ly", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + put
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
            word = word[:-1]
    word = word.removesuffix("e") if len(word) > 4 else word
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiou" else word


class Lexicon:
    """Looks words up: the shipped table, and what it says of each surface form met so far."""

    def __init__(self, n_texts: int, texts_with: dict[str, int]) -> None:
        self._n_texts, self._texts_with = n_texts, texts_with
        self._unseen = math.log(n_texts)
        self._clear()

    def _clear(self) -> None:
        self._index: dict[str, int] = {}
        self._hashes: Hashes = np.zeros(1024, np.uint32)
        self._weights: Weights = np.zeros(1024, np.float32)
        self._kinds: Kinds = np.zeros(1024, np.uint8)
        self._capital: Flags = np.zeros(1024, np.bool_)
        self._known: Flags = np.zeros(1024, np.bool_)

    def _grow(self) -> None:
        self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._weights = np.concatenate([self._weights, np.zeros_like(self._weights)])
        self._kinds = np.concatenate([self._kinds, np.zeros_like(self._kinds)])
        self._capital = np.concatenate([self._capital, np.zeros_like(self._capital)])
        self._known = np.concatenate([self._known, np.zeros_like(self._known)])

    def _add(self, token: str) -> int:
        n = len(self._index)
        if n == len(self._hashes):
            self._grow()
        stemmed = stem(token)
        seen = self._texts_with.get(stemmed, 0)
        kind, weight = self._judge(token, stemmed, seen)
        self._hashes[n] = xxhash.xxh32_intdigest(stemmed.encode())
        self._weights[n] = round(weight * _STEPS) / _STEPS
        self._kinds[n] = kind
        self._capital[n] = token[0].isupper()
        self._known[n] = seen > 0 or kind == NUMBER
        self._index[token] = n
        return n

    def _judge(self, token: str, stemmed: str, seen: int) -> tuple[int, float]:
        """Kind and weight of a word that ``seen`` training texts have."""
        weight = math.log(self._n_texts / seen) if seen else self._unseen
        if token[0].isdigit():
            return NUMBER, min(self._unseen, 2.0 + 1.2 * len(stemmed))  # 1,200 weighs what 1200 does
        if weight < _COMMON_BELOW:
            return COMMON, weight
        if seen:
            return WORD, weight
        if token[0].isupper():
            return NAME, weight
        # short words that the table lacks are mostly function words of other languages
        return (COMMON, _COMMON_BELOW) if len(token) < 4 and token.isascii() else (WORD, weight)

    def read(self, texts: Sequence[str]) -> Words:
        """The words of some texts."""
        if len(self._index) > _MAX_CACHED:  # here alone: what is numbered below must hold to the end
            self._clear()
        parts = [self._numbered(batch) for batch in batches(pieces(texts))] or [_NONE]
        row, begin, end, is_end, where = (np.concatenate([part[n] for part in parts]) for n in range(5))
        kinds = np.where(is_end, np.uint8(END), self._kinds[where])
        opens = np.ones(len(where), np.bool_)
        opens[1:] = is_end[:-1] | (row[1:] != row[:-1])
        # the first word of a sentence is capital without being a name
        kinds[self._capital[where] & ~opens & (kinds == WORD)] = NAME
        kept = ~is_end
        row, where = row[kept], where[kept]
        counts = np.bincount(row, minlength=len(texts))
        known = np.bincount(row, self._known[where], len(texts)) / np.maximum(counts, 1)
        return Words(
            np.concatenate([[0], np.cumsum(counts)]),
            self._hashes[where],
            self._weights[where],
            kinds[kept],
            opens[kept],
            begin[kept],
            end[kept],
            known.astype(np.float32),
        )

    def frequent(self, count: int) -> Hashes:
        """The words that most training texts have, at most so many."""
        most = sorted(self._texts_with, key=lambda word: (-self._texts_with[word], word))[:count]
        return np.array([xxhash.xxh32_intdigest(word.encode()) for word in most], np.uint32)

    def _numbered(self, batch: Sequence[Piece]) -> tuple[npt.NDArray[Any], ...]:
        """Of each token its text, its place, whether it ends a sentence, and its number in what is known of words."""
        tokens = _spelt(batch[0]) if has_unspaced(batch[0].text) else found(batch)
        where = self._numbers(tokens.forms)[tokens.form]
        return tokens.row, tokens.start, tokens.end, tokens.is_end, where

    def _numbers(self, forms: Sequence[str]) -> npt.NDArray[np.int64]:
        """Where what is known of words stands; one number more, for what is no word."""
        numbers, at = list(map(self._index.get, forms)), -1
        for _ in range(numbers.count(None)):
            at = numbers.index(None, at + 1)
            numbers[at] = self._add(forms[at])
        return np.array([*numbers, 0], np.int64)


def _spelt(piece: Piece) -> Tokens:
    """The tokens of a text in a script without spaces between words."""
    tokens = expression().findall(piece.text)
    spans, spelt = _spans(piece.text, tokens) + piece.offset, _paired(tokens)
    forms = {form: n for n, form in enumerate(dict.fromkeys(form for form in spelt if form[0] not in ENDS))}
    form = np.array([forms.get(each, -1) for each in spelt], np.int64)
    return Tokens(np.full(len(spelt), piece.row), spans[:, 0], spans[:, 1], form < 0, form, list(forms))


def tokenize(text: str) -> Sequence[str]:
    """Words, numbers and sentence ends, in order."""
    return _paired(expression().findall(text))


def _paired(tokens: Sequence[str]) -> Sequence[str]:
    """Letters of scripts without spaces, each with the next one."""
    if max(tokens, default="") < "\u0e00":  # the common case, told at once
        return tokens
    unspaced = [len(token) == 1 and token > "\u0e00" and bool(_UNSPACED_LETTER.match(token)) for token in tokens]
    if not any(unspaced):
        return tokens
    last = len(tokens) - 1
    return [
        token + tokens[n + 1] if unspaced[n] and n < last and unspaced[n + 1] else token
        for n, token in enumerate(tokens)
    ]


def _spans(text: str, tokens: Sequence[str]) -> npt.NDArray[np.int64]:
    """Where each token stands; between tokens there is nothing that looks like one, so searching forward finds it."""
    find, at, spans = text.find, 0, []
    for token in tokens:
        at = find(token, at)
        spans.append((at, at + len(token)))
        at += len(token)
    return np.array(spans, np.int64).reshape(-1, 2)


@cache
def lexicon() -> Lexicon:
    """The lexicon over the shipped table; one in each process."""
    table = read_json(TABLE)
    return Lexicon(table["n_texts"], table["texts_with"])
