"""Find labels again after their text was edited.

In:  the old text, the new text, spans over the old one.
Out: for each span where its words are now: ``unchanged``, ``moved`` (same words elsewhere), ``edited`` (some words
differ: a person looks again) or ``orphan`` (gone: a person decides).

Tokens of the two texts are aligned: first in order, then, among what is left, blocks that moved. Inside a changed
stretch old and new tokens are paired by likeness. A span is where its first and last surviving tokens are, provided
that enough of its own words came through and that its surroundings vouch for the place: a short name alone proves
nothing.
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
ALIVE = 0.3  #: share of a span's letters that must have come through
ALIKE = 0.5  #: likeness from which a changed token is the same word, misspelt
GAP = 40_000  #: pairs compared inside one changed stretch at most


@dataclass(frozen=True, slots=True)
class Reanchored:
    """Where a span is in the new text. An orphan keeps its old offsets."""

    status: str  #: unchanged | moved | edited | orphan
    start: int
    end: int
    score: float  #: share of the span's letters that came through, 0 to 1


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as tokens."""

    spans: list[Span]
    words: list[str]  #: normalised: what counts as the same token

    @classmethod
    def of(cls, text: str) -> _Text:
        found = [(Span(match.start(), match.end()), match.group()) for match in WORDS.finditer(text)]
        return cls([span for span, _ in found], [_normal(word) for _, word in found])


def _normal(word: str) -> str:
    return unicodedata.normalize("NFKC", word).translate(SAME_SIGN)


def reanchor(old_text: str, new_text: str, spans: Sequence[Span]) -> list[Reanchored]:
    """Each span's place in ``new_text``, in the order given."""
    if old_text == new_text:
        return [Reanchored("unchanged", span.start, span.end, 1.0) for span in spans]
    old, new = _Text.of(old_text), _Text.of(new_text)
    alignment = _Alignment.of(old, new)
    return [_found(span, old_text, new_text, old, new, alignment) for span in spans]


@dataclass(frozen=True, slots=True)
class _Alignment:
    """Old token → new token, and how alike the two are (1: the same)."""

    place: list[int | None]
    likeness: list[float]

    @classmethod
    def of(cls, old: _Text, new: _Text) -> _Alignment:
        place: list[int | None] = [None] * len(old.words)
        for one, other in _in_order(old.words, new.words):
            place[one] = other
        _thin_out(place)
        _moved_blocks(place, old.words, new.words)
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
    lonely = [n for n, at in enumerate(place) if at is not None and _vouching(place, n, n, at, at) < DENSE]
    for n in lonely:
        place[n] = None


def _vouching(place: Sequence[int | None], first: int, last: int, start: int, end: int) -> float:
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
            for one, other, alike in _best(old[first : last + 1], [new[n] for n in free]):
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


def _found(span: Span, old_text: str, new_text: str, old: _Text, new: _Text, alignment: _Alignment) -> Reanchored:
    orphan = Reanchored("orphan", span.start, span.end, 0.0)
    inside = _tokens_in(span, old)
    placed = [n for n in inside if alignment.place[n] is not None]
    if not placed:
        return orphan
    letters = sum(len(old.words[n]) for n in inside)
    score = sum(len(old.words[n]) * alignment.likeness[n] for n in placed) / letters
    places = [at for n in placed if (at := alignment.place[n]) is not None]
    start, end = places[0], places[-1]
    if (
        score < ALIVE
        or places != sorted(places)
        or _vouching(alignment.place, inside[0], inside[-1], start, end) < DENSE
    ):
        return orphan
    found = Span(
        new.spans[start].start + _inside(span.start - old.spans[placed[0]].start, placed[0], start, old, new),
        new.spans[end].end - _inside(old.spans[placed[-1]].end - span.end, placed[-1], end, old, new),
    )
    if found.end <= found.start:
        return orphan
    return Reanchored(_status(span, found, old_text, new_text), found.start, found.end, round(score, 4))


def _tokens_in(span: Span, text: _Text) -> range:
    """Tokens that share a code point with the span."""
    first = bisect_right(text.spans, span.start, key=lambda each: each.end)
    last = first
    while last < len(text.spans) and text.spans[last].start < span.end:
        last += 1
    return range(first, last)


def _inside(distance: int, old_token: int, new_token: int, old: _Text, new: _Text) -> int:
    """How far inside its token a span's end lies, kept only where the token is the same."""
    same = old.words[old_token] == new.words[new_token] and len(old.spans[old_token]) == len(new.spans[new_token])
    return distance if same and distance > 0 else 0


def _status(span: Span, found: Span, old_text: str, new_text: str) -> str:
    before, after = old_text[span.start : span.end], new_text[found.start : found.end]
    if [_normal(word) for word in WORDS.findall(before)] != [_normal(word) for word in WORDS.findall(after)]:
        return "edited"
    return "unchanged" if before == after and span == found else "moved"
