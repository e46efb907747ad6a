"""A folder with every format, two of each broken: what is whole is built, what is broken is named."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.dataset.store import Store
from copydesk.files import read_jsonl
from copydesk.project import Project
from copydesk.testing import a_project

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the “new” bridge, said Jane Doe."
PAGE = f"<html><body><article><h1>Bridge</h1>{f'<p>{STORY}</p>' * 3}</article></body></html>".encode()


def a_record(body: bytes, name: str = "w") -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: https://wire.example/"
        f"{name}\r\nWARC-Date: 2023-12-06T10:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def a_feed(text: str) -> bytes:
    item = f"<item><guid>1</guid><description>{text}</description></item>"
    return f"<rss version='2.0'><channel>{item}</channel></rss>".encode()


def a_table(path: Path, **columns: list[str]) -> bytes:
    pq.write_table(pa.table(columns), path)
    return path.read_bytes()


def files(tmp_path: Path) -> tuple[dict[str, bytes], dict[str, tuple[bytes, str]]]:
    table = a_table(tmp_path / "t", id=["p"], text=[STORY])
    good = {
        "a.txt": STORY.encode(),
        "a.html": PAGE,
        "a.html.gz": gzip.compress(PAGE + b"<!-- packed -->"),
        "a.warc": a_record(PAGE),
        "a.warc.gz": gzip.compress(a_record(PAGE, "z")),
        "a.jsonl": json.dumps({"id": "j", "text": STORY}).encode(),
        "a.csv": f'id,text\nc,"{STORY}"\n'.encode(),
        "a.tsv": f"id\ttext\nt\t{STORY}\n".encode(),
        "a.parquet": table,
        "a.rss": a_feed(STORY),
        "a.atom": f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>2</id><content>{STORY}</content></entry></feed>".encode(),
    }
    broken = {
        "b1.txt": (b"\xff\xfe", "not-utf8"),
        "b2.txt": (b"", "empty"),
        "b1.html": (b"no page", "not-html"),
        "b2.html": (b"<html></html>", "only-boilerplate"),
        "b1.html.gz": (gzip.compress(PAGE)[:-12], "bad-gzip"),
        "b2.html.gz": (gzip.compress(b"<p>" + b"x" * 15_000_000), "decompression-bomb"),
        "b1.warc": (a_record(PAGE)[:-40], "cut-record"),
        "b2.warc": (b"no archive", "bad-warc"),
        "b1.warc.gz": (gzip.compress(a_record(PAGE, "y"))[:-40], "cut-record"),
        "b2.warc.gz": (b"\x1f\x8b no archive", "bad-warc"),
        "b1.jsonl": (b'{"id": 1, "text": "cut', "bad-json"),
        "b2.jsonl": (b'{"id": 2}', "no-text-column"),
        "b1.csv": (b"id,text\n1,2,3\n", "ragged-row"),
        "b2.csv": (b"id,words\n1,Rain.\n", "no-text-column"),
        "b1.tsv": (b"id\ttext\n1\n", "ragged-row"),
        "b2.tsv": (b"id\ttext\n1\t\xff\n", "not-utf8"),
        "b1.parquet": (table[:-9], "bad-parquet"),
        "b2.parquet": (a_table(tmp_path / "u", words=["Rain."]), "no-text-column"),
        "b1.rss": (b"<!DOCTYPE r [<!ENTITY a 'b'>]>" + a_feed("&a;"), "xml-entities"),
        "b2.rss": (a_feed(STORY)[:-60], "bad-feed"),
        "b1.atom": (b"", "empty"),
        "b2.atom": (b"<html><p>No feed.</p></html>", "bad-feed"),
    }
    return good, broken


def copydesk(root: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and what stands on stdout; a traceback never."""
    call = [sys.executable, "-m", "copydesk", "-C", str(root), "--json", *words]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=environ)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_folder_of_every_format(tmp_path: Path) -> None:
    root = a_project(tmp_path / "corpus").root
    good, broken = files(tmp_path)
    for name, data in {**good, **{name: data for name, (data, _) in broken.items()}}.items():
        (root / "dataset/raw/articles" / name).write_bytes(data)
    (root / "dataset/sources/articles.toml").write_text(
        'name = "articles"\npaths = ["raw/articles/*"]\nrights = {license = "unknown", redistribute = false}\n'
    )
    code, told = copydesk(root, "build")
    assert (code, told["read"], told["kept"], told["rejected"]) == (1, len(good) + len(broken), len(good), len(broken))
    built = Store(Project.load(root)).articles()
    names = {article["provenance"]["path"].removeprefix("raw/articles/").split("#")[0] for article in built}
    assert names == set(good)
    found = {row["where"].split("/")[-1].split("#")[0]: row["code"] for row in read_jsonl(root / "build/rejects.jsonl")}
    assert found == {name: code for name, (_, code) in broken.items()}
    code, told = copydesk(root, "validate", "build/articles.parquet")
    assert (code, told["checked"], told["issues"]) == (0, len(good), [])
