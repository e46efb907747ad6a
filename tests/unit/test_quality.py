"""Quality marks: what tells a text that was cut off or spun, and what does not."""

from __future__ import annotations

import pytest

from copydesk.dataset.ingest import plain
from copydesk.dataset.ingest.endings import breaks_off, is_open
from copydesk.dataset.ingest.synonyms import puts_synonyms
from copydesk.dataset.ingest.traced import Traced

STORY = (
    "The council met on Tuesday and agreed, after a long debate, to pay for the bridge. It rained. Nobody left. Why?"
)
SPUN = (
    "Well, at least there put-upon to be one. It has been quite a twelvemonth, with surplusage and accordancing of oil."
)


def marks(text: str) -> frozenset[str]:
    return plain.read(Traced.whole(text), ()).quality


@pytest.mark.parametrize(
    "end",
    [
        "The mayor, who came late, said that the",
        "The",
        "She then went to the harbour, where the ships lay waiting,",
        "The mayor, who came late, had nothing to say about the old ferry",
        "She then went home...",
        "She then went […]",
        "She then went to the old ferry and\n\nFull Article",
    ],
)
def test_a_text_that_breaks_off_is_truncated_and_keeps_its_last_words(end: str) -> None:
    found = plain.read(Traced.whole(f"{STORY}\n\n{STORY}\n{end}"), ())
    assert "truncated" in found.quality
    assert found.text.text.endswith(end.split("\n")[0])


@pytest.mark.parametrize(
    "end",
    [
        "",
        "She then went home.",
        "“It will not be long before the bridge is there”",
        "- a line of a list that nobody closes with a full stop",
        "The Council Will Pay for the Bridge",
        "Best bridge: Oslo",
        "for more on the plan of the city see www.example.com/news",
    ],
)
def test_a_text_that_ends_is_not(end: str) -> None:
    assert not breaks_off(f"{STORY}\n\n{STORY}\n{end}".rstrip())


def test_where_no_sentence_is_closed_the_last_one_tells_nothing() -> None:
    assert not breaks_off("the council met\nit agreed to pay for the new bridge\nnobody had left by then it seems")


def test_words_after_which_a_sentence_goes_on() -> None:
    assert is_open("He met Mr") is False and is_open("he met the") and not is_open("the end")
    assert is_open(f"He said {'_' * 20} the") and not is_open(f"{'_' * 1_000_000} %"), "soon told, however long"


def test_words_that_a_synonym_machine_puts_are_traces_when_they_are_many() -> None:
    assert puts_synonyms(f"{SPUN} They admonished the penalisation of an affaire.") and "spun" in marks(
        f"{SPUN} {SPUN}"
    )
    assert not puts_synonyms(f"{STORY} It has been quite a twelvemonth, with surplusage.")
    assert not puts_synonyms(SPUN + STORY * 40), "four words in a long text"
