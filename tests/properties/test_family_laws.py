"""What must hold of links whatever the texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.console import quiet
from copydesk.dataset.families import PeoplesWord, group, link
from copydesk.dataset.families.prints import Prints, fingerprint
from copydesk.dataset.families.scores import score
from copydesk.executor import Here
from copydesk.testing import an_article

VOCABULARY = """the of and to in storm harbour ferry Oslo Bergen minister 1,200 14 police said strike vote coast
    船 海 港 voted walked Lindesnes Havbris Solheim budget snow fish boats Tuesday closed fire school Vik Mandal"""
WORDS = st.sampled_from(VOCABULARY.split())
SENTENCES = st.lists(WORDS, min_size=3, max_size=14).map(" ".join)
TEXTS = st.lists(SENTENCES, min_size=1, max_size=8).map(lambda parts: ". ".join(parts) + ".")


def an_id(n: int) -> str:
    return f"art-{n:016x}"


def articles_of(texts: list[str]) -> list[dict[str, Any]]:
    return [an_article(text, article_id=an_id(n)) for n, text in enumerate(texts)]


def linked(articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return link(articles, executor=Here(), progress=quiet)


@settings(deadline=None, max_examples=30)
@given(st.lists(TEXTS, min_size=2, max_size=8), st.randoms())
def test_order_does_not_matter(texts, rng):
    articles = articles_of(texts)
    shuffled = list(articles)
    rng.shuffle(shuffled)
    assert linked(shuffled) == linked(articles)


@settings(deadline=None, max_examples=50)
@given(st.lists(TEXTS | st.text(max_size=200), min_size=2, max_size=6))
def test_scores_are_symmetric_and_depend_on_the_two_texts_alone(texts):
    prints = fingerprint(texts)
    pairs = np.array([(a, b) for a in range(len(texts)) for b in range(len(texts)) if a != b])
    together = dict(zip(map(tuple, pairs.tolist()), score(prints, pairs).tolist(), strict=True))
    for (a, b), value in together.items():
        alone = Prints.joined([fingerprint([texts[a]]), fingerprint([texts[b]])])
        assert value == together[b, a] == score(alone, np.array([(0, 1)]))[0]


@settings(deadline=None, max_examples=30)
@given(st.lists(TEXTS, min_size=2, max_size=7))
def test_an_unrelated_article_changes_nothing(texts):
    articles = articles_of(texts)
    unrelated = an_article("zwxq vjkp qzxv pqkj wvzx", article_id=an_id(99))
    assert linked([*articles, unrelated]) == linked(articles)


@settings(deadline=None, max_examples=30)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.data())
def test_a_verbatim_copy_is_in_its_originals_family(texts, data):
    original = data.draw(st.integers(0, len(texts) - 1))
    articles = articles_of([*texts, texts[original]])
    family = group(articles, linked(articles), word=PeoplesWord(), released=[]).family_of()
    assert family[an_id(len(texts))] == family[an_id(original)]


@settings(deadline=None, max_examples=50)
@given(st.lists(TEXTS | st.text(max_size=200), min_size=2, max_size=6))
def test_evidence_lies_inside_both_texts(texts):
    articles = {article["article_id"]: article for article in articles_of(texts)}
    for found in linked(list(articles.values())):
        for each in found["evidence"]:
            assert 0 <= each["a_start"] < each["a_end"] <= articles[found["a"]]["n_chars"]
            assert 0 <= each["b_start"] < each["b_end"] <= articles[found["b"]]["n_chars"]
