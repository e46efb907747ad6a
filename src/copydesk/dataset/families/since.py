"""What became of families since the last build, whether or not a release knows them.

In:  the families of the last build, as they still stand in ``build/``, and those of this one.
Out: new articles that came into families, and families that went into others; for the answer of ``build`` alone, as
     what it writes depends on its inputs and on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from copydesk.dataset.articles import Array
from copydesk.dataset.families.homes import Homes
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError

Changes = dict[str, list[dict[str, str]]]


def since(store: Store, homes: Homes) -> Changes | None:
    """``joined`` and ``merged``; None where no earlier build can be read."""
    try:
        parts = list(_homes(store))
    except CopydeskError:
        return None
    ids, old = (np.concatenate([np.zeros(0, np.uint64), *(part[n] for part in parts)]) for n in (0, 1))
    order = np.argsort(ids)
    ids, old = ids[order], old[order]
    at = np.minimum(np.searchsorted(ids, homes.articles.ids), max(len(ids) - 1, 0))
    known = ids[at] == homes.articles.ids if len(ids) else np.zeros(len(homes.articles), np.bool_)
    rows = np.flatnonzero(~known & np.isin(homes.family, homes.family[known]))
    joined = zip(rows.tolist(), homes.of(rows), strict=True)
    return {
        "joined": [{"article_id": homes.articles.article_id(row), "family_id": family} for row, family in joined],
        "merged": _merged(old[at[known]], homes.family[known]),
    }


def _merged(old: Array, new: Array) -> list[dict[str, str]]:
    """Families that are no more and whose articles stand with those of another. By article: its old and new family."""
    pairs = np.unique(np.stack([new, old], axis=1), axis=0)
    into, sizes = np.unique(pairs[:, 0], return_counts=True)
    gone = np.isin(pairs[:, 0], into[sizes > 1]) & ~np.isin(pairs[:, 1], into)
    return [{"family_id": f"fam-{old:016x}", "into": f"fam-{new:016x}"} for new, old in pairs[gone].tolist()]


def _homes(store: Store) -> Iterator[tuple[Array, Array]]:
    """Article and family of the last build, as the numbers in their ids, some at a time."""
    for batch in store.batches("families", ["family_id", "members"]):
        members = batch.column("members")
        sizes = members.value_lengths().to_numpy(zero_copy_only=False)
        yield _numbers(members.flatten()), np.repeat(_numbers(batch.column("family_id")), sizes)


def _numbers(ids: Any) -> Array:
    return np.array([int(each[4:], 16) for each in ids.to_pylist()], np.uint64)
