"""How a text ends: whether its last sentence breaks off.

A text that was cut between two sentences looks whole; nobody can tell.
"""

from __future__ import annotations

import re

_WORDS = """a among an and are as at because been between but by can could did does dr during for from had has have he i
if including into is its may might mr mrs ms my nor of or our says shall she should than the their then they to toward
towards until upon via was we were when where whether which while who whose will with would your"""
#: words after which a sentence goes on
OPEN = frozenset(_WORDS.split())
_CLOSED = tuple(".!?:;…\"'”’)]")
_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*(?=\s)")
_LAST = re.compile(r"([\w’']+)$")
TAIL = 16  #: letters, more than any word of OPEN has
BULLETS = "-•*–—·|"
LONG = 40  #: letters of a line whose comma at the end speaks for a cut
WORDS = 5  #: of an unfinished sentence, at least
SMALL = 0.6  #: of these, at least, begin with a small letter: headings and lists do not
SENTENCES, SENTENCE = 4, 40  #: a text that closes its sentences has some, and not more words to each


def is_open(line: str) -> bool:
    """Whether a line ends in a word after which a sentence goes on, or a long one in a comma."""
    if line.endswith(","):
        return len(line) >= LONG
    tail = line[-TAIL:]
    last = _LAST.search(tail)
    return last is not None and (last[1] if last.start() or len(line) > TAIL else last[1].lower()) in OPEN


def breaks_off(text: str) -> bool:
    """Whether the last sentence of a text is not finished, though the others are."""
    others, _, last = text.rstrip().rpartition("\n")
    if last.endswith(_CLOSED) or last[:1] in BULLETS:
        return False
    return is_open(last) or (_runs_on(last) and _closes_others(text, others.split("\n")))


def _runs_on(line: str) -> bool:
    words = _SENTENCE.split(line)[-1].split()
    n_small = sum(word[0].islower() for word in words)
    return len(words) >= WORDS and n_small >= SMALL * len(words) and words[-1].isalpha() and words[-1].islower()


def _closes_others(text: str, lines: list[str]) -> bool:
    n_sentences, others = len(_SENTENCE.findall(text)), [line for line in lines if line.strip()]
    n_closed = sum(line.rstrip().endswith(_CLOSED) for line in others)
    return n_sentences >= SENTENCES and len(text.split()) <= SENTENCE * n_sentences and n_closed >= 0.8 * len(others)
