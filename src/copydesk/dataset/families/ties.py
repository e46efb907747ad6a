"""Which links are recorded: those within families, and those that tie families together for reasons of their own.

In:  links with people's word in them, and the sets of articles that came of them.
Out: the links that stand. What stands keeps its families in one split, so a subject that many write about in the same
     words must not tie them all: in a corpus of one subject nearly all doubtful links between families are false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from copydesk.dataset.families.clusters import PARTNERS, SUPPORT, Clusters

Link = dict[str, Any]
SURE, LIKELY = "duplicate", "family"


def standing(links: Sequence[Link], clusters: Clusters) -> list[Link]:
    """The links that are recorded, in the same order.

    Always: those within a family, those of the *duplicate* band, what people decided, what a release keeps apart.
    Of the *family* band, those between an article and a family whose texts it is linked with on the whole. Of the
    *possible* band, the best one of an article that has no surer link.
    """
    support = _support(links, clusters)
    kin = {article for link in links if link["band"] in (SURE, LIKELY) for article in (link["a"], link["b"])}
    best = _best(links, kin)

    def stands(link: Link) -> bool:
        a, b, band = link["a"], link["b"], link["band"]
        if clusters.find(a) == clusters.find(b) or link["decided_by"] == "people" or clusters.forbidden(a, b):
            return True
        if band == LIKELY:
            return max(support[a, clusters.find(b)], support[b, clusters.find(a)]) >= SUPPORT
        return bool(band == SURE or link["score"] in (best.get(a), best.get(b)))

    return [link for link in links if stands(link)]


def _support(links: Iterable[Link], clusters: Clusters) -> dict[tuple[str, str], float]:
    """For an article and a family, by what stands for it: mean score of the links between them."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for link in links:
        for one, other in ((link["a"], link["b"]), (link["b"], link["a"])):
            sums[one, clusters.find(other)] += link["score"]
    return {(one, root): total / min(PARTNERS, clusters.texts(root)) for (one, root), total in sums.items()}


def _best(links: Iterable[Link], kin: set[str]) -> dict[str, float]:
    """The best score of each article that has just doubtful links."""
    best: dict[str, float] = {}
    for link in links:
        if link["band"] == "possible":
            for article in {link["a"], link["b"]} - kin:
                best[article] = max(best.get(article, 0.0), link["score"])
    return best
