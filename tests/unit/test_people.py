"""Each annotator beside the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from copydesk.labeling import layers
from copydesk.labeling.agreement import Confused, people
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

LABELING = Path(__file__).parents[2] / "labeling"
ENTITIES, STANCE = (layers.read(LABELING / name) for name in ("entities", "stance"))
LABELS = ["favor", "against", "neutral"]


def answered(votes: list[list[str | None]], **fields: Any) -> tuple[list[Any], dict[str, Any]]:
    articles = [an_article(f"Text {n}.") for n in range(len(votes))]
    given = [
        an_annotation(article, "stance", annotator=f"ann-{who}", value={"label": label, "evidence": None}, **fields)
        for article, row in zip(articles, votes, strict=True)
        for who, label in enumerate(row)
    ]
    return given, {article["article_id"]: article for article in articles}


def test_who_answers_at_random_stands_apart_and_the_others_do_not() -> None:
    random = np.random.default_rng(5)
    votes = []
    for _ in range(60):
        true = str(random.choice(LABELS))
        careful = [true if random.random() < 0.9 else str(random.choice(LABELS)) for _ in range(3)]
        votes.append([*careful, str(random.choice(LABELS))])
    found = people(STANCE, *answered(votes))
    assert [(person.annotator, person.stands_apart) for person in found] == [
        ("ann-0", False),
        ("ann-1", False),
        ("ann-2", False),
        ("ann-3", True),
    ]
    assert "Stands apart" in found[3].says


def test_two_people_cannot_tell_who_stands_apart() -> None:
    found = people(STANCE, *answered([["favor", "against"], ["favor", "favor"], ["against", "favor"]]))
    assert [(person.agreement, person.among_others, person.stands_apart) for person in found] == [
        (0.333333, None, False)
    ] * 2


def test_one_article_in_common_tells_nothing_of_a_range() -> None:
    found = people(STANCE, *answered([["favor", "favor", "against"]]))
    assert [(person.among_others, person.apart_low, person.stands_apart) for person in found] == [
        (0.0, None, False),
        (0.0, None, False),
        (1.0, None, False),
    ]
    assert all(person.says.startswith("Too few articles in common with the others") for person in found)
    more = people(STANCE, *answered([["favor", "favor", "favor"]] * 2))
    assert [person.says for person in more] == ["Within the others' range."] * 3


def test_confusions_are_seen_from_each_side() -> None:
    one, other = people(STANCE, *answered([["favor", "neutral"], ["favor", "neutral"], ["against", "against"]]))
    assert one.says == (
        "No two others answered the same tasks, so there is no telling who stands apart. "
        "Most often says favor where another says neutral (2 times)."
    )
    assert one.confusions == (Confused("favor", "neutral", 2),)
    assert other.confusions == (Confused("neutral", "favor", 2),)


def test_alone_and_abstaining_there_is_no_figure() -> None:
    (alone,) = people(STANCE, *answered([["favor"]], lead_time_s=None))
    assert (alone.agreement, alone.shared, alone.median_lead_time_s) == (None, 0, None)
    abstaining = people(STANCE, *answered([["favor", None]]))
    assert [person.agreement for person in abstaining] == [None, None]
    assert {person.says for person in (alone, *abstaining)} == {"No answer of another can be compared with theirs yet."}


def test_spans_are_confused_by_label_or_with_nothing() -> None:
    article = an_article("Anna Lind of Oslo met Bo Ek in Rome.")

    def by(who: str, *spans: tuple[int, int, str]) -> dict[str, Any]:
        made = [
            {"span_id": f"s{n}", **quoted(article["text"], start, end), "label": label}
            for n, (start, end, label) in enumerate(spans)
        ]
        return an_annotation(article, annotator=who, value={"spans": made})

    given = [by("a", (0, 9, "PERSON"), (13, 17, "GPE"), (31, 35, "GPE")), by("b", (0, 9, "PERSON"), (13, 17, "ORG"))]
    one, other = people(ENTITIES, given, {article["article_id"]: article})
    assert one.agreement == other.agreement == 0.4
    assert set(one.confusions) == {Confused("GPE", "ORG", 1), Confused("GPE", "(nothing)", 1)}
    assert one.says.endswith("Most often marks as GPE what another leaves out (once).")
    alone, _ = people(ENTITIES, [by("a"), by("b", (0, 9, "PERSON"))], {article["article_id"]: article})
    assert alone.says.endswith("Most often leaves out what another marks as PERSON (once).")
    assert set(other.confusions) == {Confused("ORG", "GPE", 1), Confused("(nothing)", "GPE", 1)}
