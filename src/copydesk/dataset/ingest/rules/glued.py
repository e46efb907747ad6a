"""Where a scraper lost a line break: a sentence, a date or a credit that runs into a capital, and what sites put last.

In:  a text.
Out: the places within its lines where a line should have ended.
"""

from __future__ import annotations

import re

import numpy as np

_GLUED = re.compile(
    r"(?<=[a-z\d)][.!?])(?=[A-Z][a-z])|(?<=[.!?][\"”’])(?=[A-Z][a-z])|(?<=[a-z!?”’\d])(?=By [A-Z][\w.]+ [A-Z])|"
    r"(?<=[ ,](?:19|20)\d\d)(?=[A-Z])|(?<=[a-z])(?=(?:[A-Z][a-z]{2,8}\.? \d{1,2}, (?:19|20)\d\d))|"
    r"(?<=[a-z])(?=\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (?:19|20)\d\d)|"
    r"(?<=Images)(?=[A-Z])|(?<=[a-z.!?”])(?=Published:? |Updated:? |Most Popular|More about|MORE FROM|More from|"
    r"Get the |Filed Under|Read More|Read more|Related|Sign up|Subscribe|SHARETWEET|Source: |Comments)|(?<=SaveSave)"
)

# Each such place, the buttons' aside, stands before a capital or a digit, and behind a letter, digit or mark. That is
# looked for in bytes, one for each letter of the text, with all that may stand there made one. Letters that no byte
# stands for become question marks: those may be digits of other scripts.
_BUTTONS = "SaveSave"
_SMALL, _CAPITALS, _DIGITS = (bytes(range(first, last + 1)) for first, last in (b"az", b"AZ", b"09"))
# before a capital may stand what has bit 1, before a digit what has bit 2; a capital has bit 4, a digit bit 8
_KINDS = bytes(
    (n in _SMALL + _DIGITS + b".!?\"'") + 2 * (n in _SMALL) + 4 * (n in _CAPITALS) + 8 * (n in _DIGITS + b"?")
    for n in range(256)
)


def places(text: str) -> list[int]:
    """The places in ``text``, in order."""
    found = {at for at in _asked(text) if _GLUED.match(text, at)}
    at = text.find(_BUTTONS)
    while at >= 0:
        found.add(at + len(_BUTTONS))
        at = text.find(_BUTTONS, at + 1)
    return sorted(found)


def _asked(text: str) -> list[int]:
    """Places that may be such: few in most texts."""
    plain = text if text.isascii() else text.replace("’", "'").replace("“", "(").replace("”", '"')
    data = plain.encode("latin-1", "replace")
    kinds = np.frombuffer(data.translate(_KINDS), np.uint8)
    found: list[int] = (np.flatnonzero(kinds[:-1] & (kinds[1:] >> 2)) + 1).tolist()
    return found
