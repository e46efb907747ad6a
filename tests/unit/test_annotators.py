"""Who labels: one person has one pseudonym and one role, nobody's heir gets lost, and no password goes into a pipe."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from copydesk.errors import BadConfig, CopydeskError
from copydesk.files import read_json, write_json
from copydesk.labeling import annotators
from copydesk.labeling.annotators import SignIn
from copydesk.project import Project
from copydesk.views import annotators as views

KARI = "kari@paper.example"


class Users:
    """A server as far as its users go."""

    url, place = "http://127.0.0.1:1", "local"

    def __init__(self, *emails: str) -> None:
        self.emails = list(emails)

    def users(self) -> list[dict[str, Any]]:
        return [{"id": n, "email": email} for n, email in enumerate(self.emails, 1)]

    def sign_up(self, email: str, password: str) -> None:
        self.emails.append(email)


@pytest.fixture
def corpus(project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return project()


def add(corpus: Project, server: Users, name: str, role: str | None = None, **options: Any) -> SignIn:
    return annotators.add(corpus, name, server, role, **options)  # type: ignore[arg-type]


def users(corpus: Project, server: Users) -> dict[int, str]:
    return annotators.users(corpus, server)  # type: ignore[arg-type]


def known(corpus: Project) -> list[tuple[str, str, str | None]]:
    return [(each.name, each.role, each.hands_over_to) for each in annotators.read(corpus)]


def test_adding_somebody_again_gives_the_same_sign_in_and_keeps_their_role(corpus: Project) -> None:
    server = Users()
    first = add(corpus, server, "lead", "adjudicator")
    assert add(corpus, server, "lead") == first
    with pytest.raises(CopydeskError, match="'lead' is there already, with the role 'adjudicator'"):
        add(corpus, server, "lead", "human")
    assert known(corpus) == [("lead", "adjudicator", None)]


@pytest.mark.parametrize("has_left", [False, True])
def test_one_person_never_gets_a_second_pseudonym(corpus: Project, has_left: bool) -> None:
    server = Users(KARI)
    add(corpus, server, "ann-a", user=KARI)
    if has_left:
        annotators.remove(corpus, "ann-a")
    with pytest.raises(CopydeskError, match=f"'{KARI.upper()}' is 'ann-a' here already"):
        add(corpus, server, "ann-z", user=KARI.upper())
    assert users(corpus, server) == {1: "ann-a"}
    assert add(corpus, server, "ann-a", user=KARI).email == KARI


def test_where_two_pseudonyms_name_one_user_it_is_the_one_who_labels(corpus: Project) -> None:
    server = Users(KARI)
    add(corpus, server, "ann-a", user=KARI)
    path = corpus.private / "people.json"
    write_json(path, {"local": {**read_json(path)["local"], "was-left": {"email": KARI, "password": ""}}})
    assert users(corpus, server) == {1: "ann-a"}


def test_nobody_who_takes_over_leaves_before_another_heir_is_named(corpus: Project) -> None:
    server = Users()
    for name in ("a", "b", "c"):
        add(corpus, server, name)
    annotators.reassign(corpus, "a", "b")
    with pytest.raises(CopydeskError, match="'b' takes over what a left open"):
        annotators.remove(corpus, "b")
    annotators.reassign(corpus, "a", "c")
    annotators.remove(corpus, "b")
    assert known(corpus) == [("a", "human", "c"), ("c", "human", None)]


def test_what_is_handed_on_goes_to_the_last_heir(corpus: Project) -> None:
    server = Users()
    for name in ("a", "b", "c"):
        add(corpus, server, name)
    annotators.reassign(corpus, "a", "b")
    annotators.reassign(corpus, "b", "c")
    assert annotators.heirs(annotators.read(corpus)) == {"a": "c", "b": "c"}


@pytest.mark.parametrize(
    ("heirs", "match"),
    [
        ({"a": "gone"}, "'a' hands over to 'gone', who does not label"),
        ({"a": "b", "b": "a"}, "'b' hands over to 'a', who hands over in turn"),
    ],
)
def test_a_file_whose_heirs_lead_nowhere_is_refused(corpus: Project, heirs: dict[str, str], match: str) -> None:
    rows = [f'[[annotators]]\nname = "{name}"\nhands_over_to = "{heir}"\n' for name, heir in heirs.items()]
    (corpus.labeling / "annotators.toml").write_text("".join(rows))
    with pytest.raises(BadConfig, match=match):
        annotators.read(corpus)


@pytest.mark.parametrize("name", ["everyone", "user-1", "Kari", "a b"])
def test_names_that_mean_something_else_are_no_pseudonyms(corpus: Project, name: str) -> None:
    with pytest.raises(CopydeskError, match="cannot be a pseudonym"):
        add(corpus, Users(), name)


def test_who_is_not_there_cannot_leave_even_where_nobody_is(corpus: Project) -> None:
    with pytest.raises(annotators.UnknownAnnotator):
        annotators.remove(corpus, "nobody")
    assert not (corpus.labeling / "annotators.toml").exists()


@pytest.mark.parametrize(("terminal", "written"), [(False, None), (True, Path("here.txt")), (False, Path("here.txt"))])
def test_a_password_is_shown_in_a_terminal_only(terminal: bool, written: Path | None) -> None:
    entry = SignIn("ann-a", "http://127.0.0.1:1/user/login/", "a@b.c", "s3cret-word")
    for is_terminal, where, is_shown in ((True, None, True), (terminal, written, False)):
        out = StringIO()
        views.sign_in(entry, where)(Console(file=out, force_terminal=is_terminal))
        assert ("s3cret-word" in out.getvalue()) is is_shown
