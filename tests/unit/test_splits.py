"""Splits: shares as asked, families whole, what was released stays."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from copydesk.dataset.release.corpus import Dealt
from copydesk.dataset.splits import assign
from copydesk.project import Splits
from copydesk.testing import a_link, an_article


def an_id(n: int) -> str:
    return f"art-{n:016x}"


def families_of(*sizes: int) -> list[dict[str, Any]]:
    found, first = [], 0
    for n, size in enumerate(sizes):
        members = [an_id(first + each) for each in range(size)]
        found.append({"family_id": f"fam-{n:016x}", "members": members, "aliases": []})
        first += size
    return found


def dealt(families, links=(), past=(), settings=None, labels=None, articles=None):
    articles = articles or [an_article(article_id=each) for family in families for each in family["members"]]
    return assign(families, links, articles, settings or Splits(salt="s"), past, since="1.0.0", labels=labels)


def shares(splitting) -> dict[str, float]:
    counts = Counter(splitting.split_of.values())
    return {split: counts[split] / len(splitting.split_of) for split in ("train", "validation", "test")}


def released(n: int, split: str) -> dict[str, Any]:
    return {"schema_version": 1, "family_id": f"fam-{n:016x}", "split": split, "since": "0.9.0", "members": [an_id(n)]}


@pytest.mark.parametrize("salt", ["", "a", "b", "c"])
@pytest.mark.parametrize("policy", ["hash", "stratified", "time"])
def test_shares_are_within_two_points_from_a_thousand_articles_on(salt, policy):
    families = families_of(*[1] * 500, *[3] * 120, *[7] * 20)
    labels = {an_id(n): "favor" if n % 3 else "against" for n in range(1000)}
    settings = Splits(policy=policy, train=0.7, validation=0.1, test=0.2, salt=salt)
    found = shares(dealt(families, settings=settings, labels=labels))
    assert all(abs(found[split] - getattr(settings, split)) <= 0.02 for split in found)


def test_stratified_splits_have_the_labels_of_the_whole_where_plain_ones_need_not():
    """Distance of each split's labels from those of all, total variation, at a thousand families with a rare label."""
    families = families_of(*[1] * 1000)
    labels = {an_id(n): "none" if n % 40 == 0 else "favor" if n % 3 else "against" for n in range(1000)}
    settings = Splits(policy="stratified", salt="s")
    split_of = dealt(families, settings=settings, labels=labels).split_of
    whole = Counter(labels.values())
    for split in ("train", "validation", "test"):
        part = Counter(labels[each] for each, where in split_of.items() if where == split)
        distance = sum(abs(part[label] / part.total() - whole[label] / 1000) for label in whole) / 2
        assert distance <= 0.02


def test_a_family_is_in_one_split():
    families = families_of(*[4] * 50)
    splitting = dealt(families)
    assert all(len({splitting.split_of[each] for each in family["members"]}) == 1 for family in families)


def test_a_possible_link_keeps_two_families_together():
    families = families_of(*[1] * 40)
    links = [a_link(an_id(n), an_id(n + 1), 0.2) for n in range(0, 40, 2)]
    splitting = dealt(families, links, settings=Splits(train=0.5, validation=0, test=0.5))
    assert all(splitting.split_of[each["a"]] == splitting.split_of[each["b"]] for each in links)
    assert set(splitting.split_of.values()) == {"train", "test"}


def test_a_parted_link_ties_nothing():
    families = families_of(1, 1)
    links = [a_link(an_id(0), an_id(1), 0.99, band="parted")]
    splitting = dealt(families, links, settings=Splits(train=0.5, validation=0, test=0.5))
    assert set(splitting.split_of.values()) == {"train", "test"}


def test_three_families_are_enough():
    splitting = dealt(families_of(3, 1, 1))
    assert splitting.split_of[an_id(0)] == "train"
    assert all(splitting.split_of.values())
    assert len(splitting.new) == 3


def test_nothing_to_split_is_no_error():
    assert dealt([]).split_of == {}


def test_released_families_never_move():
    past = [released(n, "test") for n in range(9)]
    splitting = dealt(families_of(*[1] * 10), past=past)
    assert [splitting.split_of[an_id(n)] for n in range(9)] == ["test"] * 9
    assert splitting.split_of[an_id(9)] == "train"
    assert [record["family_id"] for record in splitting.new] == [f"fam-{9:016x}"]


def test_a_newcomer_follows_its_released_family():
    splitting = dealt(families_of(2, 5), past=[released(0, "test")])
    assert splitting.split_of[an_id(1)] == "test"


def test_a_newcomer_that_bridges_two_splits_is_held_out():
    links = [a_link(an_id(0), an_id(2), 0.95), a_link(an_id(1), an_id(2), 0.3)]
    splitting = dealt(families_of(1, 1, 1), links, [released(0, "train"), released(1, "test")])
    assert splitting.split_of == {an_id(0): "train", an_id(1): "test", an_id(2): None}
    assert "test, train" in splitting.held_out[an_id(2)]
    assert splitting.new == []


def test_newcomers_that_bridge_together_are_held_out_together():
    links = [a_link(an_id(0), an_id(2)), a_link(an_id(2), an_id(3)), a_link(an_id(1), an_id(3))]
    splitting = dealt(families_of(1, 1, 1, 1), links, [released(0, "train"), released(1, "test")])
    assert [*splitting.held_out] == [an_id(2), an_id(3)]


def test_a_newcomer_tied_to_one_of_two_linked_released_families_follows_it():
    links = [a_link(an_id(0), an_id(1)), a_link(an_id(0), an_id(2))]
    splitting = dealt(families_of(1, 1, 1), links, [released(0, "train"), released(1, "test")])
    assert splitting.split_of[an_id(2)] == "train"


def test_by_time_the_newest_are_the_test():
    families = families_of(*[1] * 100)
    articles = [
        an_article(article_id=an_id(n), published=f"2024-{1 + n // 28:02}-{1 + n % 28:02}", published_basis="explicit")
        for n in range(100)
    ]
    splitting = dealt(families, settings=Splits(policy="time"), articles=articles)
    assert [splitting.split_of[an_id(n)] for n in (0, 79, 80, 90, 99)] == [
        "train",
        "train",
        "validation",
        "test",
        "test",
    ]


def test_by_time_articles_without_a_date_are_counted_where_they_went():
    articles = [an_article(article_id=an_id(n), published="2024-01-01" if n > 8 else None) for n in range(10)]
    splitting = dealt(families_of(*[1] * 10), settings=Splits(policy="time"), articles=articles)
    assert (splitting.dealt, splitting.undated) == (10, {"train": 8, "validation": 1})
    [told] = Dealt({}, (), (), splitting.dealt, splitting.undated).issues()
    assert told.severity == "warning" and "9 of 10 articles have no date; dealt first: train 8, val" in told.message


def test_by_time_a_few_without_a_date_are_not_told_nor_any_by_another_policy():
    articles = [an_article(article_id=an_id(n), published="2024-01-01" if n else None) for n in range(10)]
    splitting = dealt(families_of(*[1] * 10), settings=Splits(policy="time"), articles=articles)
    assert not list(Dealt({}, (), (), splitting.dealt, splitting.undated).issues())
    assert dealt(families_of(*[1] * 10), articles=articles).undated == {}


def test_order_of_the_input_does_not_matter():
    families = families_of(*[2] * 30)
    assert dealt(families[::-1]).split_of == dealt(families).split_of
