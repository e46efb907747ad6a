"""Raw files at an address: every reader reads over the web what it reads on this machine, out of archives too."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest
from test_readers import EXAMPLES

from copydesk.console import quiet
from copydesk.dataset.ingest import Ingested, ingest, stage
from copydesk.dataset.ingest.readers import READERS
from copydesk.executor import Here
from copydesk.project import Project
from copydesk.testing import a_project

SUFFIXES = {"text": "txt", "feed": "rss"}


class Quiet(SimpleHTTPRequestHandler):
    """Sends whole files only, as many servers do."""

    def log_message(self, *args: object) -> None:
        pass


class InParts(Quiet):
    """Sends the parts of a file that it is asked for."""

    def do_GET(self) -> None:
        data = Path(self.translate_path(self.path)).read_bytes()
        first, last = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-")).groups()  # type: ignore[union-attr]
        part = data[int(first) : int(last) + 1 if last else None]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(Path(self.translate_path(self.path)).stat().st_size))
        self.end_headers()


@pytest.fixture(params=[Quiet, InParts])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address at which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(request.param, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def read(root: Path, path: str) -> Ingested:
    text = f'name = "far"\npaths = ["{path}"]\nrights = {{license = "x", redistribute = false}}\n'
    (a_project(root).dataset / "sources/articles.toml").write_text(text)
    return ingest(Project.load(root), executor=Here(), progress=quiet)


@pytest.mark.parametrize("name", READERS)
def test_over_the_web_a_reader_reads_what_it_reads_here(name: str, served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    file = folder / f"a.{SUFFIXES.get(name, name)}"
    file.write_bytes(EXAMPLES[name][0])
    far, here = (read(tmp_path / n, f"{at}/{file.name}") for n, at in (("far", address), ("here", f"file://{folder}")))
    assert far.articles and [each["code"] for each in far.rejects] == [each["code"] for each in here.rejects]
    assert [each["text"] for each in far.articles] == [each["text"] for each in here.articles]


@pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
def test_a_file_larger_than_a_block_is_read_from_servers_that_send_it_whole_only_too(
    name: str, served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fsspec.filesystem("http"), "block_size", 64)
    monkeypatch.setattr(stage, "SIZE", 100)
    folder, address = served
    (folder / f"a.{name}").write_bytes(EXAMPLES[name][0])
    far, here = (read(tmp_path / n, f"{at}/a.{name}") for n, at in (("far", address), ("here", f"file://{folder}")))
    assert far.articles and [each["text"] for each in far.articles] == [each["text"] for each in here.articles]
    assert [each["code"] for each in far.rejects] == [each["code"] for each in here.rejects]


class Torn(InParts):
    """Sends less than it promises."""

    def do_GET(self) -> None:
        self.send_response(206)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"{")


@pytest.mark.parametrize("served", [Torn], indirect=True)
def test_a_connection_that_breaks_is_a_reject(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    (folder / "a.jsonl").write_bytes(EXAMPLES["jsonl"][0])
    assert [each["code"] for each in read(tmp_path / "far", f"{address}/a.jsonl").rejects] == ["unreadable"]


class Forbids(Quiet):
    """Lets nobody in."""

    def do_GET(self) -> None:
        self.send_error(403)

    def do_HEAD(self) -> None:
        self.send_error(403)


@pytest.mark.parametrize(
    ("served", "says"),
    [(Forbids, "is not to be had: its server answers 403"), (Quiet, "is not there")],
    indirect=["served"],
)
def test_what_a_server_refuses_is_told_from_what_is_not_there(
    served: tuple[Path, str], says: str, tmp_path: Path
) -> None:
    [reject] = read(tmp_path / "far", f"{served[1]}/gone.txt").rejects
    assert reject["code"] == "unreadable" and reject["message"].startswith(says)


def test_a_server_that_refuses_connections_is_no_missing_file(tmp_path: Path) -> None:
    [reject] = read(tmp_path / "far", "http://127.0.0.1:9/a.txt").rejects
    assert reject["message"].startswith("its server cannot be reached")


@pytest.mark.parametrize("served", [InParts], indirect=True)
def test_files_within_an_archive_are_found_by_a_pattern(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    (within := tmp_path / "in").mkdir()
    for name, data in (
        ("a.txt", EXAMPLES["text"][0]),
        ("b.jsonl", EXAMPLES["jsonl"][0]),
        ("c.csv", EXAMPLES["csv"][0]),
    ):
        (within / name).write_bytes(data)
    shutil.make_archive(str(folder / "all"), "zip", within)
    for n, archive in enumerate((f"file://{folder}/all.zip", f"{address}/all.zip")):
        done = read(tmp_path / str(n), f"zip://*::{archive}")
        assert {each["provenance"]["path"].partition("#")[0] for each in done.articles} >= {f"zip://a.txt::{archive}"}
        assert [each["code"] for each in done.rejects] == ["duplicate"]  # the example's second line
