"""Readers: each keeps to the contract that extensions must keep too."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.dataset.ingest.raw import Raw, Reject, reject
from copydesk.dataset.ingest.readers import READERS, reader_name
from copydesk.dataset.ingest.record import Recorder
from copydesk.dataset.ingest.traced import Traced
from copydesk.dataset.sources import Limits, Source
from copydesk.spans import Span
from copydesk.testing import check_reader

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the “bridge”."
ROW = {"id": 7, "title": "Bridge", "text": f"{STORY}\n🌉", "authors": ["Jane Doe"], "url": "https://example.org/7"}
PAGE = f"<html><body><article><h1>Bridge</h1><p>{STORY}</p></article></body></html>"


def a_csv(*rows: dict[str, str], mark: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def a_parquet(**columns: list[object]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def a_warc(
    *bodies: bytes,
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
    encoding: str = "",
    packed: bool = False,
) -> bytes:
    records = list[bytes]()
    for n, body in enumerate(bodies):
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{encoding}\r\n".encode()
        fields = (
            "WARC-Type: response",
            f"WARC-Record-ID: <urn:uuid:{n}>",
            f"WARC-Target-URI: https://wire.example/{n}",
            "WARC-Date: 2023-12-06T10:00:00Z",
            "Content-Type: application/http; msgtype=response",
            f"Content-Length: {len(head + body)}",
        )
        record = "\r\n".join(("WARC/1.0", *fields, "", "")).encode() + head + body + b"\r\n\r\n"
        records.append(gzip.compress(record, mtime=0) if packed else record)
    return b"".join(records)


def an_rss(*items: str, declares: str = "") -> bytes:
    return f'<?xml version="1.0"?>{declares}<rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()


def an_item(text: str, n: int = 1) -> str:
    return (
        f"<item><title>Bridge &amp; more</title><link>https://wire.example/{n}</link><guid>{n}</guid>"
        f"<pubDate>Wed, 06 Dec 2023 10:00:00 GMT</pubDate><description>{text}</description></item>"
    )


EXAMPLES = {
    "html": [PAGE.encode(), gzip.compress(PAGE.encode(), mtime=0)],
    "text": [STORY.encode(), b"\xef\xbb\xbf" + STORY.encode()],
    "jsonl": [(json.dumps(ROW) + "\r\n\r\n" + json.dumps(ROW, ensure_ascii=False)).encode()],
    "csv": [a_csv({"id": "1", "text": f'{STORY}\n"Quoted", twice'}), a_csv({"text": STORY, "id": "2"}, mark="\t")],
    "parquet": [a_parquet(id=[1, 2], text=[STORY, f"{STORY} 🌉"])],
    "warc": [a_warc(PAGE.encode()), a_warc(PAGE.encode(), PAGE.encode(), packed=True)],
    "feed": [an_rss(an_item(STORY), an_item(f"<![CDATA[<p>{STORY}</p>]]>", 2))],
}


def read(name: str, data: bytes, **limits: int) -> list[Raw | Reject]:
    source = Source("s", (), "unknown", False, limits=Limits(**limits))
    return list(READERS[name](io.BytesIO(data), "raw/a", source))


def codes(made: list[Raw | Reject]) -> list[str]:
    return [each.code if isinstance(each, Reject) else "kept" for each in made]


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


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.TXT", "text"),
        ("a.b/c.jsonl", "jsonl"),
        ("a.pdf", None),
        ("zip://in/a.csv::https://wire.example/all.zip", "csv"),
        ("https://wire.example/feed.rss?page=2", "feed"),
        ("https://wire.example/get?file=a.jsonl", "jsonl"),
        ("s3://bucket/Who pays?.html", "html"),
        ("s3://bucket/why?/a.csv", "csv"),
    ],
)
def test_a_suffix_names_the_reader(path: str, name: str | None) -> None:
    assert reader_name(path, Source("s", (), "unknown", False)) == name
    assert reader_name(path, Source("s", (), "unknown", False, reader="jsonl")) == "jsonl"


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("csv", b"id,text\n1,Rain in Oslo.\n2\n3,Sun in Rome.\n", ["kept", "ragged-row", "kept"]),
        ("csv", b'id,text\n1,"Never closed\n2,Sun in Rome.\n', ["ragged-row", "kept"]),
        ("csv", b"id,text\n1,\xff\n2,Sun in Rome.\n", ["not-utf8", "kept"]),
        ("csv", b"id,words\n1,Rain in Oslo.\n", ["no-text-column"]),
        ("csv", b"", ["empty"]),
        ("parquet", a_parquet(id=[1], words=["Rain."]), ["no-text-column"]),
        ("parquet", a_parquet(id=[1], text=[{"a": 1}]), ["empty"]),
        ("parquet", a_parquet(id=[1], text=[7]), ["empty"]),
        ("parquet", a_parquet(id=[1, 2], text=["Rain in Oslo.", None]), ["kept", "empty"]),
        ("parquet", a_parquet(text=["Rain in Oslo."])[:-8], ["bad-parquet"]),
        ("parquet", b"PAR1 broken", ["bad-parquet"]),
        ("warc", a_warc(PAGE.encode(), PAGE.encode())[:-90], ["kept", "cut-record"]),
        ("warc", a_warc(PAGE.encode()) + b"no record at all", ["kept", "bad-warc"]),
        ("warc", a_warc(PAGE.encode(), status="404 Not Found"), ["http-status"]),
        ("warc", a_warc(b"%PDF", kind="application/pdf"), ["other-media"]),
        ("warc", a_warc(b"\x8b\x07", encoding="Content-Encoding: br\r\n"), ["other-encoding"]),
        ("warc", a_warc(gzip.compress(b"<p>" + b"x" * 15_000_000)), ["decompression-bomb"]),
        ("warc", b"", ["empty"]),
        ("feed", an_rss(an_item("&b;"), declares='<!DOCTYPE r [<!ENTITY b "boom">]>'), ["xml-entities"]),
        ("feed", an_rss(an_item(STORY), an_item("", 2)), ["kept", "empty"]),
        ("feed", an_rss(an_item(STORY))[:-40], ["bad-feed"]),
        ("feed", b"<html><p>No feed.</p></html>", ["bad-feed"]),
        ("jsonl", b'{"text": "half \\ud83c"}\n{"text": "Rain."}', ["lone-surrogate", "kept"]),
        ("jsonl", b'{"text": "Rain."} {}\n[1]\n{"text": 1}', ["bad-json", "bad-json", "empty"]),
        ("jsonl", b'{"a":' + b"[" * 100_000, ["bad-json"]),
    ],
)
def test_broken_parts_are_rejected_and_the_others_go_on(name: str, data: bytes, found: list[str]) -> None:
    assert codes(read(name, data)) == found


def test_a_quote_that_is_never_closed_is_said_to_be_one() -> None:
    [made] = read("csv", b'id,text\n1,"Rain in Oslo.\n')
    assert isinstance(made, Reject) and "quote in it is never closed" in made.message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("csv", b"id,words\n1,Rain in Oslo.\n"),
        ("jsonl", b'{"id": 1, "words": "Rain."}'),
        ("parquet", a_parquet(id=[1], words=["Rain."])),
    ],
)
def test_a_table_without_the_texts_column_names_those_that_it_has(name: str, data: bytes) -> None:
    [made] = read(name, data)
    assert isinstance(made, Reject) and "among id, words; map it" in made.message


def test_a_small_table_of_many_large_cells_is_a_bomb() -> None:
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 500, pa.int32()), pa.array([f"{STORY} " * 10_000]))
    tracemalloc.start()
    made = codes(read("parquet", a_parquet(text=cells), article_mb=2))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made[-1] == "decompression-bomb" and set(made[:-1]) == {"kept"} and len(made) < 50
    assert peak < 100_000_000


def test_different_cells_that_pack_well_are_refused_before_they_are_unpacked() -> None:
    packed = io.BytesIO()
    with pq.ParquetWriter(packed, pa.schema([("text", pa.string())]), use_dictionary=False, compression="zstd") as file:
        file.write_table(pa.table({"text": [f"{n} {'a' * 1_000_000}" for n in range(64)]}))
    assert len(packed.getvalue()) < 50_000
    before = pa.total_allocated_bytes()
    assert codes(read("parquet", packed.getvalue(), article_mb=2)) == ["decompression-bomb"]
    assert pa.total_allocated_bytes() - before < 1_000_000


@pytest.mark.parametrize("cell", [7, 1.5, True])
def test_a_column_of_other_things_is_read_as_text(cell: object) -> None:
    assert codes(read("parquet", a_parquet(text=[STORY], html=[cell]))) == ["kept"]


@pytest.mark.parametrize("blank", ["", "  ", b" \n", None, 7, ["none"]])
def test_where_no_text_stands_the_page_beside_it_is_the_article(blank: object) -> None:
    page: object = PAGE.encode() if isinstance(blank, bytes) else PAGE
    (raw,) = read("parquet", a_parquet(text=[blank], html=[page]))
    assert isinstance(raw, Raw) and raw.data == PAGE.encode() and raw.content.text == PAGE
    assert raw.content.raw_span(6, 12) == Span(6, 12)


def test_a_quoted_field_leads_back_through_its_quotes() -> None:
    raw = read("csv", b'id,text\n7,"She said ""rain"", twice."\n')[0]
    assert isinstance(raw, Raw) and raw.content.text == 'She said "rain", twice.' and raw.identity == "7"
    span = raw.content.raw_span(9, 15)
    assert raw.decoded[span.start : span.end] == '""rain"'
    assert raw.data == b'7,"She said ""rain"", twice."' and raw.path == "raw/a#2"


def test_an_archive_tells_address_and_time() -> None:
    raw = read("warc", a_warc(PAGE.encode()))[0]
    assert isinstance(raw, Raw)
    assert (raw.address, raw.retrieved_at, raw.warc_record) == (
        "https://wire.example/0",
        "2023-12-06T10:00:00Z",
        "<urn:uuid:0>",
    )


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("Content-Encoding: gzip\r\n", gzip.compress(PAGE.encode())),
        ("Content-Encoding: gzip\r\n", PAGE.encode()),  # undone by the crawler, the header kept
        ("Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE.encode()), PAGE.encode())),
        ("Transfer-Encoding: chunked\r\n", PAGE.encode()),
    ],
)
def test_encodings_are_undone(encoding: str, body: bytes) -> None:
    raw = read("warc", a_warc(body, encoding=encoding))[0]
    assert isinstance(raw, Raw) and raw.decoded == PAGE


@pytest.mark.parametrize("said", [None, "", " "])
def test_of_two_columns_the_one_that_holds_words_is_read(said: str | None) -> None:
    row = {"id": "1", "text": said, "html": f"<p>{STORY}</p>"}
    tables = [
        ("jsonl", json.dumps(row).encode()),
        ("parquet", a_parquet(**{name: [value] for name, value in row.items()})),
    ]
    for name, data in tables + ([("csv", a_csv(row))] if said is not None else []):
        [raw] = read(name, data)
        assert isinstance(raw, Raw) and (raw.kind, raw.content.text) == ("html", row["html"])


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<p>Rain fell on Oslo.</p>", "Rain fell on Oslo."),
        ("Rain fell<br>on <b>Oslo</b>.", "Rain fell\non Oslo."),
        (f"<figure><figcaption>A cat</figcaption></figure><p>{STORY}</p><ul><li>One</li></ul>", f"{STORY}\nOne"),
    ],
)
def test_all_that_a_feed_carries_is_the_article_but_captions(item: str, text: str) -> None:
    [raw] = read("feed", an_rss(an_item(f"<![CDATA[{item}]]>")))
    assert isinstance(raw, Raw)
    made = Recorder(Source("s", (), "unknown", False), "feed", ()).article(raw)
    assert not isinstance(made, Reject) and made["text"] == text


def test_an_item_states_its_date_and_leads_back_to_its_source() -> None:
    raw = read("feed", an_rss(an_item("Rain &amp;amp; &lt;b&gt;sun&lt;/b&gt;.")))[0]
    assert isinstance(raw, Raw)
    assert {each.field: each.value for each in raw.stated} == {
        "title": "Bridge & more",
        "url": "https://wire.example/1",
        "published": "2023-12-06T10:00:00+00:00",
    }
    span = raw.content.raw_span(raw.content.text.index("sun"), raw.content.text.index("sun") + 3)
    assert raw.decoded[span.start : span.end] == "sun"


def test_memory_does_not_grow_with_an_archive(tmp_path: Path) -> None:
    record = a_warc(PAGE.encode() + b" " * 1_000_000)
    with (tmp_path / "big.warc").open("wb") as out:
        out.writelines(record for _ in range(40))
    tracemalloc.start()
    with (tmp_path / "big.warc").open("rb") as file:
        made = READERS["warc"](file, "raw/a", Source("s", (), "unknown", False))
        count = sum(isinstance(each, Raw) for each in made)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40 and peak < 15_000_000
