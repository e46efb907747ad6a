"""The pairs of training texts that the model learns from: which derive, what they share, how much each counts.

In:  training texts and variations of them.
Out: :class:`Looked`: the pairs worth a look, with labels and features; :class:`Learnt`: what the heads are fitted to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace

import curves
import numpy as np
import paraphrase
from corpus import FOREIGN, Text

from copydesk.dataset.families import blocking, features, parts, prints

SEED = 20041
COPIED = 0.1  #: share of five-word runs from which two given families are held to be kindred
REPRINT = 0.15  #: the same among texts about the same events, which quote the same people
NEIGHBOURS = 50  #: more than in use: with so many variations the nearest ones are all true
THINNED = 8  #: one in so many pairs that have next to nothing in common is learnt from, and counts for all of them
SAME_EVENT_WEIGHT = 6.0  #: of a pair of texts about one event: few are given, and news is full of them
EVENT_PARTS_WEIGHT = 2.0  #: of passages of two reports on one event, which agree in their facts, to that of the reports
TOLD_WEIGHTS = (0.8, 2.4)  #: of what a variation weighs, a text told anew with its story and with others on its event
_AT_ONCE = 1024


@dataclass(frozen=True)
class Looked:
    """Pairs of texts that are worth a look."""

    pairs: np.ndarray  #: (pairs, 2): numbers of texts
    label: np.ndarray  #: whether they derive (1), do not (0) or are left out (-1)
    x: np.ndarray  #: (pairs, features)
    at: np.ndarray  #: which of the pairs have passages in common that a part of a text may have come from
    of_parts: np.ndarray  #: features of these passages

    def take(self, kept: np.ndarray) -> Looked:
        """Some of the pairs."""
        asked = kept[self.at]
        at = (np.cumsum(kept) - 1)[self.at[asked]]
        return Looked(self.pairs[kept], self.label[kept], self.x[kept], at, self.of_parts[asked])


@dataclass(frozen=True)
class Learnt:
    """Pairs that are learnt from."""

    wholes: curves.Pairs  #: of texts
    parts: curves.Pairs  #: of the passages that some of them have in common

    def __add__(self, other: Learnt) -> Learnt:
        return Learnt(_joined(self.wholes, other.wholes), _joined(self.parts, other.parts))

    def each(self, weigh: Callable[[curves.Pairs], np.ndarray]) -> Learnt:
        """The same pairs with other weights."""
        return Learnt(*(replace(some, weight=weigh(some)) for some in (self.wholes, self.parts)))


def looked_at(texts: Sequence[Text], neighbours: int, looked_only: bool = False) -> Looked:
    """The pairs worth a look and all true ones. ``looked_only``: just those that a build would look at."""
    shelf = prints.Prints.joined(
        [prints.fingerprint([t.text for t in texts[n : n + 256]]) for n in range(0, len(texts), 256)]
    )
    looked = blocking.candidates(shelf, neighbours=neighbours)
    by_family: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        for family in text.families:
            by_family.setdefault(family, []).append(row)
    gold = {pair for rows in by_family.values() for pair in itertools.combinations(rows, 2)}
    every = looked if looked_only else np.array(sorted(gold | set(map(tuple, looked.tolist()))))
    x = features.features(shelf, every)
    kin = kindred(texts, every, x[:, features.NAMES.index("fives_of_less")])
    label = np.array([_label(texts[a], texts[b], kin) for a, b in every.tolist()])
    return Looked(every, label, x, *_parts(shelf, every, x))


def _parts(shelf: prints.Prints, pairs: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs a build compares by their passages, too, and what these share."""
    asked = np.flatnonzero(parts.worth_a_look(x))
    at, found = [], []
    for first in range(0, len(asked), _AT_ONCE):
        some = asked[first : first + _AT_ONCE]
        passages, held = parts.passages(shelf, pairs[some])
        at.append(some[held])
        found.append(features.features(passages, np.arange(len(passages)).reshape(-1, 2))[held])
    return np.concatenate(at), np.concatenate(found)


def kindred(texts: Sequence[Text], pairs: np.ndarray, fives: np.ndarray) -> set[frozenset[str]]:
    """Families given as two of which some texts were copied in part from one another: neither true nor false pairs."""
    found = set()
    for (a, b), share in zip(pairs.tolist(), fives, strict=True):
        one, other = texts[a], texts[b]
        if share >= (REPRINT if one.source == other.source == "ecb" else COPIED) and one.plain and other.plain:
            pairs_of_families = [(f, g) for f in one.families for g in other.families if f != g]
            found |= {frozenset((world + f, world + g)) for f, g in pairs_of_families for world in ("", FOREIGN)}
    return found


def _label(a: Text, b: Text, kin: set[frozenset[str]]) -> int:
    if a.families & b.families:
        return -1 if max(a.share, b.share) < 0.75 else 1  # two cuts of one story may share nothing
    if {a.borrowed, b.borrowed} & (a.families | b.families):
        return -1
    return -1 if any(frozenset((f, g)) in kin for f in a.families for g in b.families) else 0


def weights(texts: Sequence[Text], pairs: np.ndarray) -> np.ndarray:
    """How much each pair counts in training: made-up variations half as much as given texts."""
    plain = np.array([text.plain for text in texts])
    event = np.array([text.source == "ecb" for text in texts])
    given = plain[pairs].all(axis=1)
    return np.where(given, np.where(event[pairs].all(axis=1), SAME_EVENT_WEIGHT, 1.0), 0.5)


def learnt_from(texts: Sequence[Text], looked: Looked) -> Learnt:
    """The labelled pairs and their passages, those with next to nothing in common thinned out."""
    at = looked.at
    wholes = _thinned(texts, looked.pairs, looked.label, looked.x)
    passages = _thinned(texts, looked.pairs[at], looked.label[at], looked.of_parts)
    return Learnt(
        wholes, replace(passages, weight=np.where(_reports(passages), EVENT_PARTS_WEIGHT, 1) * passages.weight)
    )


def _reports(learnt: curves.Pairs) -> np.ndarray:
    """Which pairs are two reports on one event."""
    flags: np.ndarray = (learnt.y == 0) & np.char.startswith(learnt.sources.astype(str), "ecb").all(axis=1)
    return flags


def _thinned(texts: Sequence[Text], pairs: np.ndarray, label: np.ndarray, x: np.ndarray) -> curves.Pairs:
    less, more = (features.NAMES.index(name) for name in ("keys_of_less", "fives_of_more"))
    easy = (label == 0) & (x[:, more] < 0.02) & (x[:, less] < 0.25)
    drawn = np.random.default_rng(SEED).random(len(x)) < 1 / THINNED
    used = (label >= 0) & (~easy | drawn)
    weight = weights(texts, pairs) * np.where(easy, THINNED, 1)
    return curves.Pairs(x[used], label[used], weight[used], worlds(texts)[pairs[used]])


def told_anew(training: Sequence[Text]) -> Learnt:
    """The pairs of given texts with some told anew."""
    texts = [*training, *paraphrase.told(training, SEED)]
    looked = looked_at(texts, NEIGHBOURS)
    learnt = learnt_from(texts, looked.take((looked.pairs >= len(training)).any(axis=1)))
    story, others = TOLD_WEIGHTS
    return learnt.each(lambda some: some.weight * np.where(_reports(some), others, story))


def _joined(*some: curves.Pairs) -> curves.Pairs:
    return curves.Pairs(*(np.concatenate(columns) for columns in zip(*map(astuple, some), strict=True)))


def worlds(texts: Sequence[Text]) -> np.ndarray:
    """Where each text is from: what is left out together. Texts about one event are too few to be left out at once."""
    return np.array([f"ecb/{sum(map(ord, t.group)) % 2}" if t.source == "ecb" else t.source for t in texts])
