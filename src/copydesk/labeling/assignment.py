"""Who answers what: balanced, and the same whoever computes it.

An assignment that stands on the server is kept, so an annotator who joins later takes new articles and moves none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from copydesk.files import digest
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current
from copydesk.labeling.standing import skipped as skips

Assignment = dict[str, tuple[str | None, ...]]


def assign(
    article_ids: Iterable[str],
    annotators: Sequence[str | None],
    redundancy: int,
    held: Mapping[str, Iterable[str | None]],
    leaving: Collection[str | None] = (),
    answered: Mapping[str, int] | None = None,
    skipped: Mapping[str, int] | None = None,
) -> Assignment:
    """The annotators of each article: those who hold it already, then those with the fewest articles.

    ``annotators`` is ``[None]`` when everyone shares one desk. With fewer annotators than ``redundancy``, each of
    them answers everything. Those who are ``leaving`` keep what they hold and get nothing new. ``answered``: by how
    many people who left; so many fewer are asked. ``skipped``: by how many who hold it; so many more are.
    """
    articles = sorted(article_ids, key=lambda article_id: digest(article_id, 16))
    kept = {each: [name for name in annotators if name in set(held.get(each, ()))] for each in articles}
    load = Counter(name for names in kept.values() for name in names)
    for article_id in articles:
        names = kept[article_id]
        free = [name for name in annotators if name not in names and name not in leaving]
        free.sort(key=lambda name: (load[name], digest([article_id, name], 16)))
        wanted = redundancy + (skipped or {}).get(article_id, 0) - (answered or {}).get(article_id, 0)
        taken = free[: max(0, wanted - len(names))]
        load.update(taken)
        names += taken
    return {article_id: tuple(names) for article_id, names in kept.items()}


def answered_by_others(
    layer: Layer,
    answers: Iterable[Mapping[str, Any]],
    articles: Mapping[str, Mapping[str, Any]],
    annotators: Collection[str | None],
) -> Counter[str]:
    """By how many people without a desk each article was answered whole, as far as was pulled: they need not be asked.

    Nobody where everyone shares one desk, on which Label Studio counts the answers.
    """
    if None in annotators:
        return Counter()
    told = {
        (answer["article_id"], answer["annotator"], answer["target"])
        for answer in current(layer, answers, articles)[0]
        if answer["role"] == "human" and answer["annotator"] not in annotators
    }
    targets = Counter((article_id, annotator) for article_id, annotator, _ in told)
    return Counter(article_id for (article_id, _), n in targets.items() if n == len(layer.target_ids))


def skipped_by_holders(
    layer: Layer,
    answers: Iterable[Mapping[str, Any]],
    articles: Mapping[str, Mapping[str, Any]],
    annotators: Collection[str | None],
) -> Counter[str]:
    """By how many people with a desk each article was skipped, in whole or for a target: others are asked instead.

    Nobody where everyone shares one desk, on which Label Studio asks the others.
    """
    passed = skips(layer, answers, articles)
    told = {(article_id, name) for (article_id, _), names in passed.items() for name in names if name in annotators}
    return Counter(article_id for article_id, _ in told)
