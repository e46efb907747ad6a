"""Families to splits: train, validation, test, once and for good.

In:  families, links, articles, the asked shares, the splits of past releases.
Out: a :class:`Splitting`: the split of each article, the articles held out and why, the records to append.

What must not be parted is dealt as one *bundle*: families with any link between them, the *possible* band included.
A bundle with a released family follows it. A new article that ties together families released in different splits is
held out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from copydesk.dataset.components import components
from copydesk.files import digest
from copydesk.project import SPLITS, Splits

Record = Mapping[str, Any]
LARGE = 0.01  #: a bundle with more than this share of the articles is dealt before the others


@dataclass(frozen=True, slots=True)
class Splitting:
    """Who is where."""

    split_of: dict[str, str | None]  #: every article; None: held out
    held_out: dict[str, str]  #: article → reason
    new: list[dict[str, Any]] = field(default_factory=list)  #: records for dataset/splits.jsonl, sorted by family id
    dealt: int = 0  #: articles that had no split before
    undated: dict[str, int] = field(default_factory=dict)  #: for the policy ``time``: those without a date, by split


@dataclass(frozen=True, slots=True)
class _Bundle:
    key: str  # its smallest family id
    articles: tuple[str, ...]


def assign(
    families: Sequence[Record],
    links: Sequence[Record],
    articles: Sequence[Record],
    settings: Splits,
    past: Sequence[Record],
    *,
    since: str,
    labels: Mapping[str, str] | None = None,
) -> Splitting:
    """Deal the families out.

    past:   records of dataset/splits.jsonl; their articles keep their split.
    since:  the release that the new records name.
    labels: for the policy ``stratified``: a label of each article, such as its stance.
    """
    fixed = {article: str(record["split"]) for record in past for article in record["members"]}
    family_of = {article: str(family["family_id"]) for family in families for article in family["members"]}
    # what joins two released articles can no longer change anything
    tied = [
        link
        for link in links
        if link["band"] != "parted"
        and {link["a"], link["b"]} <= family_of.keys()
        and not {link["a"], link["b"]} <= fixed.keys()
    ]
    held = _bridges(families, tied, fixed)
    bundles = _bundles(families, tied, held)
    split_of: dict[str, str | None] = dict.fromkeys(held)
    free = []
    for bundle in bundles:
        splits = {fixed[article] for article in bundle.articles if article in fixed}
        if splits:
            split_of |= {article: fixed.get(article, min(splits)) for article in bundle.articles}
        else:
            free.append(bundle)
    have = Counter(split for split in split_of.values() if split)
    for bundle, split in _deal(free, have, settings, _order(free, articles, settings, labels or {})):
        split_of |= dict.fromkeys(bundle.articles, split)
    return Splitting(
        split_of=dict(sorted(split_of.items())),
        held_out=held,
        new=_records(families, split_of, past, since),
        dealt=sum(len(bundle.articles) for bundle in free),
        undated=_undated(free, articles, split_of) if settings.policy == "time" else {},
    )


def _bridges(families: Sequence[Record], links: Sequence[Record], fixed: Mapping[str, str]) -> dict[str, str]:
    """New articles that tie released families of different splits together: the direct ones, then what still does."""
    reason = "derives from families released in different splits: {}"
    touches: dict[str, set[str]] = defaultdict(set)
    for a, b in ((link["a"], link["b"]) for link in links):
        touches[a] |= {fixed[b]} if b in fixed else set()
        touches[b] |= {fixed[a]} if a in fixed else set()
    held = {
        article: reason.format(", ".join(sorted(splits)))
        for article, splits in sorted(touches.items())
        if article not in fixed and len(splits) > 1
    }
    kin = [[article for article in family["members"] if article not in held] for family in families]
    ties = [(link["a"], link["b"]) for link in links if link["a"] not in held and link["b"] not in held]
    ties += [pair for members in kin for pair in pairwise(members)]
    nodes = (article for members in kin for article in members)
    for component in components(nodes, ties):
        splits = {fixed[article] for article in component if article in fixed}
        if len(splits) > 1:
            held |= {article: reason.format(", ".join(sorted(splits))) for article in component if article not in fixed}
    return dict(sorted(held.items()))


def _bundles(families: Sequence[Record], links: Sequence[Record], held: Mapping[str, str]) -> list[_Bundle]:
    """Families with any link between them, held-out articles aside."""
    family_of = {article: str(family["family_id"]) for family in families for article in family["members"]}
    members = {str(family["family_id"]): [a for a in family["members"] if a not in held] for family in families}
    kept = [link for link in links if link["a"] not in held and link["b"] not in held]
    joined = components(members, ((family_of[link["a"]], family_of[link["b"]]) for link in kept))
    bundles = [_Bundle(ids[0], tuple(a for family in ids for a in members[family])) for ids in joined]
    return [bundle for bundle in bundles if bundle.articles]


def _order(
    bundles: Sequence[_Bundle], articles: Sequence[Record], settings: Splits, labels: Mapping[str, str]
) -> dict[str, list[_Bundle]]:
    """Bundles in the order they are dealt: drawn by salted hash within each stratum, or by time."""

    def drawn(bundle: _Bundle) -> str:
        return digest([settings.salt, bundle.key])

    if settings.policy == "time":
        # a bundle is as old as its oldest article; without a date it goes first, to train
        first = _oldest(bundles, articles)
        return {"": sorted(bundles, key=lambda bundle: (first[bundle.key], drawn(bundle)))}
    strata: dict[str, list[_Bundle]] = defaultdict(list)
    for bundle in sorted(bundles, key=drawn):
        stratum = ""
        if settings.policy == "stratified":
            counts = Counter(labels[a] for a in bundle.articles if a in labels)
            stratum = min(counts, key=lambda label: (-counts[label], label), default="")
        strata[stratum].append(bundle)
    return dict(sorted(strata.items()))


def _oldest(bundles: Sequence[_Bundle], articles: Sequence[Record]) -> dict[str, str]:
    """The day of each bundle's oldest article; empty where none has a date."""
    days = {str(article["article_id"]): article["published"] or article["published_earliest"] for article in articles}
    return {b.key: min((day for a in b.articles if (day := days.get(a))), default="") for b in bundles}


def _undated(
    bundles: Sequence[_Bundle], articles: Sequence[Record], split_of: Mapping[str, str | None]
) -> dict[str, int]:
    """How many articles each split got that no date gives a place."""
    oldest = _oldest(bundles, articles)
    counts = Counter(split_of[a] for bundle in bundles if not oldest[bundle.key] for a in bundle.articles)
    return {split: counts[split] for split in SPLITS if counts[split]}


def _deal(
    bundles: Sequence[_Bundle], have: Counter[str], settings: Splits, strata: Mapping[str, Sequence[_Bundle]]
) -> Iterable[tuple[_Bundle, str]]:
    """Large bundles to the split that lacks most; then each stratum in order, filling one split after the other."""
    total = sum(have.values()) + sum(len(bundle.articles) for bundle in bundles)
    lacks = {split: getattr(settings, split) * total - have[split] for split in SPLITS}
    by_time = settings.policy == "time"
    for stratum in strata.values():
        large = [] if by_time else [bundle for bundle in stratum if len(bundle.articles) > LARGE * total]
        for bundle in sorted(large, key=lambda bundle: -len(bundle.articles)):
            split = max(SPLITS, key=lambda split: lacks[split])
            lacks[split] -= len(bundle.articles)
            yield bundle, split
        small = [bundle for bundle in stratum if by_time or len(bundle.articles) <= LARGE * total]
        yield from _fill(small, lacks)


def _fill(bundles: Sequence[_Bundle], lacks: dict[str, float]) -> Iterable[tuple[_Bundle, str]]:
    """Deal bundles in order, each split getting its part of what is lacking; ``lacks`` is brought up to date."""
    here = sum(len(bundle.articles) for bundle in bundles)
    open_ = {split: max(lacks[split], 0.0) for split in SPLITS}
    whole = sum(open_.values()) or 1.0
    ends, end = [], 0.0
    for split in SPLITS:
        end += here * open_[split] / whole
        ends.append(end)
    dealt = 0
    for bundle in bundles:
        middle = dealt + len(bundle.articles) / 2
        split = next((split for split, end in zip(SPLITS, ends, strict=True) if middle < end), SPLITS[0])
        dealt += len(bundle.articles)
        lacks[split] -= len(bundle.articles)
        yield bundle, split


def _records(
    families: Sequence[Record], split_of: Mapping[str, str | None], past: Sequence[Record], since: str
) -> list[dict[str, Any]]:
    """One record for each family that is new or has new members, as released now."""
    known: dict[str, set[str]] = defaultdict(set)
    for record in past:
        known[str(record["family_id"])].update(record["members"])
    new = []
    for family in families:
        by_split: dict[str, list[str]] = defaultdict(list)
        for article in family["members"]:
            if split := split_of[article]:
                by_split[split].append(article)
        for split, members in sorted(by_split.items()):
            if set(members) - known[str(family["family_id"])]:
                record = {"schema_version": 1, "family_id": family["family_id"], "split": split}
                new.append(record | {"since": since, "members": sorted(members)})
    return sorted(new, key=lambda record: (str(record["family_id"]), str(record["split"])))
