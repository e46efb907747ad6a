"""Signs: what a text must hold for a pattern to match anything in it. Most texts hold few, and spare most patterns.

In:  a text, or one line of it.
Out: which signs of all rules and marks it holds, found in one pass; with what letters it opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from copydesk.dataset.ingest.rules.remembered import remembered

OPENING = 3  #: letters that tell with what word a line opens
_WORD = re.compile(r"[^\W_]+")

CONTROLS = tuple(map(chr, (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFEFF)))


def folded(text: str) -> str:
    """Letters as patterns compare them in either case: what a pattern's words are looked for in."""
    return text.lower() if text.isascii() else text.replace("İ", "i").replace("ı", "i").casefold()


class Signs:
    """Looks for many signs at once, and for words."""

    def __init__(self, signs: Iterable[str], words: Iterable[str]) -> None:
        first = sorted(set(signs))
        self._signs, self._n_signs = [*first, *sorted(words)], len(first)
        self._automaton = BytesAhoCorasick([each.encode() for each in self._signs], implementation=Implementation.DFA)

    def held(self, text: str) -> frozenset[str]:
        """The signs that stand anywhere in ``text``, and the words that no letter stands beside."""
        data = folded(text).encode(errors="surrogatepass")
        signs, first = self._signs, self._n_signs
        return frozenset(
            [
                signs[n]
                for n, start, end in self._automaton.find_matches_as_indexes(data, overlapping=True)
                if n < first or not (data[start - 1 : start].isalpha() or data[end : end + 1].isalpha())
            ]
        )


@cache
def _all() -> Signs:
    from copydesk.dataset.ingest import quality, rules  # who asks; they import this module

    return Signs((*rules.signs(), *quality.signs()), quality.words())


def held(text: str) -> frozenset[str]:
    """Of the signs and the words that rules and marks ask for, those that ``text`` holds."""
    return _all().held(text)


_of_line = remembered(folded)


def opening(line: str) -> str:
    """The first letters of a line's first word, in small letters; ``0`` for a number, empty where there is no word."""
    first = line[:OPENING]
    if first.isascii() and first.isalpha():  # as of most lines
        return first.lower()
    word = _WORD.search(line)
    if word is None:
        return ""
    return "0" if word[0][0].isdecimal() else folded(word[0][:OPENING])[:OPENING]


@dataclass(frozen=True, slots=True)
class Signed:
    """A pattern and its signs: lines that hold none of them, nor open with one of its words, are spared the pattern."""

    pattern: re.Pattern[str]
    signs: frozenset[str]
    opens: frozenset[str]

    def _may(self, text: str) -> bool:
        if self.opens and opening(text) in self.opens:
            return True
        if not self.signs:
            return False
        small = _of_line(text)
        for sign in self.signs:  # noqa: SIM110, any() would cost more
            if sign in small:
                return True
        return False

    def among(self, held: frozenset[str]) -> Signed:
        """The same for lines of a text that holds no other signs."""
        return replace(self, signs=self.signs & held)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.pattern.fullmatch(text) if self._may(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        return self.pattern.match(text) if self._may(text) else None


def signed(pattern: re.Pattern[str], *signs: str, opens: str | None = None) -> Signed:
    """``pattern``; any line that it matches holds one of ``signs`` or opens with one of the words ``opens``.

    Of a word its first three letters are looked at; ``0`` is any number; no word is a line without any.
    """
    words = [] if opens is None else [word[:OPENING] for word in opens.split()] or [""]
    return Signed(pattern, frozenset(signs), frozenset(words))
