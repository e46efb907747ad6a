"""A part of a text is compared as a text of its own; what it has and has not is the same as if it stood alone."""

import numpy as np
import pytest

from copydesk.dataset.families import model, parts
from copydesk.dataset.families.features import NAMES, features
from copydesk.dataset.families.prints import cut_out, fingerprint
from copydesk.dataset.families.scores import score

SENTENCES = [
    "The ferry Havbris struck the north pier of Lindesnes at 14:20 on Tuesday.",
    "Captain Ingrid Solheim said that 38 passengers were brought ashore unhurt.",
    "Repairs to the pier will cost 12 million kroner, mayor Torstein Vik said.",
    "The company Sorlinjen bought the Havbris in 2011 from a yard in Gdansk.",
]
OTHERS = [
    "Snow fell on Trondheim for nine days, and the schools of Lade stayed shut.",
    "Kari Moe hopes that buses will run again to Oppdal by Monday morning.",
    "Baker Jonas Haugen gave away 600 loaves to people who could not reach a shop.",
    "The weather service in Bergen measured 173 centimetres at Vassfjellet.",
    "Ploughs worked all night on the road, where 140 cars had been left.",
    "A museum in Bodo shows paintings of whales by the late Astrid Nygaard.",
    "Its director, Even Sand, expects 9,000 visitors before the long summer ends.",
    "Farmers near Hamar planted potatoes early, as the ground was soft in March.",
]


@pytest.mark.parametrize(("first", "end"), [(0, 1), (1, 3), (0, 4), (3, 4)])
def test_sentences_cut_out_have_the_fingerprint_that_they_have_alone(first: int, end: int) -> None:
    whole = fingerprint([" ".join(OTHERS), " ".join(SENTENCES)])
    cut = cut_out(whole, np.array([1]), np.array([first]), np.array([end]))
    alone = fingerprint([" ".join(SENTENCES[first:end])])
    for column in ("words", "keys", "key_weights", "content", "pairs", "threes", "fives"):
        assert getattr(cut, column)[0].tolist() == getattr(alone, column)[0].tolist(), column


def test_the_passage_of_a_long_text_is_the_story_that_it_tells_in_between() -> None:
    brief, long = " ".join(SENTENCES), " ".join([*OTHERS[:4], *SENTENCES, *OTHERS[4:]])
    found, held = parts.passages(fingerprint([long, brief]), np.array([(0, 1)]))
    assert held.tolist() == [True]
    assert found.words[0].tolist() == found.words[1].tolist() == fingerprint([brief]).words[0].tolist()


def test_the_rewrite_of_a_section_is_known_for_one() -> None:
    retold = (
        "The Havbris, a ferry, hit the north pier of Lindesnes on Tuesday at 14:20. All 38 passengers came ashore "
        "unhurt, its captain, Ingrid Solheim, told reporters. Mayor Torstein Vik said mending the pier would cost 12 "
        "million kroner. Sorlinjen, the company, got the Havbris from a yard in Gdansk in 2011."
    )
    prints, pair = fingerprint([" ".join(SENTENCES), " ".join([*OTHERS, retold])]), np.array([(0, 1)])
    whole = model.link()(features(prints, pair))[0, 1]
    assert whole < 0.1 <= score(prints, pair)[0], "at least possible"


def test_short_passages_and_two_that_hold_little_of_either_text_say_nothing() -> None:
    texts = [" ".join([SENTENCES[0], *OTHERS[:4]]), " ".join([SENTENCES[0], *OTHERS[4:]]), SENTENCES[0]]
    held = parts.passages(fingerprint(texts), np.array([(0, 1), (0, 2)]))[1]
    assert held.tolist() == [False, False]


def test_texts_of_one_length_and_books_are_not_asked_for_parts() -> None:
    shared = np.ones((3, len(NAMES)))
    shared[1:, NAMES.index("length_ratio")] = 0.01
    shared[:, NAMES.index("words")] = np.log1p([100, 100, 300])
    assert parts.worth_a_look(shared).tolist() == [False, True, False]
