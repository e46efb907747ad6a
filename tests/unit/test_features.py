"""What pairs of texts share, counted in bulk, is what plain sets and a textbook's table say."""

from __future__ import annotations

import random
from itertools import islice, product

import numpy as np
import pytest

from copydesk.dataset.families import words
from copydesk.dataset.families.features import NAMES, features
from copydesk.dataset.families.prints import Prints, fingerprint, letters
from copydesk.dataset.families.scores import score

WORDS = ["the", "of", "and", "a", "minister", "river", "Paris", "Mueller", "1907", "harbour", "strike", "Kowal", "42"]


@pytest.fixture(scope="module")
def prints() -> Prints:
    chance = random.Random(20041)
    made = [f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{n}x" for n in range(9000)]
    texts = [
        "",
        "Harbour.",
        "of the and a",
        *(" ".join(chance.choices(WORDS, k=n)) + "." for n in (3, 39, 40, 41, 300)),
    ]
    long = " ".join(made)
    texts += [long, " ".join(made[4000:] + made[:3000]), " ".join(made[::3]), f"{texts[5]} {' '.join(made[:60])}"]
    return fingerprint(texts)


def every_pair(prints: Prints) -> np.ndarray:
    return np.array([(a, b) for a in range(len(prints)) for b in range(len(prints))])


@pytest.mark.parametrize("what", ["fives", "threes", "pairs"])
def test_shared_runs_are_those_of_plain_sets(prints, what):
    pairs = every_pair(prints)
    found = features(prints, pairs)[:, NAMES.index(f"{what}_of_less")]
    rows = [set(row) for row in map(getattr(prints, what).__getitem__, range(len(prints)))]
    said = [len(rows[a] & rows[b]) / max(1, min(len(rows[a]), len(rows[b]))) for a, b in pairs]
    assert found.tolist() == said


def test_words_in_order_are_those_of_the_textbook(prints):
    pairs = np.array([(a, b) for a, b in every_pair(prints) if max(prints.words.sizes[[a, b]]) <= 400])
    found = features(prints, pairs)[:, NAMES.index("order_of_more")]
    texts = [letters(prints.words[row]) for row in range(len(prints))]
    said = [longest(texts[a], texts[b]) / max(1, len(texts[a]), len(texts[b])) for a, b in pairs]
    assert found.tolist() == said


def longest(a: str, b: str) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        before = row
        row = [0]
        for n, y in enumerate(b):
            row.append(before[n] + 1 if x == y else max(before[n + 1], row[n]))
    return row[-1]


def test_a_score_is_the_same_alone_and_in_company_in_any_order(prints):
    pairs = every_pair(prints)
    together, mixed = score(prints, pairs), np.random.default_rng(1).permutation(len(pairs))
    assert [score(prints, pairs[n : n + 1])[0] for n in range(len(pairs))] == together.tolist()
    assert (score(prints, pairs[mixed]) == together[mixed]).all()


def test_texts_read_the_same_when_more_words_are_met_than_are_kept_in_mind(monkeypatch):
    names = iter("".join(letters) for letters in product("bdfgklmnpr", "aeiou", "bdfgklmnpr", "aeiou", "stvz", "aeiou"))
    texts = [" ".join(islice(names, 1200)) + ". Then Paris said no." for _ in range(24)]
    whole = fingerprint(texts)
    monkeypatch.setattr(words, "_MAX_CACHED", 1500)
    words.lexicon.cache_clear()
    again = fingerprint(texts)
    for column in ("words", "keys", "key_weights", "key_kinds"):
        assert (getattr(again, column).flat == getattr(whole, column).flat).all()
