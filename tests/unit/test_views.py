"""What verbs print: one row for what is alike, and no word that is Python's."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from copydesk.console import PIPED
from copydesk.dataset.build import Built
from copydesk.schemas.checking import Checker
from copydesk.validate import Validation
from copydesk.views import View
from copydesk.views import corpus as views


def printed(view: View) -> str:
    out = StringIO()
    view(Console(file=out, width=PIPED))
    return out.getvalue()


def a_reject(where: str, code: str = "no-text-column") -> dict[str, Any]:
    return {"code": code, "where": where, "message": "no column 'text'", "raw_sha256": None}


def built(*rejects: dict[str, Any]) -> Built:
    return Built(len(rejects), 0, len(rejects), 0, 0, 0, {}, rejects, ())


def test_rejects_of_one_file_that_say_the_same_are_one_row() -> None:
    rows = [a_reject(f"wire: raw/a.csv#{n}") for n in range(2, 1002)]
    told = printed(views.built(built(*rows, a_reject("wire: raw/b.csv", "empty"))))
    assert "wire: raw/a.csv#2 and 999 more" in told and "raw/a.csv#3" not in told
    assert "wire: raw/b.csv" in told and "… and" not in told


def test_rejects_that_are_not_shown_are_counted() -> None:
    assert "… and 5 more" in printed(views.built(built(*(a_reject(f"wire: raw/{n}.txt") for n in range(25)))))


def test_a_row_that_no_terminal_shows_is_one_line() -> None:
    told = printed(views.built(built(a_reject("wire: raw/" + 40 * "long/" + "a.csv#2"))))
    assert any("a.csv#2" in line and "no-text-column" in line for line in told.splitlines())


def test_numbers_of_one_have_their_singular() -> None:
    assert printed(views.validation(Validation(1, []))) == "1 record checked: 0 errors, 0 warnings\n"


def test_values_that_break_a_schema_are_shown_as_json_has_them() -> None:
    checker = Checker({"properties": {"a": {"type": "string"}}})
    messages = [checker.check({"a": value}, "x")[0].message for value in (None, True, {"b": None})]
    assert messages == [f"{value} is not of type 'string'" for value in ("null", "true", '{"b": null}')]
