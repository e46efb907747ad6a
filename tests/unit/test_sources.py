"""Sources: typed, complete, and expanded in one order."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.dataset import sources
from copydesk.errors import BadConfig, OutsideError, UnknownKey
from copydesk.testing import a_project

GOOD = 'name = "wire"\npaths = ["raw/*.txt"]\nrights = {license = "CC0-1.0", redistribute = true}\n'


def load(tmp_path: Path, text: str) -> sources.Source:
    project = a_project(tmp_path / "corpus")
    (project.dataset / "sources/articles.toml").write_text(text)
    return sources.load(project)[0]


def test_a_source_without_rights_is_told_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="'rights' is missing") as raised:
        load(tmp_path, 'name = "wire"\npaths = ["raw/*.txt"]\n')
    assert "redistribute" in raised.value.hint


def test_a_source_is_read(tmp_path: Path) -> None:
    source = load(tmp_path, GOOD + '[publisher]\nname = "The Wire"\n[columns]\ntext = "body"\n')
    assert (source.name, source.publisher, source.column("text"), source.column("id")) == (
        "wire",
        "The Wire",
        "body",
        "id",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "wire"\npaths = ["raw/*.txt"]\n', "'rights' is missing"),
        (GOOD + 'readr = "text"\n', "did you mean 'reader'?"),
        (GOOD + '[columns]\ntxt = "body"\n', "did you mean 'text'?"),
        (GOOD + 'reader = "pdf"\n', "reader 'pdf' is not known"),
        (GOOD.replace('["raw/*.txt"]', "[]"), "must not be empty"),
        (GOOD + "[limits]\nratio = 0\n", "limits must be at least 1"),
        (GOOD.replace("raw/*.txt", "ftp://desk:pw@127.0.0.1/*.txt"), "a path holds a password"),
    ],
)
def test_a_wrong_source_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadConfig) as raised:
        load(tmp_path, text)
    assert says in f"{raised.value.message} {raised.value.hint}"
    if "did you mean" in says:
        assert isinstance(raised.value, UnknownKey)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    (project.dataset / "sources/other.toml").write_text(GOOD.replace("wire", "articles"))
    with pytest.raises(BadConfig, match="another source"):
        sources.load(project)


def test_a_place_that_cannot_be_listed_ends_the_build(tmp_path: Path) -> None:
    far = sources.Source("far", ("https://127.0.0.1:9/*.txt",), "unknown", False)
    with pytest.raises(OutsideError, match=r"https://127\.0\.0\.1:9/\*\.txt: the storage refused: Cannot connect"):
        sources.inputs(far, tmp_path)


def test_files_that_no_source_names_are_told(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", a="Sun.")
    raw = project.dataset / "raw"
    (raw / "articles/b.html").write_text("<p>Rain.</p>")
    (raw / "wire").mkdir()
    (raw / "wire/c.csv").write_text("text\nSnow.\n")
    source = sources.Source("s", ("raw/articles/*.txt",), "unknown", False)
    [told] = sources.of_no_source({source: sources.inputs(source, project.dataset)}, project.dataset)
    assert (told.code, told.severity) == ("no-source", "warning")
    assert told.message == "2 files belong to no source (.csv 1, .html 1), such as raw/articles/b.html"
    every = sources.Source("s", ("raw/**/*",), "unknown", False)
    assert not list(sources.of_no_source({every: sources.inputs(every, project.dataset)}, project.dataset))
    packed = sources.Source("s", (f"zip://*::file://{raw}/a.zip",), "unknown", False)
    assert not list(sources.of_no_source({packed: []}, project.dataset))


def test_paths_expand_each_file_once_in_order(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", b="Rain.", a="Sun.")
    (project.dataset / "raw/articles/deep").mkdir()
    (project.dataset / "raw/articles/deep/c.txt").write_text("Snow.")
    source = sources.Source("s", ("raw/**/*.txt", "raw/articles/*.txt"), "unknown", False)
    found = [each.path for each in sources.inputs(source, project.dataset)]
    assert found == ["raw/articles/a.txt", "raw/articles/b.txt", "raw/articles/deep/c.txt"]


def test_the_order_of_paths_changes_no_digest() -> None:
    one = sources.Source("s", ("a", "b"), "unknown", False)
    other = sources.Source("s", ("b", "a"), "unknown", False)
    assert one.config_sha256 == other.config_sha256
    assert one.config_sha256 != sources.Source("s", ("a", "b"), "CC0-1.0", True).config_sha256
