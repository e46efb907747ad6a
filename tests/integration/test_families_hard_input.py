"""Texts that break tools: endless repetition, nothing but numbers, one story thousands of times, very long ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from copydesk.console import quiet
from copydesk.dataset.families import PeoplesWord, group, link
from copydesk.dataset.families.blocking import NEIGHBOURS
from copydesk.dataset.families.clusters import Clusters
from copydesk.dataset.families.prints import fingerprint
from copydesk.dataset.families.scores import score
from copydesk.executor import Here
from copydesk.testing import an_article

RNG = random.Random(7)
WORDS = ["".join(RNG.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(RNG.randint(4, 9))) for _ in range(3000)]


def a_text(seed: int, n_words: int) -> str:
    """Sentences of invented words; another seed, another text."""
    draw = random.Random(seed)
    sentences = [" ".join(draw.choices(WORDS, k=12)).capitalize() for _ in range(n_words // 12)]
    return ". ".join(sentences) + "."


def grouped(texts: list[str]) -> tuple[int, list[int]]:
    """How many links, and the sizes of families of more than one, largest first."""
    articles = [an_article(text, article_id=f"art-{n:016x}") for n, text in enumerate(texts)]
    links: list[dict[str, Any]] = link(articles, executor=Here(), progress=quiet)
    families = group(articles, links, word=PeoplesWord(), released=[]).families
    sizes = sorted((len(family["members"]) for family in families), reverse=True)
    return len(links), [size for size in sizes if size > 1]


def test_reprints_with_small_edits_are_one_family_at_a_bounded_number_of_links(request: pytest.FixtureRequest) -> None:
    n = 5000 if request.config.getoption("--all") else 260
    story = a_text(1, 120)
    n_links, sizes = grouped([f"{story} Edition {k}, printed for {WORDS[k % 3000]} on page {k}." for k in range(n)])
    assert sizes == [n]
    assert n_links <= 2 * NEIGHBOURS * n


def test_two_states_of_a_story_that_are_each_reprinted_often_are_one_family() -> None:
    states = a_text(1, 120), f"{a_text(50, 12)} {a_text(1, 108)}"
    copies = [f"{state} Edition {k}, page {WORDS[k + at]}." for at, state in enumerate(states) for k in range(30)]
    assert grouped(copies)[1] == [60]


def test_a_crowd_that_was_compared_with_a_few_of_its_texts_is_one_family() -> None:
    few = range(0, 36, 6)
    links = {(min(a, b), max(a, b)): 0.99 for a in few for b in range(66) if a != b}
    links |= {(a, b): 1.0 for a in range(66) for b in range(a + 1, a - a % 6 + 6)}  # sixes that would stand alone
    clusters = Clusters({f"{n:03}": f"{n}" for n in range(66)})
    clusters.grow((f"{a:03}", f"{b:03}", score) for (a, b), score in links.items())
    assert [len(members) for members in clusters.members()] == [66]


def test_pages_that_are_mostly_the_same_furniture_are_no_family() -> None:
    furniture = a_text(2, 360)
    assert grouped([f"{furniture}\n{a_text(100 + k, 84)}" for k in range(40)])[1] == []


def compared(texts: list[str]) -> int:
    """How many pairs of texts are looked at word by word."""
    totals = dict[str, int | None]()

    @contextmanager
    def noting(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        totals[label] = total
        yield lambda n: None

    articles = [an_article(text, article_id=f"art-{n:016x}") for n, text in enumerate(texts)]
    assert link(articles, executor=Here(), progress=noting) == []
    return totals["comparing"] or 0


def test_a_passage_that_a_third_of_all_texts_share_costs_no_pairs() -> None:
    shared, n = a_text(3, 96), 300
    alone = [[a_text(1000 + 6 * k + part, 60) for part in range(5)] for k in range(n)]
    with_it = [[*parts[: k % 6], shared, *parts[k % 6 :]] if k % 10 < 3 else parts for k, parts in enumerate(alone)]
    without, found = (compared(["\n\n".join(parts) for parts in texts]) for texts in (alone, with_it))
    assert 0 < found <= 1.1 * without, "and not 4,005 more, each with each"


@pytest.mark.parametrize("most", [50, 10**6])
def test_tables_of_unlike_numbers_are_no_family(most: int) -> None:
    tables = [" ".join(str(random.Random(61 * k + n).randint(0, most)) for n in range(60)) for k in range(60)]
    assert grouped(tables)[1] == []


def test_endless_repetition_ends() -> None:
    grouped(["buffalo " * (2000 + k) for k in range(12)])
    grouped([f"{WORDS[k]} " * 2000 + a_text(k, 120) for k in range(12)])


def test_a_very_long_text_and_its_copy_with_an_addition_are_one_family(request: pytest.FixtureRequest) -> None:
    n_words = 700_000 if request.config.getoption("--all") else 60_000  # 5 MB in full
    text = a_text(3, n_words)
    assert grouped([text, f"{text} Added later by the desk.", a_text(4, 1200)])[1] == [2]


def test_numbers_weigh_the_same_however_they_are_written() -> None:
    texts = ["Havbris carried 1,200 tons to Mandal.", "Mandal: 1200 tons carried on Havbris, says Solheim."]
    there, back = (score(fingerprint(texts), np.array([pair]))[0] for pair in ((0, 1), (1, 0)))
    assert there == back


def test_what_is_parted_stays_apart_through_any_number_of_joins() -> None:
    names = [f"{n:02d}" for n in range(8)]
    clusters = Clusters({name: name for name in names})
    clusters.part("00", "07")
    for a, b in pairwise(names):
        clusters.join(a, b)
    assert clusters.members() == [names[:7], names[7:]]
