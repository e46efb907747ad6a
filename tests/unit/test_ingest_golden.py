"""Ingest on invented inputs of every format: the records and rejects as they stand in `tests/golden/ingest/out`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from copydesk.console import quiet
from copydesk.dataset.ingest import Ingested, ingest
from copydesk.executor import Here
from copydesk.project import Project
from copydesk.testing import a_project

GOLDEN = Path(__file__).parents[1] / "golden/ingest"
#: these change with every release or with the project's settings; other tests hold them
UNSTABLE = ("tool_version", "config_sha256")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    project = a_project(tmp_path_factory.mktemp("golden") / "corpus")
    (project.dataset / "sources/articles.toml").write_text(
        'name = "articles"\npaths = ["raw/articles/*"]\nrights = {license = "unknown", redistribute = false}\n'
    )
    shutil.copytree(GOLDEN / "in", project.dataset / "raw/articles", dirs_exist_ok=True)
    return ingest(Project.load(project.root), executor=Here(), progress=quiet)


def stable(article: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in article["provenance"].items() if name not in UNSTABLE}
    return article | {"provenance": kept}


def written(rows: list[dict[str, Any]]) -> bytes:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return b"".join(orjson.dumps(row, option=options) + b"\n" for row in rows)


@pytest.mark.parametrize("name", ["articles", "rejects"])
def test_golden(name: str, done: Ingested, request: pytest.FixtureRequest) -> None:
    rows = done.rejects if name == "rejects" else [stable(article) for article in done.articles]
    expected = GOLDEN / "out" / f"{name}.json"
    if request.config.getoption("--golden"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_bytes(written(rows))
    assert written(rows) == expected.read_bytes()


def test_every_input_is_there(done: Ingested) -> None:
    places = {article["provenance"]["path"] for article in done.articles} | {row["where"] for row in done.rejects}
    assert all(any(path.name in place for place in places) for path in (GOLDEN / "in").iterdir())
