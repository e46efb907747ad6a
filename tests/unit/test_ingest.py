"""Ingest: every input becomes one article or one reject, and every field says where it was read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from copydesk.console import quiet
from copydesk.dataset.ingest import Ingested, extract, identity, ingest, opening
from copydesk.dataset.shelf import Shelf
from copydesk.executor import Here, Pool
from copydesk.project import Project
from copydesk.testing import a_project

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the bridge."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return a_project(tmp_path / "corpus").root


def run(root: Path, **options: Any) -> Ingested:
    return ingest(Project.load(root), **{"executor": Here(), "progress": quiet} | options)


def put(root: Path, name: str, data: bytes | str) -> None:
    (root / "dataset/raw/articles" / name).write_bytes(data.encode() if isinstance(data, str) else data)


def test_a_text_becomes_an_article(corpus: Path) -> None:
    put(corpus, "bridge.txt", STORY)
    done = run(corpus)
    article = done.articles[0]
    assert (done.read, article["text"], article["published"], article["layers"]["claims"]) == (
        1,
        STORY,
        None,
        "unlabelled",
    )


BAD = [
    ("not-utf8", b"\xff\xfe\x00broken"),
    ("nul-byte", b"Rain\0 in Oslo."),
    ("empty", b""),
    ("empty", b" \r\n\t \xef\xbb\xbf"),
    ("only-boilerplate", b"Advertisement\n\nShare on Facebook\n\nComment (0)\n"),
    ("too-large", b"x" * 20_000_001),
]


@pytest.mark.parametrize(("code", "data"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_input_is_rejected_and_the_others_go_on(corpus: Path, code: str, data: bytes) -> None:
    put(corpus, "bad.txt", data)
    put(corpus, "good.txt", STORY)
    done = run(corpus)
    assert [reject["code"] for reject in done.rejects] == [code]
    assert done.rejects[0]["where"] == "articles: raw/articles/bad.txt"
    assert [article["text"] for article in done.articles] == [STORY]


def test_a_broken_line_in_the_middle_stops_no_other(corpus: Path) -> None:
    lines = [json.dumps({"id": n, "text": f"{STORY} {n}"}) for n in range(3)]
    put(corpus, "wire.jsonl", "\n".join([lines[0], '{"id": 7, "text": "cut', lines[1], '{"id": 8}', lines[2]]))
    done = run(corpus)
    assert [(reject["code"], reject["where"]) for reject in done.rejects] == [
        ("bad-json", "articles: raw/articles/wire.jsonl#2"),
        ("no-text-column", "articles: raw/articles/wire.jsonl#4"),
    ]
    assert len(done.articles) == 3


def test_a_line_of_50_mb_is_passed_over(corpus: Path) -> None:
    good = json.dumps({"id": 1, "text": STORY})
    put(corpus, "wire.jsonl", f'{{"text": "{"x" * 50_000_000}"}}\n{good}\n')
    done = run(corpus)
    assert ([reject["code"] for reject in done.rejects], len(done.articles)) == (["too-large"], 1)


def test_the_newest_of_one_identity_is_kept(corpus: Path) -> None:
    def row(text: str, day: int) -> str:
        return json.dumps({"id": "a", "text": text, "retrieved_at": f"2026-01-0{day}T00:00:00Z"})

    put(corpus, "wire.jsonl", "\n".join([row("Old. " + STORY, 1), row("New. " + STORY, 2), row("New. " + STORY, 2)]))
    done = run(corpus)
    assert [article["text"][:4] for article in done.articles] == ["New."]
    assert sorted(reject["code"] for reject in done.rejects) == ["duplicate", "superseded"]


def test_two_articles_of_one_id_are_told_apart_from_an_older_and_a_newer(corpus: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):  # rows numbered from 1 in each of two files
        put(corpus, name, json.dumps({"id": 1, "text": f"{name} {STORY}"}))
    [reject] = run(corpus).rejects
    assert reject["code"] == "superseded" and "no retrieved_at says which is newer" in reject["message"]
    assert "ids of their own" in reject["message"]


def test_the_same_text_of_another_identity_is_kept(corpus: Path) -> None:
    put(corpus, "a.txt", STORY)
    put(corpus, "b.txt", STORY)
    assert len(run(corpus).articles) == 2


def test_an_id_survives_an_edit_of_the_text(corpus: Path) -> None:
    put(corpus, "a.txt", STORY)
    before = run(corpus).articles[0]
    put(corpus, "a.txt", f"{STORY} It rained.")
    after = run(corpus).articles[0]
    assert before["article_id"] == after["article_id"] and before["text_sha256"] != after["text_sha256"]


def test_links_and_paths_out_of_the_dataset_are_refused(corpus: Path) -> None:
    (corpus / "secret.txt").write_text(STORY)
    (corpus / "dataset/raw/articles/link.txt").symlink_to(corpus / "secret.txt")
    (corpus / "dataset/sources/more.toml").write_text(
        'name = "more"\npaths = ["../secret.txt", "raw/gone.txt", "/etc/hostname"]\n'
        'rights = {license = "unknown", redistribute = false}\n'
    )
    done = run(corpus)
    assert sorted(reject["code"] for reject in done.rejects) == ["outside-dataset"] * 3 + ["unreadable"]
    assert not done.articles


def test_processes_make_the_same_records(corpus: Path) -> None:
    for n in range(3):
        put(corpus, f"{n}.txt", f"{STORY} {n}")
    put(corpus, "bad.txt", b"\xff")
    put(corpus, "wire.jsonl", json.dumps({"id": 1, "text": STORY}))
    here, apart = run(corpus, shelf=Shelf.at(corpus / "here")), run(corpus, executor=Pool(2))
    assert (here.articles, here.rejects) == (apart.articles, apart.rejects)


@pytest.mark.parametrize("size", [1, 9_000_000])  # with others, and in parts
def test_a_file_that_is_written_to_while_it_is_read_is_told_and_not_kept(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    old, new = (json.dumps({"id": 1, "text": f"{STORY} {word}", "more": "x" * size}) for word in ("Old.", "New."))
    put(corpus, "wire.jsonl", old)
    read = extract.read

    def late(*args: Any) -> Any:
        put(corpus, "wire.jsonl", f"{new}\n")  # behind the digest, before the articles
        return read(*args)

    with monkeypatch.context() as patched:
        patched.setattr(extract, "read", late)
        [issue] = run(corpus).issues
    assert (issue.code, issue.severity) == ("changed-input", "error") and "wire.jsonl" in issue.where
    put(corpus, "wire.jsonl", old)  # what was read instead must not stand for it
    again = run(corpus)
    assert "Old." in again.articles[0]["text"] and not again.issues


def test_a_source_that_names_no_file_is_a_warning_and_no_reject(corpus: Path) -> None:
    put(corpus, "a.txt", STORY)
    rights = 'rights = {license = "unknown", redistribute = false}'
    (corpus / "dataset/sources/wire.toml").write_text(f'name = "wire"\npaths = ["raw/wier/*.jsonl"]\n{rights}\n')
    done = run(corpus)
    assert [(issue.code, issue.where, issue.severity) for issue in done.issues] == [
        ("no-input", "source wire", "warning")
    ]
    assert (len(done.articles), done.rejects) == (1, [])


class Broken:
    """A file whose reading fails, as over a line that breaks."""

    def __init__(self, file: IO[bytes], error: Exception) -> None:
        self._file, self._error = file, error

    def __enter__(self) -> Broken:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        raise self._error


@pytest.mark.parametrize("error", [ConnectionResetError("lost"), RuntimeError("lost")])
def test_what_could_not_be_read_once_is_read_by_the_next_build(
    corpus: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(corpus, "bridge.txt", STORY)
    opened: Iterator[Callable[..., Any]] = iter(  # for its digest, for its articles
        [opening.opened, lambda *each: Broken(opening.opened(*each), error)]
    )
    with monkeypatch.context() as patched:
        patched.setattr(extract, "opened", lambda *each: next(opened)(*each))
        assert [each["code"] for each in run(corpus).rejects] in (["unreadable"], ["reader-failed"])
    done = run(corpus)
    assert [each["text"] for each in done.articles] == [STORY] and not done.rejects


def test_an_address_is_read_as_a_file_is(corpus: Path) -> None:
    import fsspec

    with fsspec.open("memory://bucket/bridge.txt", "wb") as file:
        file.write(STORY.encode())
    (corpus / "dataset/sources/far.toml").write_text(
        'name = "far"\npaths = ["memory://bucket/*.txt", "memory://bucket/gone.jsonl"]\n'
        'rights = {license = "unknown", redistribute = false}\n'
    )
    put(corpus, "bridge.txt", STORY)
    done = run(corpus)
    near, far = sorted(done.articles, key=lambda article: article["provenance"]["source"])
    assert far["provenance"]["path"].startswith("memory://") and far["provenance"]["source"] == "far"
    for field in ("text", "quality", "language"):
        assert near[field] == far[field]
    assert near["provenance"]["raw_sha256"] == far["provenance"]["raw_sha256"]
    assert [(row["code"], row["where"]) for row in done.rejects] == [("unreadable", "far: memory://bucket/gone.jsonl")]


@pytest.mark.parametrize("address", ["https://\x00wire.example/1", "https://wire.example/a b", "ftp://wire.example/1"])
def test_what_is_no_web_address_is_none(address: str) -> None:
    assert identity.canonical(address) is None
