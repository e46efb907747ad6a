"""The training round's score, and how far each annotator is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from copydesk.labeling import layers, tasks
from copydesk.labeling.adjudicate import adjudicate
from copydesk.labeling.layers import Layer
from copydesk.labeling.pace import Pace, asked, paces
from copydesk.labeling.scores import Score, scores
from copydesk.labeling.standing import current
from copydesk.project import Project
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article

LABELING = Path(__file__).parents[2] / "labeling"
ENTITIES, STANCE, CLAIMS = (layers.read(LABELING / name) for name in ("entities", "stance", "claims"))
ARTICLE = an_article("Anna Lind of Oslo said nine roads were closed on Monday.")
ARTICLES = {ARTICLE["article_id"]: ARTICLE}
ANNA, OSLO = (0, 9, "PERSON"), (13, 17, "GPE")


def spans(*marked: tuple[int, int, str]) -> dict[str, Any]:
    return {"spans": [{"span_id": "s", **quoted(ARTICLE["text"], a, b), "label": label} for a, b, label in marked]}


def at_training(layer: Layer, who: str, value: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = an_annotation(ARTICLE, layer.name, annotator=who, value=value, **fields)
    return answer | {"source": {**answer["source"], "project": f"corpus/{layer.name}@1.0.0/training:{who}"}}


def scored(layer: Layer, right: dict[str, Any], *answers: dict[str, Any]) -> dict[str, Score]:
    lead = at_training(layer, "lead", right, role="adjudicator")
    found = adjudicate(layer, [lead, *answers], ARTICLES, redundancy=2)
    known = {(unit["article_id"], unit["target"]) for unit in found.gold if unit["kind"] == "answer"}
    return scores(layer, [lead, *answers], found.gold, ARTICLES, known, ["ann-a", "ann-b"])


def test_spans_are_scored_by_range_and_label_and_what_was_confused_is_told() -> None:
    answer = at_training(ENTITIES, "ann-a", spans(ANNA, (13, 17, "LOC")))
    found = scored(ENTITIES, spans(ANNA, OSLO), answer)
    assert (found["ann-a"].answered, found["ann-a"].asked, found["ann-a"].score) == (1, 1, 0.5)
    assert [(each.own, each.other, each.count) for each in found["ann-a"].confusions] == [("LOC", "GPE", 1)]
    assert found["ann-b"] == Score(0, 1, None, {}, ())


def test_nothing_marked_where_nothing_is_has_no_figure_and_a_missed_span_costs() -> None:
    assert scored(ENTITIES, spans(), at_training(ENTITIES, "ann-a", spans()))["ann-a"].score is None
    assert scored(ENTITIES, spans(OSLO), at_training(ENTITIES, "ann-a", spans()))["ann-a"].score == 0


def test_a_choice_is_right_or_wrong_and_an_open_one_is_wrong() -> None:
    for label, score in (("favor", 1), ("against", 0), (None, 0)):
        answer = at_training(STANCE, "ann-a", {"label": label, "evidence": None})
        assert scored(STANCE, {"label": "favor", "evidence": None}, answer)["ann-a"].score == score


def test_claims_forgive_the_edges_and_score_each_question() -> None:
    said = {"checkworthiness": "CFS", "attribution": "indirect", "certainty": "asserted", "claimant": None}
    right = {"spans": [{"span_id": "s", **quoted(ARTICLE["text"], 23, 45), **said}]}
    own = {"spans": [{"span_id": "s", **quoted(ARTICLE["text"], 23, 55), **said, "certainty": "hedged"}]}
    found = scored(CLAIMS, right, at_training(CLAIMS, "ann-a", own))["ann-a"]
    assert found.score == 1
    assert found.questions == {"checkworthiness": 1, "attribution": 1, "certainty": 0}


def test_who_helped_to_decide_is_not_scored_on_it() -> None:
    own = an_annotation(ARTICLE, "entities", annotator="ann-a", value=spans(OSLO))
    found = scored(ENTITIES, spans(OSLO), own)
    assert "ann-a" not in found and found["ann-b"].asked == 1


def test_practice_counts_for_nothing_else_and_an_adjudicators_word_does() -> None:
    lead = at_training(ENTITIES, "lead", spans(OSLO), role="adjudicator")
    practice = at_training(ENTITIES, "ann-a", spans(ANNA))
    assert current(ENTITIES, [lead, practice], ARTICLES) == ([lead], [])


def test_the_time_left_is_the_median_of_ones_own_answers_for_each_open_task() -> None:
    articles = [an_article(f"Text {n}.") for n in range(5)]
    by_id = {article["article_id"]: article for article in articles}
    held = {who: {(article["article_id"], None) for article in articles} for who in ("ann-a", "ann-b", "ann-c")}
    given = [
        an_annotation(article, "entities", annotator="ann-a", value={"spans": []}, lead_time_s=seconds)
        for article, seconds in zip(articles, (10.0, 30.0, 500.0), strict=False)
    ]
    given.append(an_annotation(articles[0], "entities", annotator="ann-b", status="skipped", value=None))
    given.append(an_annotation(articles[0], "entities", annotator="ann-c", status="withdrawn", value=None))
    assert paces(ENTITIES, held, given, by_id, 2) == {
        "ann-a": Pace(answered=3, asked=5, median_s=30.0, left_s=60.0),
        "ann-b": Pace(answered=1, asked=5, median_s=None, left_s=120.0),
        "ann-c": Pace(answered=0, asked=5, median_s=None, left_s=150.0),
    }
    assert paces(ENTITIES, {"ann-a": set()}, [], by_id, 2) == {"ann-a": Pace(0, 0, None, 0.0)}


def test_what_is_asked_is_read_from_the_ledger_and_training_is_not_work(project: Callable[..., Project]) -> None:
    corpus = project()
    (layer,) = layers.load(corpus, ["entities"])

    def row(desk: str, who: str, article: dict[str, Any]) -> dict[str, Any]:
        key = tasks.key(tasks.parts(article, layer, None, who))
        return {"desk": f"{corpus.name}/{desk}", "live": {key: [1, 1, article["article_id"]]}}

    edited = ARTICLE | {"text_sha256": "0" * 64}
    rows = [
        row("entities@1.0.0/ann-a", "ann-a", ARTICLE),
        row("entities@1.0.0/review:judge", "judge", ARTICLE),
        row("entities@1.0.0/training:ann-b", "ann-b", ARTICLE),
        row("entities@0.9.0/ann-c", "ann-c", ARTICLE),
        row("entities@1.0.0/ann-d", "ann-d", edited),
    ]
    task = (ARTICLE["article_id"], None)
    assert asked(corpus, layer, rows, ARTICLES) == {"ann-a": {task}, "judge": {task}}


def test_at_a_desk_of_all_what_is_left_is_everyones_until_each_task_has_its_answers() -> None:
    here, there = an_article("Rain."), an_article("Snow.")
    by_id = {each["article_id"]: each for each in (here, there)}
    shared: dict[str | None, set[Any]] = {None: {(article_id, None) for article_id in by_id}}
    given = [an_annotation(here, annotator=who, lead_time_s=10.0) for who in ("ann-a", "ann-b", "ann-c", "ann-d")]
    given += [an_annotation(there, annotator="ann-a", status="skipped", value=None)]
    found = paces(ENTITIES, shared, given, by_id, 3)
    assert found["everyone"] == Pace(3, 6, 10.0, 30.0), "a fourth answer helps none; who skips is not counted"
    assert found["ann-a"] == Pace(2, 2, 10.0, None), "nobody knows how many more they will take"
