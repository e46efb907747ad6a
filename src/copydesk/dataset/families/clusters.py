"""Links to sets of articles: the best supported come together first, until support is too weak.

In:  articles, links between them, what must come together and what must stay apart.
Out: sets of articles, whatever the order of the input.

Two sets come together when their members are linked on the whole, not just somewhere: one text that two stories share,
or a chain of doubtful links, does not make one family of many. Articles of the same text count as one.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

SUPPORT = 0.5  #: mean score that the links between two sets must reach
OF_THREE = 0.4  #: the same where they are three texts in all: a cut and a rewrite of one text may share nothing
HUB = 48  #: links from which a text is one of the few that a crowd was compared with
PARTNERS = 6  #: links that a member of the smaller set is asked for at most, however large the other


class Clusters:
    """Sets of articles that only grow, except across what must stay apart."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """``texts``: each article and what tells its text apart, such as a digest."""
        self._leader = {article: article for article in texts}
        self._members = {article: [article] for article in texts}
        self._texts = {article: {text} for article, text in texts.items()}
        self._foes: dict[str, set[str]] = defaultdict(set)
        self._fixed: dict[str, str] = {}
        self._sums: dict[str, dict[str, float]] = defaultdict(dict)
        self._queue: list[tuple[float, str, str]] = []

    def part(self, a: str, b: str) -> None:
        """Two articles that must stay apart."""
        self._foes[a].add(b)
        self._foes[b].add(a)

    def fix(self, article: str, split: str) -> None:
        """An article that a release has put in a split; what is fixed in two splits stays apart."""
        self._fixed[article] = split

    def find(self, article: str) -> str:
        """What stands for the set of this article."""
        while (leader := self._leader[article]) != article:
            self._leader[article] = self._leader[leader]
            article = leader
        return article

    def texts(self, article: str) -> int:
        """How many texts the set of this article has."""
        return len(self._texts[self.find(article)])

    def forbidden(self, a: str, b: str) -> str | None:
        """Why the sets of two articles must stay apart: *parted*, *released*; None when they need not."""
        a, b = self.find(a), self.find(b)
        if any(self.find(foe) == b for foe in self._foes.get(a, ())):
            return "parted"
        splits = {self._fixed[root] for root in (a, b) if root in self._fixed}
        return "released" if len(splits) > 1 else None

    def join(self, a: str, b: str) -> None:
        """Put two articles' sets together, unless that is forbidden."""
        a, b = sorted((self.find(a), self.find(b)), key=lambda root: (-len(self._members[root]), root))
        if a == b or self.forbidden(a, b):
            return
        self._leader[b] = a
        self._members[a] += self._members.pop(b)
        self._texts[a] |= self._texts.pop(b)
        self._foes[a] |= self._foes.pop(b, set())
        if b in self._fixed:
            self._fixed[a] = self._fixed.pop(b)
        for other, total in self._sums.pop(b, {}).items():
            self._sums[other].pop(b)
            if other != a:
                self._sums[a][other] = self._sums[other][a] = self._sums[a].get(other, 0.0) + total
                self._push(a, other)

    def grow(self, links: Iterable[tuple[str, str, float]]) -> None:
        """Put sets together by the links between them, the best supported first."""
        for a, b, score in links:
            a, b = self.find(a), self.find(b)
            if a != b:
                self._sums[a][b] = self._sums[b][a] = self._sums[a].get(b, 0.0) + score
        # a crowd is compared with a few of its texts: were each of these to gather some first, no two would meet again
        self._merge({text for text, others in self._sums.items() if len(others) > HUB})
        self._merge(self._sums.keys())

    def _merge(self, among: Collection[str]) -> None:
        """Put the sets of these together, the best supported first."""
        for a in among:
            for b in self._sums[a]:
                if a < b and b in among:
                    self._push(a, b)
        while self._queue:
            support, a, b = heapq.heappop(self._queue)
            if not (a in self._members and b in self._members and a in among and b in among):
                continue
            if -support == self._support(a, b):
                self.join(a, b)
            else:
                self._push(a, b)  # one of the two has grown since

    def _push(self, a: str, b: str) -> None:
        support = self._support(a, b)
        least = OF_THREE if len(self._texts[a]) + len(self._texts[b]) <= 3 else SUPPORT
        if support >= least:
            heapq.heappush(self._queue, (-support, min(a, b), max(a, b)))

    def _support(self, a: str, b: str) -> float:
        fewer, more = sorted((len(self._texts[a]), len(self._texts[b])))
        return round(self._sums[a].get(b, 0.0) / (fewer * min(more, PARTNERS)), 9)

    def members(self) -> list[list[str]]:
        """The sets, each sorted, in the order of their smallest article."""
        return sorted(sorted(members) for members in self._members.values())
