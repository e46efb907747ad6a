"""A reader from outside: a package that names it by entry point, as the documentation shows it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from copydesk.console import quiet
from copydesk.dataset.ingest import Ingested, ingest
from copydesk.dataset.ingest.readers import readers
from copydesk.errors import BadConfig
from copydesk.executor import Here
from copydesk.project import Project
from copydesk.testing import a_project, check_reader

DOCS = Path(__file__).parents[2] / "docs/ingest.md"
[SHOWN] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
STORIES = b"Rain fell on Oslo on Tuesday.\n===\n\n===\nThe ferry to Bergen was late."
Build = Callable[[str], Ingested]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Reads a `.slug` and a plain text with an installed package of the code given."""
    site, root = tmp_path / "site", a_project(tmp_path / "corpus").root
    told = site / "slug_reader-1.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: slug-reader\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[copydesk.readers]\nslug = slug_reader:read\n")
    (root / "dataset/raw/a.slug").write_bytes(STORIES)
    (root / "dataset/raw/articles/a.txt").write_text("Snow fell on Trondheim.")
    source = 'name = "wire"\npaths = ["raw/*.slug"]\nreader = "slug"\nrights = {license = "x", redistribute = false}\n'
    (root / "dataset/sources/wire.toml").write_text(source)

    def with_code(code: str) -> Ingested:
        (site / "slug_reader.py").write_text(code)
        monkeypatch.syspath_prepend(str(site))
        return ingest(Project.load(root), executor=Here(), progress=quiet)

    readers.cache_clear()
    yield with_code
    readers.cache_clear()
    sys.modules.pop("slug_reader", None)


def test_the_documented_reader_keeps_to_the_contract_and_reads(build: Build) -> None:
    done = build(SHOWN)
    check_reader(readers()["slug"], STORIES)
    assert sorted(article["text"].split()[0] for article in done.articles) == ["Rain", "Snow", "The"]
    assert [(each["code"], each["where"]) for each in done.rejects] == [("empty", "wire: raw/a.slug#2")]


@pytest.mark.parametrize("fault", ["raise ValueError('no slug')", "yield 5"])
def test_a_reader_that_fails_costs_its_file_what_follows_and_no_other(build: Build, fault: str) -> None:
    done = build(SHOWN + f"        if number == 2:\n            {fault}\n")
    assert sorted(article["text"].split()[0] for article in done.articles) == ["Rain", "Snow"]
    failed, empty = done.rejects
    assert (failed["code"], empty["code"]) == ("reader-failed", "empty")
    assert "raw/a.slug#2" in failed["message"]


def test_a_package_that_cannot_be_imported_is_named(build: Build) -> None:
    with pytest.raises(BadConfig, match="slug_reader:read"):
        build("import nothing_of_this_name")
