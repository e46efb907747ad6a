"""Which token of an edited text each token of the old one became.

In:  two texts, as tokens.
Out: an :class:`Alignment`. Equal tokens are aligned in order first; then, among what is left, blocks that moved; long
runs take the equal tokens beside them; inside a changed stretch old and new tokens are paired by likeness.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel, LCSseq

from copydesk.spans import Span

WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]|\w+|[^\w\s]")
SAME_SIGN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})

BLOCK = 4  #: tokens in a row from which a block out of order counts as moved
PASSES = 12  #: searches for moved blocks
AROUND = 8  #: tokens on each side that vouch for a place
DENSE = 0.35  #: share of surrounding tokens that must have come along
ALIKE = 0.6  #: likeness from which a changed token is the same word, misspelt
GAP = 40_000  #: pairs compared inside one changed stretch at most
SMALL = 4  #: tokens of a changed stretch up to which one word may stand for quite another


@dataclass(frozen=True, slots=True)
class Text:
    """A text as tokens."""

    spans: list[Span]
    words: list[str]  #: normalised: what counts as the same token

    @classmethod
    def of(cls, text: str) -> Text:
        found = [(Span(match.start(), match.end()), match.group()) for match in WORDS.finditer(text)]
        return cls([span for span, _ in found], [normal(word) for _, word in found])

    def tokens_in(self, span: Span) -> range:
        """Tokens that share a code point with the span."""
        first = bisect_right(self.spans, span.start, key=lambda each: each.end)
        last = first
        while last < len(self.spans) and self.spans[last].start < span.end:
            last += 1
        return range(first, last)


def normal(word: str) -> str:
    return unicodedata.normalize("NFKC", word).translate(SAME_SIGN)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Old token → new token, and how alike the two are (1: the same)."""

    place: list[int | None]
    likeness: list[float]

    @classmethod
    def of(cls, old: Text, new: Text) -> Alignment:
        place: list[int | None] = [None] * len(old.words)
        for one, other in _in_order(old.words, new.words):
            place[one] = other
        _thin_out(place)
        _moved_blocks(place, old.words, new.words)
        _grow(place, old.words, new.words)
        likeness = [0.0 if each is None else 1.0 for each in place]
        _pair_changed(place, likeness, old.words, new.words)
        return cls(place, likeness)


def _in_order(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Equal tokens of the longest common subsequence."""
    for step in LCSseq.opcodes(old, new):
        if step.tag == "equal":
            for n in range(step.src_end - step.src_start):
                yield step.src_start + n, step.dest_start + n


def _thin_out(place: list[int | None]) -> None:
    """Let go of tokens that stand alone among changed ones: common words that met by chance."""
    lonely = [n for n, at in enumerate(place) if at is not None and vouching(place, n, n, at, at) < DENSE]
    for n in lonely:
        place[n] = None


def vouching(place: Sequence[int | None], first: int, last: int, start: int, end: int) -> float:
    """Share of the tokens around old first..last that are just around new start..end, the better side counting."""
    before = range(max(0, first - AROUND), first)
    after = range(last + 1, min(len(place), last + 1 + AROUND))
    shares = []
    for side, near in ((before, start), (after, end)):
        if side:
            along = sum(1 for n in side if (at := place[n]) is not None and abs(at - near) <= 2 * AROUND)
            shares.append(along / len(side))
    return max(shares, default=1.0)


def _moved_blocks(place: list[int | None], old: Sequence[str], new: Sequence[str]) -> None:
    """Align what is left, out of order: runs of ``BLOCK`` tokens or more that both texts still have unaligned."""
    for _ in range(PASSES):
        taken = {at for at in place if at is not None}
        left = [n for n, at in enumerate(place) if at is None]
        free = [n for n in range(len(new)) if n not in taken]
        pairs = [(left[one], free[other]) for one, other in _in_order([old[n] for n in left], [new[n] for n in free])]
        runs = [run for run in _runs(pairs) if len(run) >= BLOCK]
        if not runs:
            return
        for run in runs:
            for one, other in run:
                place[one] = other


def _runs(pairs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Pairs that follow each other without a gap on either side."""
    run: list[tuple[int, int]] = []
    for pair in pairs:
        if run and pair != (run[-1][0] + 1, run[-1][1] + 1):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _grow(place: list[int | None], old: Sequence[str], new: Sequence[str]) -> None:
    """Let long aligned runs take the equal tokens beside them from shorter ones: equal words met in the wrong place."""
    length = [0] * len(place)
    owner: list[int | None] = [None] * len(new)
    runs = list(_runs([(one, other) for one, other in enumerate(place) if other is not None]))
    for run in runs:
        for one, other in run:
            length[one], owner[other] = len(run), one
    for run in sorted(runs, key=lambda each: (-len(each), each[0])):
        for (one, other), step in ((run[0], -1), (run[-1], 1)):
            one, other = one + step, other + step
            while 0 <= one < len(old) and 0 <= other < len(new) and old[one] == new[other]:
                rival = owner[other]
                if max(length[one], length[rival] if rival is not None else 0) >= len(run):
                    break
                before = place[one]
                if before is not None:
                    owner[before] = None
                if rival is not None:
                    place[rival] = None
                place[one], owner[other], length[one] = other, one, len(run)
                one, other = one + step, other + step


def _pair_changed(place: list[int | None], likeness: list[float], old: Sequence[str], new: Sequence[str]) -> None:
    """Pair the tokens of each changed stretch, between two aligned neighbours, by likeness."""
    taken = {at for at in place if at is not None}
    first = 0
    while first < len(place):
        if place[first] is not None:
            first += 1
            continue
        last = first
        while last + 1 < len(place) and place[last + 1] is None:
            last += 1
        free = _free(place, first, last, taken, len(new))
        if free and len(free) * (last + 1 - first) <= GAP:
            is_small = max(len(free), last + 1 - first) <= SMALL
            for one, other, alike in _best(old[first : last + 1], [new[n] for n in free]):
                if alike or is_small:
                    place[first + one], likeness[first + one] = free[other], alike
        first = last + 1


def _free(place: Sequence[int | None], first: int, last: int, taken: set[int], n_new: int) -> list[int]:
    """New tokens that can stand for old first..last: after the one before, before the one after."""
    before = place[first - 1] if first else -1
    after = place[last + 1] if last + 1 < len(place) else n_new
    start = (before if before is not None else -1) + 1
    found = []
    for n in range(start, n_new):
        if n in taken:
            break
        found.append(n)
    if after is not None and start <= after <= start + len(found):
        return found[: after - start]
    return found


def _best(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Pairs of the cheapest way from ``old`` to ``new``; replacing costs a little less than out and in."""
    alike = [[_likeness(one, other) for other in new] for one in old]
    cost = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) + 1):
        for j in range(len(new) + 1):
            ways = []
            if i:
                ways.append(cost[i - 1][j] + 0.5)
            if j:
                ways.append(cost[i][j - 1] + 0.5)
            if i and j:
                ways.append(cost[i - 1][j - 1] + 0.95 - 0.9 * alike[i - 1][j - 1])
            cost[i][j] = min(ways, default=0.0)
    i, j = len(old), len(new)
    while i and j:
        if cost[i][j] == cost[i - 1][j - 1] + 0.95 - 0.9 * alike[i - 1][j - 1]:
            i, j = i - 1, j - 1
            yield i, j, alike[i][j]
        elif cost[i][j] == cost[i - 1][j] + 0.5:
            i -= 1
        else:
            j -= 1


def _likeness(one: str, other: str) -> float:
    likeness = Indel.normalized_similarity(one.casefold(), other.casefold())
    return likeness if likeness >= ALIKE else 0.0
