"""Cut a text into tokens so that every gold span begins and ends at a token's edge."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from copydesk.spans import Span

_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(text: str, spans: Iterable[Span] = ()) -> list[Span]:
    """Words and single marks in order, white space left out; a word that a span cuts is two tokens."""
    edges = {edge for span in spans for edge in (span.start, span.end)}
    found: list[Span] = []
    for match in _TOKEN.finditer(text):
        inside = range(match.start() + 1, match.end())
        cuts = [match.start(), *(at for at in inside if at in edges), match.end()]
        found += [Span(start, end) for start, end in pairwise(cuts)]
    return found


def bio(found: Iterable[Span], marks: Iterable[tuple[Span, str]]) -> list[str]:
    """The BIO tag of each token; ``marks`` do not overlap and both are in the order of the text."""
    tags, waiting, inside = [], list(marks)[::-1], False
    for token in found:
        while waiting and waiting[-1][0].end <= token.start:
            waiting.pop()
            inside = False
        if waiting and token.within(waiting[-1][0]):
            tags.append(f"{'I' if inside else 'B'}-{waiting[-1][1]}")
            inside = True
        else:
            tags.append("O")
    return tags
