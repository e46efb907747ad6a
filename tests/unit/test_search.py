"""The search for pairs gives the same over shards and ranges of keys as over one corpus in memory."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from copydesk.console import quiet
from copydesk.dataset import articles as articles_module
from copydesk.dataset.families import blocking, keyed, search
from copydesk.dataset.families.crowds import Crowds
from copydesk.dataset.families.links import COLUMNS
from copydesk.dataset.families.printed import Printed
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Here
from copydesk.testing import an_article

WORDS = [
    f"{a}{b}{c}" for a in ("ha", "lo", "mi", "ter") for b in ("van", "der", "kos") for c in ("ra", "ti", "ny", "sk")
]


def a_crowd(count: int) -> list[str]:
    """Stories of few words in many forms: copies with changes, furniture, and one story that all reprint."""
    chance = random.Random(5)
    furniture = " ".join(chance.choices(WORDS, k=60))
    reprinted, told = " ".join(chance.choices(WORDS, k=80)), list[str]()
    for n in range(count):
        story = chance.choice(told).split() if told and n % 3 == 0 else chance.choices(WORDS, k=90)
        story[n % 50] = f"Name{n}"
        told.append(" ".join([*story, str(n)]))
    return [f"{text} {furniture}" if n % 2 else f"{reprinted} {n} {n + 7}" for n, text in enumerate(told)]


@pytest.mark.parametrize(("crowd", "side_by_side", "at_once"), [(5, 2048, 500), (200, 3, 500_000)])
def test_shards_and_ranges_do_not_matter(
    crowd: int, side_by_side: int, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FAN", side_by_side)
    monkeypatch.setattr(keyed, "AT_ONCE", at_once)
    monkeypatch.setattr(blocking, "CAP", crowd)
    monkeypatch.setattr(articles_module, "GROUP_ROWS", 17)
    monkeypatch.setattr(search, "RANGE", 50)
    monkeypatch.setattr(blocking, "_CHUNK", 8)
    records = [an_article(text, article_id=f"art-{n:016x}") for n, text in enumerate(a_crowd(120))]
    held = articles_module.put(Shelf.at(tmp_path), records, COLUMNS)
    printed = Printed.of(held, Here(), quiet)
    found, furnished = search.pairs(held, printed, Here(), quiet)
    prints = printed.take(held)
    crowds = Crowds.of(prints, blocking.Frequencies.of([blocking.Keys.of(prints).counted()]))
    expected = blocking.candidates(prints, crowds.full)
    assert len(held.names) > 5 and crowds.full.any() and (crowds.own_row >= 0).any() and len(furnished)
    assert np.array_equal(found, expected)
    assert np.array_equal(np.flatnonzero((crowds.own_row[expected] >= 0).all(axis=1)), furnished)
    own, rows = search.own_passages(held), np.flatnonzero(crowds.own_row >= 0)
    alone = crowds.own.take(crowds.own_row[rows])
    assert np.array_equal(own.take(held.take(rows)).words.flat, alone.words.flat)
