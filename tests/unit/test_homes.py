"""Families of a whole corpus are those that all articles together give, however few of them anything ties."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from copydesk.dataset import articles as articles_module
from copydesk.dataset.families import Found, PeoplesWord, group, homes, settle
from copydesk.dataset.families.grouping import new_id
from copydesk.dataset.families.links import COLUMNS
from copydesk.dataset.families.people import Rename, Ruling
from copydesk.dataset.shelf import Shelf
from copydesk.schemas import Schemas
from copydesk.testing import a_link, an_article


def an_id(n: int) -> str:
    return f"art-{n:016x}"


@pytest.mark.parametrize("seed", range(4))
def test_families_of_a_corpus_are_those_of_all_articles_at_once(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "GROUP", 7)
    monkeypatch.setattr(homes, "TOGETHER", 5)
    chance = random.Random(seed)
    records = [an_article(f"Story {chance.randrange(25)} of the day.", article_id=an_id(n)) for n in range(40)]
    pairs = {tuple(sorted(chance.sample(range(40), 2))) for _ in range(9)}
    links = [a_link(an_id(a), an_id(b), chance.choice([0.2, 0.6, 0.95])) for a, b in sorted(pairs)]
    word = PeoplesWord(
        joins=(Ruling((an_id(3), an_id(39)), "the same"),),
        parts=(Ruling((an_id(5), an_id(7)), "not the same"),),
        renames=(Rename(new_id(an_id(11)), "fam-00000000000000aa", "by hand"),),
    )
    released = [{"family_id": new_id(an_id(20)), "split": "train", "since": "1.0.0", "members": [an_id(21), an_id(22)]}]
    held = articles_module.put(Shelf.at(tmp_path), records, COLUMNS)
    scores = np.array([each["score"] for each in links])
    found = settle(Found(held, np.array(sorted(pairs)), scores), word=word, released=released)
    expected = group(records, links, word=word, released=released)
    tables = list(found.tables(Schemas.packaged().arrow("family")))
    assert [row for table in tables for row in table.to_pylist()] == expected.families
    assert (
        len(found) == len(expected.families)
        and np.unique(found.family, return_counts=True)[1].min() == 1
        and len(tables) > 1
    )
    assert dict(zip(map(held.article_id, range(40)), found.of(np.arange(40)), strict=True)) == expected.family_of()
    assert found.grouping.report() == expected.report()
    described = [links[n] for n in found.recorded.tolist()]  # what is described, and no other
    assert list(found.links(described)) == expected.links
    assert found.n_links == len(expected.links)
