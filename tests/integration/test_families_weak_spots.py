"""Where families are hard to tell: corrected versions, tickers, two stories in one, a line or two, small words spun."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from copydesk.console import quiet
from copydesk.dataset.families import PeoplesWord, group, link
from copydesk.executor import Here
from copydesk.testing import an_article

FERRY = (
    "The harbour of Lindesnes was closed on Tuesday after the ferry Havbris struck the north pier at 14:20. "
    "Captain Ingrid Solheim told Fjordbladet that 38 passengers were brought ashore without serious injuries. "
    "The police in Mandal are looking into whether the engines failed when the ferry turned. "
    "Repairs to the pier will cost 12 million kroner, said mayor Torstein Vik, and no ships will sail before May. "
    "The company Sorlinjen, which bought the Havbris in 2011, has sent two inspectors from Kristiansand."
)
SNOW = (
    "Snow fell on Trondheim for nine days, and on Thursday the schools of Lade and Moholt stayed shut. "
    "Kari Moe, who heads the city's schools, hopes that buses will run again by Monday. "
    "Ploughs worked all night on the road to Oppdal, where 140 cars had been left by their drivers. "
    "The weather service in Bergen measured 173 centimetres at Vassfjellet, the most since 1968. "
    "Bakery owner Jonas Haugen gave away 600 loaves to people who could not reach a shop."
)
STRIKE = (
    "Ferry crews along the coast walked out on Tuesday, and the police in Mandal kept the quay clear of cars. "
    "Union leader Anders Lunde wants 4.5 percent more pay; the owners' spokesman Per Dahl offers half of that. "
    "Mayor Torstein Vik of Lindesnes asked both sides to think of the islands, where shops have food for three days."
)
SMALL = {"the": "that", "was": "got", "were": "got", "of": "from", "that": "how", "and": "plus", "to": "unto"}
SMALL |= {
    "in": "within",
    "on": "upon",
    "for": "during",
    "will": "shall",
    "who": "which",
    "by": "through",
    "at": "around",
}


STEMS = [f"{a}{b}" for a, b in product(("kar", "mol", "ven", "tor", "bel", "las"), ("ano", "eth", "ick", "ury", "ova"))]


def told(seed: int, sentences: int) -> list[str]:
    """Sentences of a story of its own."""
    chance = random.Random(seed)
    words = [f"{a}{b}" for a, b in product(chance.sample(STEMS, 24), chance.sample(STEMS, 24))]
    return [f"{' '.join(chance.choices(words, k=11)).capitalize()}." for _ in range(sentences)]


def found(*texts: str) -> tuple[list[dict[str, Any]], list[int]]:
    """The links recorded, and for each text which family it is in."""
    articles = [an_article(text, article_id=f"art-{n:016x}") for n, text in enumerate(texts)]
    grouping = group(articles, link(articles, executor=Here(), progress=quiet), word=PeoplesWord(), released=[])
    family = grouping.family_of()
    names = sorted({*family.values()}, key=lambda name: min(a for a in family if family[a] == name))
    return grouping.links, [names.index(family[each["article_id"]]) for each in articles]


def test_a_publishers_corrected_version_is_its_first_ones_family() -> None:
    corrected = FERRY.replace("38 passengers", "41 passengers").replace("14:20", "14:40").replace("2011", "2013")
    links, families = found(FERRY, f"Correction: an earlier version gave a wrong time.\n{corrected}", SNOW)
    assert families == [0, 0, 1]
    assert [each["band"] for each in links] == ["duplicate"]


def test_states_of_a_live_ticker_are_one_family_and_another_ticker_is_not() -> None:
    def state(story: str, n: int) -> str:
        sentences = story.split(". ")
        return "\n".join(f"{14 + k}:05 {sentences[k]}." for k in range(n))

    tickers = [state(FERRY, n) for n in (3, 4, 5)] + [state(SNOW, n) for n in (3, 4, 5)]
    assert found(*tickers)[1] == [0, 0, 0, 1, 1, 1]


def test_a_ticker_that_doubles_and_doubles_stays_one_family() -> None:
    entries = [f"{9 + n // 6}:{n % 6}5 {sentence}" for n, sentence in enumerate(told(1, 96))]
    states = ["\n".join(reversed(entries[:n])) for n in (6, 12, 24, 48, 96)]
    assert found(*states, SNOW)[1] == [0, 0, 0, 0, 0, 1]


def test_a_round_up_is_linked_with_every_copy_of_every_story_that_it_has_a_part_of() -> None:
    stories = [told(seed, 48) for seed in range(20)]
    texts = [" ".join(story) for story in stories]
    round_up = "\n".join(" ".join(story[:24]) for story in stories)
    links, _ = found(*texts, *(f"{text} (Agency)" for text in texts), round_up)
    assert {int(each["a"][4:], 16) for each in links if int(each["b"][4:], 16) == 40} == {*range(40)}


def test_an_article_of_two_stories_is_tied_to_both_and_joins_them_not() -> None:
    edited = [(story, story.replace("said", "says").replace("day", "day morning")) for story in (FERRY, SNOW)]
    links, families = found(*edited[0], *edited[1], f"{FERRY}\n{SNOW}")
    assert families[0] == families[1] != families[2] == families[3]
    tied = {each["a"][-1] for each in links if each["b"][-1] == "4"}
    assert tied & {"0", "1"} and tied & {"2", "3"}


def test_stories_of_one_day_and_place_stand_apart() -> None:
    assert found(FERRY, STRIKE, SNOW)[1] == [0, 1, 2]


@pytest.mark.parametrize("words", [8, 14, 25])
def test_the_first_lines_of_a_story_are_its_family(words: int) -> None:
    brief = " ".join(FERRY.split()[:words])
    assert found(FERRY, brief, SNOW, " ".join(SNOW.split()[:words]))[1] == [0, 0, 1, 1]


@pytest.mark.parametrize("line", ["Man held after fire", "Storm warning lifted.", "Ruten stengt etter ras."])
def test_the_same_few_words_are_one_family_however_they_are_set(line: str) -> None:
    again = [line.upper(), f"“{line}”", line.replace(" ", "\n"), f"  {line} "]
    assert found(line, *again, SNOW)[1] == [0, 0, 0, 0, 0, 1]


def test_unlike_one_liners_stand_alone() -> None:
    lines = [
        "Rain in Oslo.",
        "Rain in Bergen.",
        "Photo: Reuters",
        "Photo: AFP",
        "Watch the video here.",
        "Advertisement",
    ]
    assert found(*lines)[1] == list(range(len(lines)))


def test_small_words_put_otherwise_hide_nothing() -> None:
    spun = " ".join(SMALL.get(word, word) for word in FERRY.split())
    links, families = found(FERRY, spun, SNOW)
    assert families == [0, 0, 1]
    assert links[0]["band"] == "duplicate"
