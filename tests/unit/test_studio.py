"""Whatever an address answers, it is Label Studio's answer or an error that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from copydesk.errors import OutsideError
from copydesk.labeling.studio import Refused, Studio

READS: dict[str, Callable[[Studio], object]] = {
    "me": Studio.me,
    "projects": Studio.projects,
    "users": Studio.users,
    "extent": lambda studio: studio.extent(1),
    "tasks": lambda studio: list(studio.tasks(1, ("id", "data"))),
    "answered": lambda studio: list(studio.answered(1)),
}
ODD: list[object] = [
    *(None, 1, "x", [], [None], [[]], [{"id": "x"}], {}, {"results": None}, {"results": [1]}, {"tasks": {}}),
    *({"tasks": [], "total": None}, {"tasks": [{"id": True}], "total": 1}, {"tasks": [{"id": 0}], "total": 9}),
    {"tasks": [{"id": 2}, {}], "total": 2},
]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: object) -> Studio:
    """A server that answers these, the last one for ever."""
    left = list(answers)
    monkeypatch.setattr(Studio, "_call", lambda *_, **__: orjson.dumps(left.pop(0) if len(left) > 1 else left[0]))
    return Studio("http://127.0.0.1:9", "0" * 40)


@pytest.mark.parametrize("answer", ODD, ids=repr)
@pytest.mark.parametrize("read", READS)
def test_an_odd_answer_is_an_outside_error(monkeypatch: pytest.MonkeyPatch, read: str, answer: object) -> None:
    if (read, answer) == ("users", []):
        return  # nobody yet
    with pytest.raises(OutsideError, match="Label Studio"):
        READS[read](answering(monkeypatch, answer))


def test_a_listing_goes_on_after_the_last_id_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [{"tasks": [{"id": 3}, {"id": 5}], "total": 3}, {"tasks": [{"id": 9}], "total": 1}]
    assert [task["id"] for task in answering(monkeypatch, *pages).tasks(1, ("id",))] == [3, 5, 9]


def test_where_most_tasks_have_answers_those_without_are_left_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = [{"id": 3, "annotations": [{}]}, {"id": 5, "annotations": []}, {"id": 9}]
    studio = answering(monkeypatch, {"tasks": given, "total": 3})
    assert [task["id"] for task in studio.answered(1, most=True)] == [3, 9]


def test_a_server_that_sends_the_same_page_again_and_again_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"tasks": [{"id": 3}, {"id": 5}], "total": 3}
    with pytest.raises(OutsideError):
        list(answering(monkeypatch, page).tasks(1, ("id",)))


def test_projects_of_many_pages_are_there_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server gives a hundred a page at most, whatever it is asked for."""

    def call(_: Studio, method: str, path: str, *, params: dict[str, Any]) -> bytes:
        first = 100 * (params["page"] - 1)
        rows = [{"id": 250 - n} for n in range(first, min(first + 100, 250))]
        return orjson.dumps({"results": rows, "next": "http://x" if first + 100 < 250 else None})

    monkeypatch.setattr(Studio, "_call", call)
    assert [row["id"] for row in Studio("http://127.0.0.1:9", "0" * 40).projects()] == list(range(250, 0, -1))


def test_a_server_with_the_same_projects_on_each_page_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutsideError):
        answering(monkeypatch, {"results": [{"id": 1}], "next": "http://x"}).projects()


@pytest.mark.parametrize("bad", [{1}, {7, 8, 1500}, {3000}, set(range(1, 3001, 400))])
def test_of_a_task_that_the_server_cannot_send_there_is_the_number(
    monkeypatch: pytest.MonkeyPatch, bad: set[int]
) -> None:
    asked = []

    def call(_: Studio, method: str, path: str, *, params: dict[str, Any]) -> bytes:
        after = orjson.loads(params["query"])["filters"]["items"][-1]["value"]
        left = range(after + 1, 3001)
        page = left[: params["page_size"]]
        asked.append(len(page))
        if params["include"] == "id":
            return orjson.dumps({"tasks": [{"id": each} for each in page], "total": len(left)})
        if bad & set(page):
            raise Refused(500, "no reason given")
        return orjson.dumps({"tasks": [{"id": each, "annotations": []} for each in page], "total": len(left)})

    monkeypatch.setattr(Studio, "_call", call)
    found = list(Studio("http://127.0.0.1:9", "0" * 40).answered(1))
    assert [task["id"] for task in found] == list(range(1, 3001))
    assert {task["id"] for task in found if "annotations" not in task} == bad
    assert len(asked) <= 30 * len(bad)


def listing(monkeypatch: pytest.MonkeyPatch, count: int, fails: Callable[[list[int], int], bool]) -> list[int]:
    """A server of ``count`` tasks; ``fails`` is given a page and its number. The list grows as pages are asked for."""
    asked = list[int]()

    def call(_: Studio, method: str, path: str, *, params: dict[str, Any]) -> bytes:
        after = orjson.loads(params["query"])["filters"]["items"][-1]["value"]
        left = range(after + 1, count + 1)
        page = list(left[: params["page_size"]])
        asked.append(len(page))
        if params["include"] != "id" and fails(page, len(asked)):
            raise Refused(500, "no reason given")
        return orjson.dumps({"tasks": [{"id": each, "annotations": []} for each in page], "total": len(left)})

    monkeypatch.setattr(Studio, "_call", call)
    return asked


def test_after_a_hiccup_pages_grow_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = listing(monkeypatch, 10_000, lambda page, number: number <= 7)
    assert len(list(Studio("http://127.0.0.1:9", "0" * 40).answered(1))) == 10_000
    assert len(asked) < 40


def test_a_server_that_fails_with_every_answer_is_said_and_not_asked_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = listing(monkeypatch, 100_000, lambda page, number: True)
    with pytest.raises(Refused):
        list(Studio("http://127.0.0.1:9", "0" * 40).answered(1))
    assert len(asked) < 2000


def test_who_must_know_each_task_whole_is_told_of_none_by_number_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    listing(monkeypatch, 30, lambda page, number: 7 in page)
    with pytest.raises(Refused):
        list(Studio("http://127.0.0.1:9", "0" * 40).tasks(1, ("id", "data")))


def test_a_server_that_fails_altogether_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object, **__: object) -> bytes:
        raise Refused(500, "it refused GET api/tasks/ with 500")

    monkeypatch.setattr(Studio, "_call", call)
    with pytest.raises(Refused, match="500"):
        list(Studio("http://127.0.0.1:9", "0" * 40).answered(1))
