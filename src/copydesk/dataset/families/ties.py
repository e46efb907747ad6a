"""Which links are recorded: those within families, and those that tie families together for reasons of their own.

In:  links with people's word in them, and the sets of articles that came of them.
Out: the links that stand. What stands keeps its families in one split, so a subject that many write about in the same
     words must not tie them all: in a corpus of one subject nearly all doubtful links between families are false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from copydesk.dataset.families.clusters import PARTNERS, Clusters

Link = dict[str, Any]
SURE = ("duplicate", "family")  #: bands that speak for a family
TIED = 0.3  #: mean score of an article's links with a family's texts, from which they belong in one split


def standing(links: Sequence[Link], clusters: Clusters) -> list[Link]:
    """The links that are recorded, in the same order.

    Always: those within a family, those of the *duplicate* band, what people decided, what a release keeps apart.
    Of the others, those between an article and a family whose texts it is linked with on the whole, and the best one of
    an article that has just doubtful links.
    """
    support = _support(links, clusters)
    kin = {article for link in links if link["band"] in SURE for article in (link["a"], link["b"])}
    best = _best(links, kin)

    def stands(link: Link) -> bool:
        a, b, band = link["a"], link["b"], link["band"]
        if clusters.find(a) == clusters.find(b) or link["decided_by"] == "people" or clusters.forbidden(a, b):
            return True
        tied = max(support[a, clusters.find(b)], support[b, clusters.find(a)]) >= TIED
        return tied or bool(band == "duplicate" or link["score"] in (best.get(a), best.get(b)))

    return [link for link in links if stands(link)]


def _support(links: Iterable[Link], clusters: Clusters) -> dict[tuple[str, str], float]:
    """For an article and a family, by what stands for it: mean score of the links between them."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for link in links:
        if link["band"] == "parted":
            continue
        for one, other in ((link["a"], link["b"]), (link["b"], link["a"])):
            sums[one, clusters.find(other)] += link["score"]
    return defaultdict(float) | {
        (one, root): total / min(PARTNERS, clusters.texts(root)) for (one, root), total in sums.items()
    }


def _best(links: Iterable[Link], kin: set[str]) -> dict[str, float]:
    """The best score of each article that has just doubtful links."""
    best: dict[str, float] = {}
    for link in links:
        if link["band"] == "possible":
            for article in {link["a"], link["b"]} - kin:
                best[article] = max(best.get(article, 0.0), link["score"])
    return best
