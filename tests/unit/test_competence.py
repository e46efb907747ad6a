"""The model step: Dawid and Skene's estimator, and what it decides when it is sure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from copydesk.labeling import layers
from copydesk.labeling.adjudicate import Adjudication, Model, adjudicate, trust
from copydesk.labeling.adjudicate.competence import dawid_skene
from copydesk.labeling.layers import Layer
from copydesk.schemas import Schemas
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

LABELING = Path(__file__).parents[2] / "labeling"
ENTITIES, STANCE, CLAIMS = (layers.read(LABELING / name) for name in ("entities", "stance", "claims"))

# Dawid and Skene (1979), table 1: 45 patients; anaesthetist 1 three times, then anaesthetists 2 to 5.
PATIENTS = """
111 1 1 1 1, 333 4 3 3 4, 112 2 1 2 2, 222 3 1 2 1, 222 3 2 2 2, 222 3 3 2 2, 122 2 1 1 1, 333 3 4 3 3, 222 2 2 2 3,
232 2 2 2 3, 444 4 4 4 4, 222 3 3 4 3, 111 1 1 1 1, 222 3 2 1 2, 121 1 1 1 1, 111 2 1 1 1, 111 1 1 1 1, 111 1 1 1 1,
222 2 2 2 1, 222 1 3 2 2, 222 2 2 2 2, 222 2 2 2 1, 222 3 2 2 2, 221 2 2 2 2, 111 1 1 1 1, 111 1 1 1 1, 232 2 2 2 2,
111 1 1 1 1, 111 1 1 1 1, 112 1 1 2 1, 111 1 1 1 1, 333 3 2 3 3, 111 1 1 1 1, 222 2 2 2 2, 222 3 2 3 2, 433 4 3 4 3,
221 2 2 3 2, 232 3 2 3 3, 333 3 4 3 2, 111 1 1 1 1, 111 1 1 1 1, 121 2 1 1 1, 232 2 2 2 2, 121 1 1 1 1, 222 2 2 2 2
"""


def test_the_published_marginals_come_out() -> None:
    rows = [row.split() for row in PATIENTS.split(",")]
    votes = [
        (patient, doctor, int(vote) - 1)
        for patient, row in enumerate(rows)
        for doctor, given in enumerate(row)
        for vote in given
    ]
    estimate = dawid_skene(votes, (45, 5, 4))
    assert estimate.prior.round(2).tolist() == [0.40, 0.42, 0.11, 0.07]
    assert estimate.posterior.sum(axis=1) == pytest.approx(1)


def crowd(seed: int, accuracies: list[float], units: int = 200, labels: int = 3) -> tuple[list[Any], Any]:
    random = np.random.default_rng(seed)
    true = random.integers(0, labels, units)
    votes = [
        (unit, who, int(truth if random.random() < right else (truth + random.integers(1, labels)) % labels))
        for unit, truth in enumerate(true)
        for who, right in enumerate(accuracies)
    ]
    return votes, true


def test_it_finds_who_is_right_and_beats_the_majority() -> None:
    ahead = []
    for seed in range(8):
        votes, true = crowd(seed, [0.95, 0.5, 0.5, 0.45, 0.5])
        estimate = dawid_skene(votes, (200, 5, 3), right=8, wrong=1)
        counts = np.zeros((200, 3))
        for unit, _, label in votes:
            counts[unit, label] += 1
        assert estimate.accuracy.argmax() == 0
        right, plain = ((table.argmax(axis=1) == true).mean() for table in (estimate.posterior, counts))
        ahead.append(right - plain)
    assert min(ahead) > 0 and np.mean(ahead) > 0.08


def right(table: Any, true: Any) -> float:
    return float((table.argmax(axis=1) == true).mean())


def test_trust_is_chosen_by_the_votes_alone_and_pays_where_everybody_votes_little() -> None:
    """Thirty people of uneven care, three votes a unit: many have too few answers to be known by them."""
    plain, ours = [], []
    for seed in range(6):
        random = np.random.default_rng(seed)
        true = random.integers(0, 2, 150)
        care = random.choice([0.55, 0.75, 0.95], 30)
        votes = [
            (unit, int(who), int(truth if random.random() < care[who] else 1 - truth))
            for unit, truth in enumerate(true)
            for who in random.choice(30, 3, replace=False)
        ]
        plain.append(right(dawid_skene(votes, (150, 30, 2)).posterior, true))
        ours.append(right(trust.estimate(votes, (150, 30, 2)).posterior, true))
    assert np.mean(ours) > np.mean(plain) + 0.02


def test_careful_people_are_trusted_more_than_careless_ones() -> None:
    def trusted(accuracy: float) -> float:
        right, wrong = trust.pseudo_votes(crowd(5, [accuracy] * 4)[0], (200, 4, 3))
        return right / (right + wrong)

    assert trusted(0.97) > trusted(0.6)


def test_the_order_of_votes_does_not_matter() -> None:
    votes, _ = crowd(4, [0.9, 0.7, 0.6], units=40)
    assert trust.pseudo_votes(votes, (40, 3, 3)) == trust.pseudo_votes(votes[::-1], (40, 3, 3))


def test_weights_are_repetitions() -> None:
    votes, _ = crowd(2, [0.8, 0.7, 0.6], units=30)
    doubled = [*votes, *[(unit + 30, who, label) for unit, who, label in votes if unit < 10]]
    weights = np.array([2.0] * 10 + [1.0] * 20)
    once = dawid_skene(votes, (30, 3, 3), weights=weights)
    twice = dawid_skene(doubled, (40, 3, 3))
    assert once.prior == pytest.approx(twice.prior, abs=1e-6)
    assert once.confusion == pytest.approx(twice.confusion, abs=1e-6)


def test_a_unit_without_votes_has_the_prior() -> None:
    estimate = dawid_skene([(0, 0, 0), (1, 0, 0), (1, 1, 1)], (3, 2, 2))
    assert estimate.posterior[2] == pytest.approx(estimate.prior, abs=1e-3)


# -- in adjudication --------------------------------------------------------------------------------------------------


def decided(layer: Layer, given: list[Any], articles: list[Any], model: Model | None, redundancy: int) -> Adjudication:
    by_id = {article["article_id"]: article for article in articles}
    found = adjudicate(layer, given, by_id, redundancy=redundancy, model=model)
    schemas = Schemas.packaged()
    assert not [issue for unit in found.gold for issue in schemas.check("gold", unit, unit["kind"])]
    return found


def test_a_split_vote_goes_to_the_one_who_is_right_more_often() -> None:
    """Good and fair agree mostly, careless with nobody; then four differ two against two."""
    articles = [an_article(f"Text {n}.") for n in range(40)]
    random = np.random.default_rng(3)
    given = []
    for n, article in enumerate(articles):
        true = ["favor", "against"][n % 2]
        said = [true, true, str(random.choice(["favor", "against"])), str(random.choice(["favor", "against"]))]
        if n == 0:
            said = ["favor", "favor", "against", "against"]
        given += [
            an_annotation(article, "stance", annotator=f"ann-{who}", value={"label": label, "evidence": None})
            for who, label in enumerate(said)
        ]
    first = articles[0]["article_id"]
    without = decided(STANCE, given, articles, None, 4)
    assert first in [dispute["article_id"] for dispute in without.disputed]
    found = decided(STANCE, given, articles, Model(), 4)
    (label,) = (unit for unit in found.gold if unit["article_id"] == first and unit["kind"] == "label")
    assert (label["label"], label["how"]) == ("favor", "model")
    assert label["distribution"][0]["share"] >= 0.9
    assert len(label["annotation_ids"]) == 4
    assert found.by["model"] > 0 and "model" not in without.by


def test_a_model_that_is_not_sure_leaves_the_dispute() -> None:
    article = an_article()
    given = [
        an_annotation(article, "stance", annotator=who, value={"label": label, "evidence": None})
        for who, label in (("a", "favor"), ("b", "against"))
    ]
    found = decided(STANCE, given, [article], Model(), 2)
    assert found.gold == [] and len(found.disputed) == 1


WORDS = "Anna Lind met Bo Ek in Oslo and flew on to Rome with Eva Dahl."
NAMES = [(0, 9), (14, 19), (23, 27), (43, 47), (53, 61)]


def marking(article: dict[str, Any], who: str, ranges: list[tuple[int, int]]) -> dict[str, Any]:
    made = [{"span_id": f"s{n}", **quoted(article["text"], *each), "label": "PERSON"} for n, each in enumerate(ranges)]
    return an_annotation(article, annotator=who, value={"spans": made})


def test_a_span_that_careful_people_mark_stands_against_those_who_overlook() -> None:
    """a and b mark every name; c and d miss most. Two against two on the last name: the model believes a and b."""
    articles = [an_article(f"{WORDS} ({n})") for n in range(12)]
    given = []
    for article in articles:
        for who in ("a", "b"):
            given.append(marking(article, who, NAMES))
        given.append(marking(article, "c", NAMES[:2]))
        given.append(marking(article, "d", NAMES[1:3]))
    without = decided(ENTITIES, given, articles, None, 4)
    found = decided(ENTITIES, given, articles, Model(), 4)
    assert without.disputed and not found.disputed
    assert {unit["span"]["text"] for unit in found.gold if unit["how"] == "model" and unit["span"]} >= {
        "Rome",
        "Eva Dahl",
    }
    texts = {article["article_id"]: article["text"] for article in articles}
    for unit in found.gold:
        if unit["span"]:
            place = unit["span"]
            assert texts[unit["article_id"]][place["start"] : place["end"]] == place["text"]


def test_a_range_by_the_model_was_marked_by_somebody() -> None:
    articles = [an_article(f"{WORDS} ({n})") for n in range(12)]
    given = []
    for article in articles:
        for who in ("a", "b"):
            given.append(marking(article, who, NAMES))
        for who in ("c", "d"):
            given.append(marking(article, who, [(5, 9), *NAMES[1:]]))
    found = decided(ENTITIES, given, articles, Model(least=0.5), 4)
    assert {unit["span"]["text"] for unit in found.gold if unit["span"]} <= {
        "Anna Lind", "Lind", "Bo Ek", "Oslo", "Rome", "Eva Dahl",
    }  # fmt: skip
