"""Who answers what: balanced, and the same whoever computes it.

An assignment that stands on the server is kept, so an annotator who joins later takes new articles and moves none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from copydesk.files import digest

Assignment = dict[str, tuple[str | None, ...]]


def assign(
    article_ids: Iterable[str],
    annotators: Sequence[str | None],
    redundancy: int,
    held: Mapping[str, Iterable[str | None]],
    leaving: Collection[str | None] = (),
) -> Assignment:
    """The annotators of each article: those who hold it already, then those with the fewest articles.

    ``annotators`` is ``[None]`` when everyone shares one desk. With fewer annotators than ``redundancy``, each of
    them answers everything. Those who are ``leaving`` keep what they hold and get nothing new.
    """
    articles = sorted(article_ids, key=lambda article_id: digest(article_id, 16))
    kept = {each: [name for name in annotators if name in set(held.get(each, ()))] for each in articles}
    load = Counter(name for names in kept.values() for name in names)
    for article_id in articles:
        names = kept[article_id]
        free = [name for name in annotators if name not in names and name not in leaving]
        free.sort(key=lambda name: (load[name], digest([article_id, name], 16)))
        taken = free[: max(0, redundancy - len(names))]
        load.update(taken)
        names += taken
    return {article_id: tuple(names) for article_id, names in kept.items()}
