"""Articles in shards: merged into fewer for reading them in order, they are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copydesk.dataset import articles as articles_module
from copydesk.dataset.families.links import COLUMNS
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Here
from copydesk.testing import an_article


@pytest.mark.parametrize("place", ["folder", "memory://merged"])
def test_merged_shards_hold_the_same_articles_in_the_same_order(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("GROUP_ROWS", 3), ("MERGED", 2), ("FEW", 4), ("TOGETHER", 2)):
        monkeypatch.setattr(articles_module, name, value)
    records = [an_article(f"Story {n}.", article_id=f"art-{n * 7919 % 101:016x}") for n in range(40)]
    held = articles_module.put(Shelf.at(tmp_path), records, COLUMNS)
    mixed = held.take(np.argsort(held.ids % 7, kind="stable"))
    shuffled = articles_module.Draft(held.shelf)
    for first in range(0, 40, 3):  # shards whose articles stand between those of others
        name = f"mixed-{first}.arrow"
        table = mixed.take(np.sort(np.arange(first, min(first + 3, 40)))).table().sort_by("article_id")
        articles_module.shards.write(held.shelf, name, table)
        shuffled.take_up(name, table, np.ones(len(table), np.int64))
    scattered = shuffled.articles(np.ones(40, np.bool_))
    merged = scattered.merged(Here(), Shelf.at(place if "://" in place else tmp_path / place))
    assert len(scattered.names) == 14 and len(merged.names) == 7
    assert merged.table().equals(held.table()) and scattered.table().equals(held.table())
    some = np.array([5, 30, 31, 32, 7])
    assert merged.take(some).table().equals(held.take(some).table())


def test_a_few_shards_stay_as_they_are(tmp_path: Path) -> None:
    held = articles_module.put(Shelf.at(tmp_path), [an_article("A story.")], COLUMNS)
    assert held.merged(Here(), Shelf.at(tmp_path / "merged")) is held
