"""Words that synonym machines put and writers of news hardly do, such as *twelvemonth* or *surplusage*.

``benchmarks/train_synonyms.py`` learned the list, and says what it is worth on stories left out of the learning.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from copydesk.files import read_json

LIST = Path(__file__).with_name("synonyms.json")
LEAST = 4  #: different words of the list
SHARE = 0.01  #: of a text's words, at least
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")  # names left out


def words(text: str) -> set[str]:
    """The different words of a text that are in small letters."""
    return set(_WORD.findall(text))


def puts_synonyms(text: str, odd: frozenset[str] | None = None) -> bool:
    """Whether a machine seems to have put synonyms for words all over a text; ``odd``: the list, if not ours."""
    odd, parts = known() if odd is None else odd, text.split()
    if len(odd.intersection(parts)) < LEAST // 2:  # soon told, and so of most texts
        return False
    return len(odd & words(text)) >= max(LEAST, SHARE * len(parts))


@cache
def known() -> frozenset[str]:
    """The list."""
    return frozenset(read_json(LIST))
