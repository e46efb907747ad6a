"""Bad input of every kind, through the whole stage: a reject with its code, place and digest, or a record that says so.

One whole article stands beside each case: it must be read whatever the other file holds.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.console import quiet
from copydesk.dataset.ingest import ingest
from copydesk.executor import Here
from copydesk.files import sha256
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import a_project

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the “new” bridge, said Jane Doe."
GOOD = f"{STORY} It rained."
PROSE = f"<p>{STORY}</p>".encode() * 3
DAMAGED = b"<p>Rain fell#on the town all night, and the river rose by a metre before the morning came, she said.</p>"
SOURCE = 'name = "wire"\npaths = ["raw/articles/**/*"]\nrights = {license = "unknown", redistribute = false}\n'


def a_page(inner: bytes = PROSE, head: bytes = b"") -> bytes:
    return b"<html><head>" + head + b"</head><body><article><h1>Bridge</h1>" + inner + b"</article></body></html>"


def a_feed(text: str, declares: str = "") -> bytes:
    item = f"<item><guid>1</guid><description>{text}</description></item>"
    return f"{declares}<rss version='2.0'><channel>{item}</channel></rss>".encode()


def a_table(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def not_text(data: bytes) -> pa.Array:
    """A column of strings with one cell that is none."""
    ends = pa.py_buffer((0).to_bytes(4, "little") + len(data).to_bytes(4, "little"))
    return pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)])


def a_line(**fields: Any) -> bytes:
    return json.dumps({"id": 1, "text": STORY} | fields).encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = a_project(tmp_path / "corpus", good=GOOD).root
    (root / "dataset/sources/articles.toml").write_text(SOURCE)
    return root


def built(root: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records beside the good one, which keep their schema, and the rejects, whose digest is what stands there."""
    project = Project.load(root)
    done = ingest(project, executor=Here(), progress=quiet)
    assert list(Schemas.of(project).check_all("article", done.articles, lambda n, row: str(n))) == []
    others = [each for each in done.articles if each["text"] != GOOD]
    assert len(others) == len(done.articles) - 1, "the whole article is missing"
    assert done.read == len(done.articles) + len(done.rejects)
    return others, done.rejects


def put(root: Path, name: str, data: bytes) -> None:
    (root / "dataset/raw/articles" / name).write_bytes(data)


LAUGHS = "<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
REJECTED = {
    "UTF-8 of half a character": ("a.txt", STORY.encode() + b"\xed\xa0\x80", "not-utf8"),
    "half a character in a line's text": ("a.jsonl", a_line(text=f"{STORY} \ud83c"), "lone-surrogate"),
    "half a character in a line's id": ("a.jsonl", a_line(id="\ud83c"), "lone-surrogate"),
    "a number of 5,000 digits": ("a.jsonl", b'{"id": ' + b"1" * 5000 + b', "text": "Rain."}', "bad-json"),
    "a packed file under another suffix": ("a.jsonl", gzip.compress(a_line(), mtime=0), "not-utf8"),
    "a suffix that no reader takes": ("a.jsonl.gz", gzip.compress(a_line(), mtime=0), "unknown-format"),
    "a NUL in a row": ("a.csv", b"id,text\n1,Rain\0.\n", "nul-byte"),
    "text that is none in a table": ("a.parquet", a_table(text=not_text(b"\xed\xa0\x80")), "bad-parquet"),
    "entities that grow": ("a.rss", a_feed("&i;", f"<!DOCTYPE r [{LAUGHS}]>"), "xml-entities"),
    "an entity that names a file": (
        "a.rss",
        a_feed("&a;", "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"),
        "xml-entities",
    ),
    "entities in UTF-16": (
        "a.rss",
        a_feed("&a;", "<!DOCTYPE r [<!ENTITY a 'b'>]>").decode().encode("utf-16"),
        "xml-entities",
    ),
}


@pytest.mark.parametrize("case", REJECTED)
def test_it_is_a_reject_that_keeps_place_and_digest(root: Path, case: str) -> None:
    name, data, code = REJECTED[case]
    put(root, name, data)
    others, rejects = built(root)
    assert ([row["code"] for row in rejects], others) == ([code], [])
    place, _, part = rejects[0]["where"].partition("#")
    assert place == f"wire: raw/articles/{name}"
    assert part or rejects[0]["raw_sha256"] in (None, sha256(data))


READ = {
    "control characters in a text": ("a.txt", f"Rain\x01\x02\x7f. {STORY}".encode(), "encoding-repaired"),
    "control characters in a line": ("a.jsonl", a_line(text=f"Rain\x01 {STORY}"), "encoding-repaired"),
    "control characters in a page": ("a.html", a_page(PROSE + DAMAGED.replace(b"#", b"\x02")), "encoding-repaired"),
    "a NUL in a page": ("a.html", a_page(PROSE + DAMAGED.replace(b"#", b"\0")), "encoding-repaired"),
    "a NUL in a feed": ("a.rss", a_feed(f"Rain&#0; {STORY}"), "encoding-repaired"),
    "half a character as a reference": (
        "a.html",
        a_page(PROSE + DAMAGED.replace(b"#", b"&#xd800;")),
        "encoding-repaired",
    ),
    "some lost bytes in a page of UTF-8": (
        "a.html",
        a_page(PROSE + DAMAGED.replace(b"#", b"\xff")),
        "encoding-repaired",
    ),
    "a label that is no encoding of text": (
        "a.html",
        a_page(PROSE + DAMAGED.replace(b"#", b"\\ud800\xff"), b"<meta charset=unicode_escape>"),
        "encoding-repaired",
    ),
    "a label that nobody knows": ("a.html", a_page(head=b"<meta charset=klingon>"), "short"),
    "a title of half a character": ("a.jsonl", a_line(title="\ud800"), "short"),
    "a text declaration that leads out": (
        "a.rss",
        a_feed(STORY, "<!DOCTYPE r SYSTEM 'http://127.0.0.1:9/x'>"),
        "short",
    ),
    "entities behind much else": (
        "a.rss",
        a_feed(f"&amp;i; {STORY}", f"<!--{' ' * 70_000}--><!DOCTYPE r [{LAUGHS}]>"),
        "short",
    ),
}


@pytest.mark.parametrize("case", READ)
def test_it_is_read_and_marked(root: Path, case: str) -> None:
    name, data, mark = READ[case]
    put(root, name, data)
    (article,), rejects = built(root)
    assert rejects == [] and mark in article["quality"]
    assert "long debate, to pay for the “new” bridge" in article["text"] and "\0" not in article["text"]
    assert len(article["text"]) < 1000, "something was expanded"


def test_a_broken_row_stops_no_other(root: Path) -> None:
    put(root, "a.csv", f'id,text\n1\n2,a,b\n3,"{STORY} 3"\n"4,x\n5,"{STORY} 5"\n'.encode())
    others, rejects = built(root)
    assert [row["where"].partition("#")[2] for row in rejects] == ["2", "3", "5"]
    assert {row["code"] for row in rejects} == {"ragged-row"} and len(others) == 2


Place = Callable[[Path, Path], object]  #: given the raw folder, and one outside the dataset that holds x.txt
PLACES: dict[str, tuple[Place, list[str]]] = {
    "a link to itself": (lambda raw, _: (raw / "a.txt").symlink_to("a.txt"), ["unreadable"]),
    "links in a ring": (
        lambda raw, _: [(raw / one).symlink_to(other) for one, other in (("a.txt", "b.txt"), ("b.txt", "a.txt"))],
        ["unreadable", "unreadable"],
    ),
    "a link to nothing": (lambda raw, _: (raw / "a.txt").symlink_to("gone.txt"), ["unreadable"]),
    "a link to a file outside": (lambda raw, out: (raw / "a.txt").symlink_to(out / "x.txt"), ["outside-dataset"]),
    "a link to a folder outside": (lambda raw, out: (raw / "a").symlink_to(out), ["outside-dataset"]),
    "a link through a link": (
        lambda raw, out: [(raw / "b.txt").symlink_to("a/x.txt"), (raw / "a").symlink_to(out)],
        ["outside-dataset", "outside-dataset"],
    ),
    "a pipe": (lambda raw, _: os.mkfifo(raw / "a.txt"), ["unreadable"]),
    "a name that is not UTF-8": (
        lambda raw, _: Path(os.fsdecode(os.fsencode(raw) + b"/\xff.txt")).write_text("Rain."),
        ["unreadable"],
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_what_must_not_or_cannot_be_opened_is_not(root: Path, case: str) -> None:
    place, codes = PLACES[case]
    outside = root / "outside"
    outside.mkdir()
    (outside / "x.txt").write_text(STORY)
    place(root / "dataset/raw/articles", outside)
    others, rejects = built(root)
    assert ([row["code"] for row in rejects], others) == (codes, [])


@pytest.mark.parametrize("path", ["raw/../../outside/x.txt", "raw/articles/d/x.txt", "raw/*/d/*.txt", "raw/**/x.txt"])
def test_no_path_leads_out_of_the_dataset(root: Path, path: str) -> None:
    (root / "outside").mkdir()
    (root / "outside/x.txt").write_text(STORY)
    (root / "dataset/raw/articles/d").symlink_to(root / "outside")
    (root / "dataset/sources/more.toml").write_text(SOURCE.replace("wire", "more").replace("raw/articles/**/*", path))
    others, rejects = built(root)
    assert others == [] and {row["code"] for row in rejects} == {"outside-dataset"}


def test_hidden_files_are_passed_over(root: Path) -> None:
    (root / "dataset/raw/articles/.git").mkdir()
    put(root, ".git/x.txt", STORY.encode())
    put(root, ".DS_Store", b"\0\1")
    assert built(root) == ([], [])


def test_a_page_makes_the_build_fetch_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = b"http://127.0.0.1:9/"
    head = b'<base href="%s"><link rel=canonical href="%sa"><link rel=stylesheet href="%ss"><script src="%sj"></script>'
    inner = (
        b'<meta http-equiv=refresh content="0;url=%s"><img src="%si.png"><iframe src="%sf"></iframe><object data="%so">'
    )
    put(root, "a.html", a_page(PROSE + inner.replace(b"%s", far), head.replace(b"%s", far)))

    def refused(*_: Any) -> None:
        raise AssertionError("the build reaches out")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    (article,), rejects = built(root)
    assert rejects == [] and "long debate" in article["text"]
