"""Whatever bytes come in: each reader ends in articles that keep their schema, or rejects with listed codes."""

from __future__ import annotations

import gzip
import io
import json
import re
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk import resources
from copydesk.dataset.ingest.raw import Reject
from copydesk.dataset.ingest.readers import READERS
from copydesk.dataset.ingest.record import Recorder
from copydesk.dataset.sources import Limits, Source

ROOT = Path(__file__).parents[2]
SOURCE = Source("fuzz", (), "unknown", False, limits=Limits(1, 20))
STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the “new” bridge. It rained."
PAGE = (
    "<html lang=en><head><title>Bridge | Wire</title><meta property='article:published_time' content='2023-12-06'>"
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Bridge",'
    '"author":[{"name":"Jane Doe"}]}</script>'
    f"</head><body><h1>Bridge</h1><p class=byline>By Jane Doe</p>{f'<p>{STORY} &amp; &#128032;</p>' * 3}</body></html>"
).encode()
BLOCK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (
    len(PAGE),
    PAGE,
)


def a_table(**columns: list[object]) -> bytes:
    """Parquet, not compressed, so that damage reaches the values."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="none", use_dictionary=False)
    return out.getvalue()


SEEDS = {
    "text": [f"date 2023-12-06 (AP) {STORY}\r\n\r\nSource: https://wire.example/1\nComment (0)".encode()],
    "html": [PAGE, gzip.compress(PAGE, mtime=0)],
    "warc": [
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://wire.example/1\r\n"
        b"WARC-Date: 2023-12-06T10:00:00Z\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(BLOCK), BLOCK)
    ],
    "jsonl": [json.dumps({"id": 1, "text": STORY, "published": "2023-12", "authors": "A B; C D"}).encode() * 2],
    "csv": [f'id,text,published\n1,"{STORY} ""x""","6 Dec 2023"\n'.encode()],
    "parquet": [
        a_table(id=[1, 2], text=[STORY, f"{STORY} It rained."], published=["2023-12-06", None]),
        a_table(html=[PAGE.decode()], authors=[["A B", "C D"]]),
        a_table(body=[STORY]),
    ],
    "feed": [
        "<rss version='2.0'><channel><item><guid>1</guid><pubDate>Wed, 06 Dec 2023 10:00:00 GMT</pubDate>"
        f"<description><![CDATA[<p>{STORY}</p>]]></description></item></channel></rss>".encode()
    ],
}
SPICE = [
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\x1b",
    b"<",
    b"&#0;",
    b"&#xd800;",
    b'"',
    b"\r",
    b"<!--",
    b"]]>",
    b"9" * 30,
    b"\xcc\x81",
]


@st.composite
def damaged(draw: st.DrawFn, seed: bytes) -> bytes:
    """A seed with pieces cut out, doubled, or put in."""
    data = seed
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 60)))
        data = data[:start] + draw(st.sampled_from([b"", data[start:end] * 2, *SPICE])) + data[end:]
    return data


@cache
def validator() -> object:
    import jsonschema_rs

    return jsonschema_rs.validator_for(json.loads((resources.folder("schemas") / "article.schema.json").read_text()))


@cache
def listed() -> frozenset[str]:
    return frozenset(
        re.findall(r"^- `([a-z0-9-]+)`", (ROOT / "docs/issues.md").read_text(encoding="utf-8"), re.MULTILINE)
    )


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_damage_ends_in_a_record_or_a_listed_reject(name: str, data: st.DataObject) -> None:
    raw_bytes = data.draw(damaged(data.draw(st.sampled_from(SEEDS[name]))))
    recorder = Recorder(SOURCE, name, ("entities", "stance", "claims"))
    for raw in READERS[name](io.BytesIO(raw_bytes), "raw/fuzz", SOURCE):
        made = raw if isinstance(raw, Reject) else recorder.article(raw)
        if isinstance(made, Reject):
            assert made.code in listed()
            assert made.code != "extraction-failed", made.message
        else:
            assert validator().is_valid(made), [str(e) for e in validator().iter_errors(made)]  # type: ignore[attr-defined]
            text, length = made["text"], len(raw.decoded)  # type: ignore[union-attr]
            assert all(0 <= each["raw_start"] < each["raw_end"] <= length for each in made["provenance"]["segments"])
            assert sum(each["end"] - each["start"] for each in made["provenance"]["segments"]) in (0, len(text))
