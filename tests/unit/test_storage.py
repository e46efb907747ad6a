"""Where shards stand: what an address may be, what is said when it fails, and that nothing is found by listing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from copydesk.console import quiet
from copydesk.crash import scrub
from copydesk.dataset import articles, shards, storage
from copydesk.dataset.build import build
from copydesk.dataset.shelf import Shelf
from copydesk.dataset.storage import BadStorage
from copydesk.errors import OutsideError
from copydesk.executor import Engine
from copydesk.files import sha256_file
from copydesk.project import Project
from copydesk.testing import a_project, a_text

STORY = (
    "The ferry struck the pier at noon on Tuesday, said Captain {0}. Nobody was hurt, and the harbour of {0} opened."
)


class NeverLists(MemoryFileSystem):  # type: ignore[misc]
    """Keeps what it is given first under a name: shows no overwrite yet, and nothing in listings."""

    protocol = "neverlists"
    store: dict[str, Any] = {}  # noqa: RUF012  # as its base has it
    pseudo_dirs: list[str] = [""]  # noqa: RUF012

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        if self._strip_protocol(path) not in self.store:
            super().pipe_file(path, value)

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        return []

    def find(self, path: str, *_: Any, **__: Any) -> list[Any]:
        return []


class Lists(MemoryFileSystem):  # type: ignore[misc]
    """Shows at once all that it keeps."""

    protocol = "lists"
    store: dict[str, Any] = {}  # noqa: RUF012  # as its base has it
    pseudo_dirs: list[str] = [""]  # noqa: RUF012


@pytest.fixture
def late() -> Iterator[str]:
    fsspec.register_implementation("neverlists", NeverLists, clobber=True)
    yield "neverlists://corpora"
    NeverLists.store.clear()


@pytest.fixture
def prompt() -> Iterator[str]:
    fsspec.register_implementation("lists", Lists, clobber=True)
    yield "lists://corpora"
    Lists.store.clear()
    Lists.pseudo_dirs[:] = [""]


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


def test_an_overwrite_that_shows_late_brings_no_text_of_an_earlier_build(
    late: str, project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "FEW", 0)  # so that they are merged before they are written
    corpus = project()
    for word in ("ferry", "zeppelin"):
        for n in range(4):
            a_text(corpus.root, f"a{n}", f"{STORY.format(n // 2)} It was a {word}, on day {n}.")
        build(corpus, engine=Engine(jobs=1, storage=late), progress=quiet)
        texts = pq.read_table(corpus.build / "articles.parquet")["text"].to_pylist()
        assert len(texts) == 4 and all(word in text for text in texts)
        stored = made(corpus)
        build(corpus, engine=Engine(jobs=1), progress=quiet)
        assert made(corpus) == stored
    assert any("/passing/merged/" in name for name in NeverLists.store)


def test_projects_share_an_address(prompt: str, tmp_path: Path) -> None:
    """One clears up after itself alone."""
    one, two = (a_project(tmp_path / name, rain=f"{STORY.format(name)} Rain.") for name in ("one", "two"))
    engine, kept = Engine(jobs=1, storage=prompt), dict[str, set[str]]()
    for turn in range(2):
        for each in (one, two):
            a_text(each.root, "snow", f"{STORY.format(each.name)} Snow on day {turn}.")
            build(each, engine=engine, progress=quiet)
            kept[each.name] = {name for name in Lists.store if f"/copydesk/{each.name}/" in name}
            assert set().union(*kept.values()) == set(Lists.store)
    assert all(kept.values()) and len(kept) == 2


@pytest.mark.parametrize("is_remote", [True, False])
def test_a_build_drops_what_it_no_longer_needs(
    is_remote: bool, prompt: str, project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "FEW", 0)
    corpus, counts = project(rain=STORY, snow=f"{STORY} It snowed."), list[int]()
    cache = corpus.build / "cache"
    (old := cache / "articles/prints/of-older-code").mkdir(parents=True)
    for turn in range(3):
        a_text(corpus.root, "rain", f"{STORY} It rained on day {turn}.")
        build(corpus, engine=Engine(jobs=1, storage=prompt if is_remote else None), progress=quiet)
        held = [path.as_posix() for path in cache.rglob("*") if path.is_file()]
        counts.append(len(Lists.store if is_remote else held))
        assert not any("/passing/" in name for name in [*held, *Lists.store])
    assert counts[0] > 2 and len(set(counts)) == 1
    assert is_remote or not old.exists()


def test_what_is_kept_stays_when_the_rest_is_cleared(prompt: str, tmp_path: Path) -> None:
    for shelf in (Shelf.at(f"{prompt}/a [b]*"), Shelf.at(f"{prompt}/c"), Shelf.at(tmp_path)):
        for name in ("kept/deep/1", "kept/2", "other/deep/3", "other/4"):
            shelf.put(name, b"x")
        shelf.part("kept").keep([])  # files alone, and not below
        shelf.clear(but=("kept",))
        assert [shelf.has(name) for name in ("kept/deep/1", "kept/2", "other/deep/3", "other/4")] == [1, 0, 0, 0]


ADDRESSES = {
    "klm://bucket/x": "Protocol not known: klm",
    "s3://": "names no place",
    "file://": "names no place",
    "": "names no place",
    "memory://desk": "one process alone",
    "ftp://desk:secret@127.0.0.1/x": "holds a password",
    "s3://bucket/x?key=secret": "holds a password or settings",
    "s3://AKIA:ab/secret@bucket/x": "s3://… holds a password",
    "ftp://desk:se@c/secret@127.0.0.1/x": "ftp://… holds a password",
    "https://ghp_secret@host/x": "https://… holds a password",
    "memory://x;password=secret": "memory://… holds a password",
    "klm://my-secret@bucket/x": "^klm://…: Protocol not known: klm",
}


@pytest.mark.parametrize("address", ["s3://bucket/a@b", "https://host/feed/@desk", "ftp://desk@host/x", "s3://b/10:30"])
def test_an_address_without_a_password_is_none(address: str) -> None:
    assert not storage.holds_password(address)


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
    assert scrub("x=abc%2Bdef%2Fghi&y=abc%2Bdef/ghi-jkl") == "x=<AWS_SECRET_ACCESS_KEY>&y=<AWS_SESSION_TOKEN>"
    assert scrub("abc+def/ghi-jkl 1 abc+def/ghi") == "<AWS_SESSION_TOKEN> 1 <AWS_SECRET_ACCESS_KEY>"
