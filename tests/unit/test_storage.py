"""Where shards stand: what an address may be, what is said when it fails, and that nothing is found by listing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from copydesk.console import quiet
from copydesk.crash import scrub
from copydesk.dataset import shards
from copydesk.dataset.build import build
from copydesk.dataset.shelf import Shelf
from copydesk.dataset.storage import BadStorage
from copydesk.errors import OutsideError
from copydesk.executor import Engine
from copydesk.files import sha256_file
from copydesk.project import Project

STORY = (
    "The ferry struck the pier at noon on Tuesday, said Captain {0}. Nobody was hurt, and the harbour of {0} opened."
)


class NeverLists(MemoryFileSystem):  # type: ignore[misc]
    """Keeps what it is given, and shows none of it in listings."""

    protocol = "neverlists"
    store: dict[str, Any] = {}  # noqa: RUF012  # as its base has it
    pseudo_dirs: list[str] = [""]  # noqa: RUF012

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        return []


@pytest.fixture
def late() -> Iterator[str]:
    fsspec.register_implementation("neverlists", NeverLists, clobber=True)
    yield "neverlists://corpora"
    NeverLists.store.clear()


def made(project: Project) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in sorted(project.build.glob("*.*")) if path.name != ".lock"}


def test_a_build_asks_for_nothing_by_listing(late: str, project: Callable[..., Project]) -> None:
    corpus = project(**{f"a{n}": f"{STORY.format(n // 2)} It was day {n}." for n in range(8)})
    build(corpus, engine=Engine(jobs=1), progress=quiet)
    expected = made(corpus)
    for _ in range(2):  # the second goes on from what the first has kept
        build(corpus, engine=Engine(jobs=1, storage=late), progress=quiet)
        assert made(corpus) == expected
    assert NeverLists.store


def test_projects_share_an_address(late: str, project: Callable[..., Project]) -> None:
    build(project(rain=STORY), engine=Engine(jobs=1, storage=late), progress=quiet)
    assert NeverLists.store and all("/corpora/copydesk/corpus/" in name for name in NeverLists.store)


ADDRESSES = {
    "klm://bucket/x": "Protocol not known: klm",
    "s3://": "names no place",
    "ftp://desk:secret@127.0.0.1/x": "holds a password",
    "s3://bucket/x?key=secret": "holds a password or settings",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_cannot_serve_is_refused_before_anything_is_done(
    address: str, project: Callable[..., Project]
) -> None:
    corpus = project(rain=STORY)
    with pytest.raises(BadStorage, match=ADDRESSES[address]) as refused:
        build(corpus, engine=Engine(jobs=1, storage=address), progress=quiet)
    assert refused.value.exit_code == 2 and "secret" not in f"{refused.value.message} {refused.value.hint}"
    assert not corpus.build.exists()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(BadStorage, match="nothing here reads s3://") as refused:
        Shelf.at("s3://bucket/x")
    assert refused.value.hint == "pip install 'copydesk[s3]'"


def test_an_address_of_a_folder_is_the_folder(tmp_path: Path) -> None:
    assert Shelf.at(f"file://{tmp_path}/x") == Shelf.at(tmp_path / "x") == Shelf(str(tmp_path / "x"))


@pytest.mark.parametrize("is_remote", [True, False])
def test_what_was_taken_away_is_named(is_remote: bool, late: str, tmp_path: Path) -> None:
    shelf = Shelf.at(late if is_remote else tmp_path)
    assert shelf.get("one.arrow") is None and not shelf.has("one.arrow")
    with pytest.raises(OutsideError, match=r"one\.arrow: was put there by a build, and is gone"):
        shards.read(shelf, "one.arrow")
    shelf.put("one.arrow", b"x")
    assert shelf.get("one.arrow") == b"x" and shelf.has("one.arrow")


def test_what_the_environment_keeps_secret_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "abc+def/ghi")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "abc+def/ghi-jkl")
    monkeypatch.setenv("SOME_TOKEN_CHECKED", "1")
    assert scrub("abc+def/ghi-jkl 1 abc+def/ghi") == "<AWS_SESSION_TOKEN> 1 <AWS_SECRET_ACCESS_KEY>"
