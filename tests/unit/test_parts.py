"""Big files are read in parts: together they give what the whole file gives, whoever reads them and in what order."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.console import quiet
from copydesk.dataset.ingest import parts, stage
from copydesk.dataset.ingest.readers import PARTED, READERS
from copydesk.dataset.shelf import Shelf
from copydesk.dataset.sources import Source
from copydesk.executor import Here
from copydesk.project import Project
from copydesk.testing import a_project

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the bridge."
SOURCE = Source("wire", ("*",), "unknown", False)


def some_lines(count: int) -> bytes:
    rows = [json.dumps({"id": n, "text": f"{STORY} {n}" + " More." * (n % 7)}) for n in range(count)]
    rows[count // 2] = "{broken"
    return "\n".join([*rows[:2], "", *rows[2:]]).encode()


def some_rows(count: int) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"text": [f"{STORY} {n}" for n in range(count)]}), out, row_group_size=3)
    return out.getvalue()


def an_archive(count: int, pack: Callable[[bytes], bytes] = bytes) -> bytes:
    made = []
    for n in range(count):
        page = f"<html><body><article><p>{STORY} {n}</p></article></body></html>".encode()
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{n}\r\n"
        head += f"Content-Length: {len(block)}\r\n\r\n"
        made.append(pack(head.encode() + block + b"\r\n\r\n"))
    return b"".join(made)


FILES = {
    "jsonl": some_lines(20),
    "parquet": some_rows(20),
    "warc": an_archive(9),
    "warc.gz": an_archive(9, gzip.compress),
    "warc cut off": an_archive(9)[:-80],
    "jsonl empty": b"",
    "warc empty": b"",
    "parquet broken": b"PAR1 and no more",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [1, 200, 10**9])
def test_the_parts_of_a_file_give_what_the_file_gives(name: str, size: int) -> None:
    reader, data = name.split(".")[0].split(" ")[0], FILES[name]
    cut = list(PARTED[reader](io.BytesIO(data), size))
    read = READERS[reader]
    found = [made for part in cut for made in read(io.BytesIO(data), "f", SOURCE, part)]  # type: ignore[call-arg]
    assert found == list(read(io.BytesIO(data), "f", SOURCE))
    assert len(cut) > 1 or size > 200 or "empty" in name or "broken" in name


@pytest.mark.parametrize("count", [2, 9, 2000])
def test_an_archive_packed_as_a_whole_is_one_part(count: int) -> None:
    packed = gzip.compress(an_archive(count))
    assert list(PARTED["warc"](io.BytesIO(packed), 1)) == [parts.WHOLE]


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(1, 60), st.booleans())
def test_parts_end_at_line_ends_and_what_is_added_changes_no_earlier_part(
    lengths: list[int], size: int, ends: bool
) -> None:
    data = b"".join(b"x" * length + b"\n" for length in lengths) + (b"" if ends else b"y")
    cut = list(parts.lines(io.BytesIO(data), size))
    for left, right in pairwise(cut):
        assert left.end == right.start and data[right.start - 1 : right.start] == b"\n"
        assert right.before == data.count(b"\n", 0, right.start)
    assert cut[-1].end in (None, len(data))
    assert list(parts.lines(io.BytesIO(data + b"more\n"), size))[: len(cut) - 1] == cut[:-1]


def test_a_file_in_parts_makes_the_same_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = a_project(tmp_path / "corpus")
    (corpus.root / "dataset/raw/articles/wire.jsonl").write_bytes(some_lines(40))
    project = Project.load(corpus.root)
    whole = stage.ingest(project, executor=Here(), progress=quiet, shelf=Shelf.at(tmp_path / "whole"))
    monkeypatch.setattr(stage, "SIZE", 300)
    apart = stage.ingest(project, executor=Here(), progress=quiet, shelf=Shelf.at(tmp_path / "apart"))
    assert len(whole.held.names) == 1 and len(apart.held.names) > 5
    assert (whole.articles, whole.rejects) == (apart.articles, apart.rejects)


def test_a_finished_shard_is_not_read_again_and_a_new_file_changes_one_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = a_project(tmp_path / "corpus")
    for n in range(300):
        (corpus.root / f"dataset/raw/articles/{n:03}.txt").write_text(f"{STORY} {n}")
    project = Project.load(corpus.root)
    first = stage.ingest(project, executor=Here(), progress=quiet)
    (corpus.root / "dataset/raw/articles/100a.txt").write_text(f"{STORY} Another.")
    second = stage.ingest(project, executor=Here(), progress=quiet)
    assert len(second.held) == 301 and len(first.held.names) > 2
    assert len(set(second.held.names) - set(first.held.names)) == 1
    monkeypatch.setattr("copydesk.dataset.ingest.extract.read", lambda *_: pytest.fail("was read again"))
    assert np.array_equal(stage.ingest(project, executor=Here(), progress=quiet).held.ids, second.held.ids)
