"""Texts to tokens, many texts at a time: where words, numbers and sentence ends stand, and which of them are the same.

In:  texts.
Out: :class:`Tokens` in flat arrays. They are those that the expression in words.py finds, found for all letters at once
     by the kind of each letter; texts in scripts without spaces between words are left to that expression.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

OTHER, LETTER, DIGIT, MARK, UNSPACED = range(5)
ENDS = ".!?。！？؟।\n"  #: marks that close a sentence
UNSPACED_RANGES = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)
#: marks that part no word: apostrophes, a hyphen that shows only where a line ends, joiners of Persian and Hindi
IN_WORDS = "'’\u00ad\u200c\u200d"
_JOINS = dict.fromkeys(IN_WORDS, LETTER) | dict.fromkeys(".,:", DIGIT)  # what joins two of a kind, alone between them
_JOINING = 8  # marks these in the table
PIECE = 1 << 17  #: letters that are read at a time: their arrays stay in cache
_BASIC = 0xFFFF  # code points of the table; above are few letters, looked at one by one
_FACTOR = 0x9E3779B97F4A7C15  # odd: it has an inverse modulo 2 ** 64


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, or a part of a long one."""

    row: int  #: which text
    offset: int  #: where in it
    text: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some texts, in order."""

    row: Index  #: the text of each
    start: Index  #: code points in its text, end exclusive
    end: Index
    is_end: Flags  #: closes a sentence
    form: Index  #: its place in ``forms``; -1: closes a sentence
    forms: list[str]  #: each once


def found(pieces: Sequence[Piece]) -> Tokens:
    """The tokens of pieces of which none :func:`has_unspaced`."""
    whole = "\0".join(piece.text for piece in pieces)
    letters = _points(whole)
    (starts, ends), kind = _runs(_kinds(letters))
    is_end = kind == MARK
    firsts = np.cumsum([0, *(len(piece.text) + 1 for piece in pieces[:-1])])
    of = np.searchsorted(firsts, starts, side="right") - 1
    form, forms = np.full(len(kind), -1), list[str]()
    form[~is_end], forms = _forms(whole, letters, starts[~is_end], ends[~is_end])
    shift = (np.array([piece.offset for piece in pieces]) - firsts)[of]
    return Tokens(np.array([piece.row for piece in pieces])[of], starts + shift, ends + shift, is_end, form, forms)


def pieces(texts: Iterable[str]) -> Iterator[Piece]:
    """The texts, long ones in pieces that are cut behind a blank, where no token is."""
    for row, text in enumerate(texts):
        at = 0
        whole = len(text) <= PIECE or has_unspaced(text)  # there letters are paired across blanks
        while not whole and len(text) - at > PIECE and (cut := text.rfind(" ", at, at + PIECE) + 1):
            yield Piece(row, at, text[at:cut])
            at = cut
        yield Piece(row, at, text[at:])


def batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces to be read at a time; one that :func:`has_unspaced` stands alone."""
    batch, size = list[Piece](), 0
    for piece in pieces:
        alone = has_unspaced(piece.text)
        if batch and (alone or size + len(piece.text) > PIECE):
            yield batch
            batch, size = [], 0
        if alone:
            yield [piece]
            continue
        batch.append(piece)
        size += len(piece.text)
    if batch:
        yield batch


def has_unspaced(text: str) -> bool:
    """Whether the text has letters of a script without spaces between words."""
    if text.isascii():
        return False
    return bool((_kinds(_points(text)) == UNSPACED).any())


def _points(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def is_sign(letter: str) -> bool:
    """Whether it is a part of the letter before: an accent, a vowel sign of Hindi or Tamil, a point of Hebrew."""
    return unicodedata.category(letter) in ("Mn", "Mc") and not unicodedata.name(letter, "").startswith("VARIATION")


@cache
def signs() -> str:
    """All of these, as ranges of a regular expression; from 0x20000 on there are none."""
    points = [point for point in range(0x300, 0x20000) if is_sign(chr(point))]
    firsts = [point for point, before in zip(points, [0, *points], strict=False) if point != before + 1]
    lasts = [point for point, after in zip(points, [*points[1:], 0], strict=True) if point + 1 != after]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))


def kind_of(letter: str) -> int:
    """What a letter is, by itself."""
    if any(first <= letter <= last for first, last in UNSPACED_RANGES):
        return UNSPACED
    if letter.isdecimal():
        return DIGIT
    return LETTER if letter.isalnum() or is_sign(letter) else MARK if letter in ENDS else OTHER


@cache
def _table() -> Array:
    letters = list(map(chr, range(_BASIC)))
    lettered = [letter.isalnum() or is_sign(letter) for letter in letters]
    kinds = np.where(lettered, np.uint8(LETTER), np.uint8(OTHER))
    kinds[np.array(list(map(str.isdecimal, letters)))] = DIGIT
    kinds[list(map(ord, ENDS))] = MARK
    for first, last in UNSPACED_RANGES:
        kinds[ord(first) : ord(last) + 1] = UNSPACED
    for mark in _JOINS:
        kinds[ord(mark)] |= _JOINING
    return np.append(kinds, np.uint8(OTHER))


def _kinds(letters: Array) -> Array:
    """What each letter is; an apostrophe between letters is one, so is a mark between digits a digit."""
    kinds: Array = _table().take(letters, mode="clip")
    above = letters >= _BASIC
    if above.any():
        points, at = np.unique(letters[above], return_inverse=True)
        kinds[above] = np.array([kind_of(chr(point)) for point in points.tolist()], np.uint8)[at]
    joining = np.flatnonzero(kinds >= _JOINING)
    kinds[joining] &= ~np.uint8(_JOINING)
    joining = joining[(joining > 0) & (joining < len(letters) - 1)]
    before, after = kinds[joining - 1], kinds[joining + 1]
    for joined in set(_JOINS.values()):
        marks = [ord(mark) for mark, kind in _JOINS.items() if kind == joined]
        inside = (before == joined) & (after == joined) & np.isin(letters[joining], marks)
        kinds[joining[inside]] = joined
    return kinds


def _runs(kinds: Array) -> tuple[tuple[Index, Index], Array]:
    """Where runs of one kind begin and end, and their kinds; what is no token left out."""
    change = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
    starts = np.concatenate([np.zeros(min(1, len(kinds)), np.int64), change])
    ends = np.concatenate([change, np.full(min(1, len(kinds)), len(kinds))])
    kept = kinds[starts] != OTHER
    return (starts[kept], ends[kept]), kinds[starts[kept]]


def _forms(text: str, letters: Array, starts: Index, ends: Index) -> tuple[Index, list[str]]:
    """For each token a number, the same for the same letters; and the letters of each number."""
    if not len(starts):
        return np.zeros(0, np.int64), []
    powers, inverse = _powers()
    if len(letters) > len(powers):
        powers, inverse = _powers_to(len(letters))
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(letters * powers[: len(letters)], out=sums[1:])
    sizes = ends - starts
    codes = ((sums[ends] - sums[starts]) * inverse[starts]) ^ (sizes.astype(np.uint64) << np.uint64(56))
    _, first, form = unique(codes)
    if not _same(letters, starts, sizes, first[form]):  # two words with one number: told apart by their letters
        words = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        places = {word: n for n, word in enumerate(dict.fromkeys(words))}
        return np.array([places[word] for word in words], np.int64), list(places)
    return form, [text[start:end] for start, end in zip(starts[first].tolist(), ends[first].tolist(), strict=True)]


def _same(letters: Array, starts: Index, sizes: Index, like: Index) -> bool:
    """Whether each token has the letters of the one it is taken to be."""
    if (sizes != sizes[like]).any():
        return False
    places = np.arange(int(sizes.sum())) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    return bool((letters[places] == letters[places + np.repeat(starts[like] - starts, sizes)]).all())


@cache
def _powers() -> tuple[Array, Array]:
    return _powers_to(2 * PIECE)


def _powers_to(count: int) -> tuple[Array, Array]:
    """Powers of the factor and of its inverse, modulo 2 ** 64."""
    tables = []
    for factor in (_FACTOR, pow(_FACTOR, -1, 1 << 64)):
        table = np.full(count, factor, np.uint64)
        table[0] = 1
        tables.append(np.cumprod(table, dtype=np.uint64))
    return tables[0], tables[1]


def unique(values: Array) -> tuple[Array, Index, Index]:
    """Values, each once, rising; the first place of each; and for each place which of them stands there."""
    order = np.argsort(values)  # not stable, which is several times as fast: the first place is looked for
    rising = values[order]
    new = np.ones(len(values), np.bool_)
    new[1:] = rising[1:] != rising[:-1]
    starts = np.flatnonzero(new)
    first = np.minimum.reduceat(order, starts) if len(starts) else order
    places = np.empty(len(values), np.int64)
    places[order] = np.cumsum(new) - 1
    return rising[starts], first, places
