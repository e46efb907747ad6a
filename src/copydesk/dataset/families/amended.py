"""People's word in links: what they joined and what they parted, also where the model linked it with others only.

In:  articles by id, the links between them, people's word.
Out: the links as people amended them, sorted by (a, b).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from copydesk.dataset.families.links import Article, Link, link_of
from copydesk.dataset.families.people import PeoplesWord
from copydesk.dataset.families.prints import fingerprint
from copydesk.dataset.families.scores import BANDS, band, score

Pair = tuple[str, str]

LEAST = BANDS[-1][1]  #: score of a link at all
FAMILY_LEAST = BANDS[1][1]  #: score from which a link makes a family


def amend(by_id: Mapping[str, Article], links: Iterable[Link], word: PeoplesWord) -> list[Link]:
    """The links with people's word in them: joins at least *family*, partings in the band *parted*.

    A parted pair without a link gets one where the model sees any likeness, so that the reason is not lost: copies, for
    one, are linked with the first of them alone.
    """
    found = {(link["a"], link["b"]): link for link in links}
    joined = {(a, b): reason for a, b, reason in word.joined() if a in by_id and b in by_id}
    parted = {pair: reason for pair, reason in word.parted().items() if by_id.keys() >= {*pair}}
    scores = compared(by_id, [pair for pair in (*joined, *parted) if pair not in found])
    for pair, value in scores.items():
        if pair in joined or value >= LEAST:
            found[pair] = link_of(by_id[pair[0]], by_id[pair[1]], value)
    for pair, reason in joined.items():
        value = max(found[pair]["score"], FAMILY_LEAST)
        found[pair] = found[pair] | {"score": value, "band": band(value), "decided_by": "people", "reason": reason}
    for pair in parted.keys() & found.keys():
        found[pair] = found[pair] | {"band": "parted", "decided_by": "people", "reason": parted[pair]}
    return [found[pair] for pair in sorted(found)]


def compared(by_id: Mapping[str, Article], pairs: Sequence[Pair]) -> dict[Pair, float]:
    """What the model says of pairs, which a build may never have looked at. Equal texts are copies, however short."""
    ids = sorted({each for pair in pairs for each in pair})
    if not ids:
        return {}
    at = {each: n for n, each in enumerate(ids)}
    texts = [by_id[each]["text"] for each in ids]
    values = score(fingerprint(texts), np.array([(at[a], at[b]) for a, b in pairs]))
    return {
        pair: 1.0 if texts[at[pair[0]]] == texts[at[pair[1]]] else float(value)
        for pair, value in zip(pairs, values, strict=True)
    }
