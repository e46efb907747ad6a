"""Every rule of every schema has a file that breaks it, and a plain JSON Schema validator sees it too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from copydesk.schemas import RECORDS, Schemas
from copydesk.schemas.meaning import check_annotation, check_article, check_gold, check_row
from copydesk.testing.broken import Broken, broken, rules

ROOT = Path(__file__).parents[2]
VALID, INVALID = ROOT / "tests/examples/valid", ROOT / "tests/examples/invalid"
SCHEMAS = Schemas.packaged()
OWN = (*RECORDS, *SCHEMAS.layers)


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_the_valid_examples_are_accepted(name: str) -> None:
    refused = {path.stem: SCHEMAS.check(name, read(path), "") for path in (VALID / name).glob("*.json")}
    assert refused  # there are some
    assert not any(refused.values()), refused
    assert all(SCHEMAS.is_valid(name, read(path)) for path in (VALID / name).glob("*.json"))


@pytest.mark.parametrize("name", OWN)
def test_an_invalid_example_breaks_the_rule_it_is_named_after_and_no_other(name: str) -> None:
    """One test per schema, not per file: there are a thousand files, and they are quick."""
    for path in sorted((INVALID / name).glob("*.json")):
        expected = Broken(path.stem, read(path))
        found = {(issue.code, issue.path) for issue in SCHEMAS.check(name, expected.record, "")}
        labels = name in SCHEMAS.layers and expected.keyword == "enum"
        assert ("unknown-label" if labels else expected.code, expected.path) in found, path.name
        assert {place for _, place in found} == {expected.path}, f"{path.name} breaks something else too"


@pytest.mark.parametrize("name", OWN)
def test_both_validators_agree_on_every_example_as_they_come(name: str) -> None:
    fast, reference = jsonschema_rs.Draft202012Validator(SCHEMAS[name]), jsonschema.Draft202012Validator(SCHEMAS[name])
    for folder, expected in ((VALID, True), (INVALID, False)):
        for path in (folder / name).glob("*.json"):
            record = read(path)
            assert (fast.is_valid(record), reference.is_valid(record)) == (expected, expected), path.name


@pytest.mark.parametrize("name", OWN)
def test_no_rule_is_without_an_example_that_breaks_it(name: str) -> None:
    there = {path.stem.partition("~")[0] for path in (INVALID / name).glob("*.json")}
    for path, _, rule, keyword in rules(SCHEMAS[name]):
        wanted = {f"{path}{each}.required" for each in rule["required"]} if keyword == "required" else {path + keyword}
        assert wanted <= there, f"write {sorted(wanted - there)[0]}.json into tests/examples/invalid/{name}"


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.startswith("rows/")])
def test_every_rule_of_a_published_row_can_be_broken(name: str) -> None:
    for each in broken(SCHEMAS[name], read(VALID / name / "full.json")):
        assert (each.code, each.path) in {(issue.code, issue.path) for issue in SCHEMAS.check(name, each.record, "")}
        assert not SCHEMAS.is_valid(name, each.record)


@pytest.mark.parametrize("path", sorted((VALID / "annotation").glob("*.json")), ids=lambda path: path.stem)
def test_the_valid_answers_are_right_about_the_valid_article(path: Path) -> None:
    article, answer = read(VALID / "article/full.json"), read(path)
    assert check_article(article) == []
    assert check_annotation(answer, SCHEMAS.layers[answer["layer"]], article) == []


def test_the_valid_units_and_rows_are_right_about_it_too() -> None:
    article = read(VALID / "article/full.json")
    for path in (VALID / "gold").glob("*.json"):
        unit = read(path)
        assert path.stem == "full" or check_gold(unit, SCHEMAS.layers[unit["layer"]], article) == []
    for name, layer in SCHEMAS.layers.items():
        for path in (VALID / "rows" / name).glob("*.json"):
            assert check_row(read(path), layer, article) == []


def test_generated_files_are_up_to_date() -> None:
    run = subprocess.run([sys.executable, "scripts/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
