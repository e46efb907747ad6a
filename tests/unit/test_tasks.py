"""Tasks, their keys, and who gets them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from copydesk.labeling import layers, push, tasks
from copydesk.labeling.assignment import assign, skipped_by_holders
from copydesk.labeling.layers import Layer
from copydesk.testing import an_annotation, an_article

ROOT = Path(__file__).parents[2]
ARTICLE = an_article("Rain in Oslo.")
STANCE = layers.read(ROOT / "labeling/stance")


def a_key(article: dict = ARTICLE, layer: Layer = STANCE, target: str = "T1", annotator: str | None = "ann-a") -> str:
    return tasks.key(tasks.parts(article, layer, target, annotator))


def test_a_task_shows_the_article_and_carries_its_key_with_the_readable_parts() -> None:
    data = tasks.render(ARTICLE | {"title": "Weather"}, STANCE, "T3", "ann-a")
    assert data["text"] == "Rain in Oslo."
    assert data["title"] == "Weather"
    assert data["target_title"] == "the Myanmar military authorities"
    assert [data[part] for part in tasks.PARTS] == [
        ARTICLE["article_id"], ARTICLE["text_sha256"], "stance", "1.0.0", "T3", "ann-a",
    ]  # fmt: skip
    assert tasks.is_intact(data)


def test_what_the_page_shows_beside_the_text_is_never_null() -> None:
    data = tasks.render(ARTICLE, STANCE, "T1", None)
    assert [data[name] for name in ("title", "publisher", "published")] == ["", "", ""]


@pytest.mark.parametrize(
    "other",
    [
        a_key(an_article("Rain in Oslo!") | {"article_id": ARTICLE["article_id"]}),
        a_key(ARTICLE | {"article_id": "art-0123456789abcdef"}),
        a_key(layer=layers.read(ROOT / "labeling/claims")),
        a_key(target="T2"),
        a_key(annotator="ann-b"),
        a_key(annotator=None),
    ],
)
def test_each_part_makes_another_task(other: str) -> None:
    assert other != a_key()


def test_metadata_does_not_make_another_task() -> None:
    assert a_key(ARTICLE | {"title": "Weather", "published": "2026-01-01"}) == a_key()


@pytest.mark.parametrize("spoilt", [{"text_sha256": "0" * 64}, {"target": 3}, {tasks.KEY: None}, {"annotator": []}])
def test_a_task_that_someone_edited_is_not_ours(spoilt: dict) -> None:
    assert not tasks.is_intact(tasks.render(ARTICLE, STANCE, "T1", None) | spoilt)


@pytest.mark.parametrize("data", [None, [], "text", {}, {tasks.KEY: a_key()}])
def test_other_peoples_tasks_are_not_ours(data: object) -> None:
    assert not tasks.is_intact(data)


IDS = [f"art-{n:016x}" for n in range(60)]


def test_who_left_after_answering_need_not_be_replaced() -> None:
    held = {each: ["a"] for each in IDS[:20]}
    dealt = assign(IDS[:20], ["a", "c"], 2, held, answered=dict.fromkeys(IDS[:5], 1))
    assert [len(dealt[each]) for each in IDS[:20]] == [1] * 5 + [2] * 15


def test_for_each_who_skipped_an_article_another_is_asked_while_there_is_one() -> None:
    held = {each: ["a", "b"] for each in IDS[:4]}
    dealt = assign(IDS[:4], ["a", "b", "c"], 2, held, skipped={IDS[0]: 1, IDS[1]: 2})
    assert [len(dealt[each]) for each in IDS[:4]] == [3, 3, 2, 2]


def test_who_skipped_and_answered_all_the_same_has_not_skipped() -> None:
    article, other = an_article("Rain."), an_article("Snow.")
    articles = {each["article_id"]: each for each in (article, other)}
    entities = layers.read(ROOT / "labeling/entities")

    def said(about: dict[str, Any], who: str, status: str, n: int, **fields: Any) -> dict[str, Any]:
        given = an_annotation(about, annotator=who, status=status, **fields)
        return given | {"annotation_id": f"ann-{n:016x}"} | ({"value": None} if status == "skipped" else {})

    answers = [
        said(article, "a", "skipped", 1),
        said(article, "b", "skipped", 2),
        said(article, "b", "submitted", 3),
        said(article, "gone", "skipped", 4),
        said(other, "a", "skipped", 5, text_sha256="0" * 64),
        said(other, "a", "skipped", 6, source={"project": "p/entities@1.0.0/training:a"}),
    ]
    assert skipped_by_holders(entities, answers, articles, ["a", "b"]) == {article["article_id"]: 1}
    assert skipped_by_holders(entities, answers, articles, [None]) == {}, "Label Studio asks the others"


def test_everyone_shares_one_desk_without_annotators() -> None:
    assert assign(IDS, [None], 2, {}) == dict.fromkeys(IDS, (None,))


@pytest.mark.parametrize(("people", "redundancy", "each"), [(2, 2, 60), (3, 2, 40), (4, 1, 15), (5, 3, 36), (2, 3, 60)])
def test_work_is_shared_evenly(people: int, redundancy: int, each: int) -> None:
    names = [f"ann-{n}" for n in range(people)]
    assigned = assign(IDS, names, redundancy, {})
    assert all(len(set(got)) == min(people, redundancy) for got in assigned.values())
    assert Counter(name for got in assigned.values() for name in got) == dict.fromkeys(names, each)


def test_assignment_does_not_depend_on_order() -> None:
    assert assign(IDS, ["a", "b", "c"], 2, {}) == assign(IDS[::-1], ["a", "b", "c"], 2, {})


def test_a_newcomer_takes_new_articles_and_moves_no_old_ones() -> None:
    before = assign(IDS[:40], ["a", "b"], 1, {})
    after = assign(IDS, ["a", "b", "c"], 1, before)
    assert all(after[each] == before[each] for each in before)
    assert {after[each] for each in IDS[40:]} == {("c",)}, "who has least gets the next"


def test_the_tasks_of_someone_who_left_go_to_others() -> None:
    before = assign(IDS, ["a", "b", "c"], 2, {})
    after = assign(IDS, ["a", "b"], 2, before)
    assert all(set(got) == {"a", "b"} for got in after.values())


def test_someone_who_is_leaving_keeps_what_they_hold_and_gets_nothing_new() -> None:
    before = assign(IDS[:20], ["a", "b"], 1, {})
    after = assign(IDS, ["a", "b"], 1, before, leaving={"a"})
    assert all(after[each] == before[each] for each in before)
    assert {after[each] for each in IDS[20:]} == {("b",)}


def test_batches_are_bounded_by_count_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "BATCH_TASKS", 3)
    monkeypatch.setattr(push, "BATCH_BYTES", 60)
    sizes = [5, 5, 5, 5, 100, 5, 30, 30]
    got = list(push.batches({"text": "x" * size} for size in sizes))
    assert [[len(data["text"]) for data in batch] for batch in got] == [[5, 5, 5], [5], [100], [5, 30], [30]]
