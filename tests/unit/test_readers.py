"""Readers: each keeps to the contract that extensions must keep too."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import IO

import pytest

from copydesk.dataset.ingest.raw import Raw, Reject, reject
from copydesk.dataset.ingest.readers import READERS, reader_name
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import Source
from copydesk.testing import check_reader

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the “bridge”."
ROW = {"id": 7, "title": "Bridge", "text": f"{STORY}\n🌉", "authors": ["Jane Doe"], "url": "https://example.org/7"}
PAGE = f"<html><body><article><h1>Bridge</h1><p>{STORY}</p></article></body></html>"
EXAMPLES = {
    "html": [PAGE.encode(), gzip.compress(PAGE.encode(), mtime=0)],
    "text": [STORY.encode(), b"\xef\xbb\xbf" + STORY.encode()],
    "jsonl": [(json.dumps(ROW) + "\r\n\r\n" + json.dumps(ROW, ensure_ascii=False)).encode()],
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_keeps_to_the_contract(name: str) -> None:
    check_reader(READERS[name], *EXAMPLES[name])


def test_the_check_finds_a_reader_that_does_not() -> None:
    def one_place_for_all(file: IO[bytes], path: str, source: Source) -> Iterator[Raw | Reject]:
        for line in file:
            text = line.decode("utf-8", "replace")
            yield (
                Raw(path, line, "text/plain", text, Traced.whole(text))
                if text.strip()
                else reject("empty", path, line, "holds nothing")
            )

    with pytest.raises(AssertionError, match="stands twice"):
        check_reader(one_place_for_all, b"One.\nTwo.\n")


@pytest.mark.parametrize(("path", "name"), [("a.TXT", "text"), ("a.b/c.jsonl", "jsonl"), ("a.pdf", None)])
def test_a_suffix_names_the_reader(path: str, name: str | None) -> None:
    assert reader_name(path, Source("s", (), "unknown", False)) == name
    assert reader_name(path, Source("s", (), "unknown", False, reader="jsonl")) == "jsonl"
