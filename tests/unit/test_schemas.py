"""Every record kind has one schema; checks, columns and tables come from it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.errors import BadConfig
from copydesk.project import Project
from copydesk.schemas import RECORDS, Schemas
from copydesk.testing import an_annotation, an_article

PACKAGED = Schemas.packaged()


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every rule below ``schema`` that names properties."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)


@pytest.mark.parametrize("name", list(PACKAGED))
def test_every_property_is_required_and_described_and_no_other_is_allowed(name: str) -> None:
    for rule in objects(PACKAGED[name]):
        assert rule["additionalProperties"] is False
        assert rule["required"] == list(rule["properties"])
        for key, inner in rule["properties"].items():
            assert inner.get("description"), f"{name}: {key} is not described"


@pytest.mark.parametrize("name", [*RECORDS, *PACKAGED.layers])
def test_a_record_that_carries_its_version_carries_that_of_its_schema(name: str) -> None:
    version = PACKAGED[name]["properties"].get("schema_version", {"const": PACKAGED.version(name)})
    assert version["const"] == PACKAGED.version(name)


def test_a_good_record_has_no_issue() -> None:
    article = an_article()
    assert PACKAGED.check("article", article, "here") == []
    assert PACKAGED.check("annotation", an_annotation(article), "here") == []


def test_an_issue_names_the_place_the_rule_and_the_nearest_known_word() -> None:
    article = an_article(pubished="2026-01-01")
    del article["published"]
    article["rights"] = {"license": "", "redistribute": "no"}
    unknown, missing, license_, redistribute = PACKAGED.check("article", article, "build/articles.parquet:1")
    assert (unknown.code, unknown.path, unknown.hint) == ("unknown-field", "$", "did you mean 'published'?")
    assert (missing.code, missing.where) == ("missing-field", "build/articles.parquet:1")
    assert (license_.code, license_.path) == ("too-short", "$.rights.license")
    assert (redistribute.code, redistribute.hint) == ("wrong-type", "Whether the text may leave this machine.")


def test_an_annotations_value_is_held_to_its_layers_schema() -> None:
    span = {"span_id": "s1", "start": 0, "end": 4, "label": "PRSON", "text": "Rain", "prefix": "", "suffix": " in"}
    (issue,) = PACKAGED.check("annotation", an_annotation(an_article(), value={"spans": [span]}), "here")
    assert (issue.code, issue.path) == ("unknown-label", "$.value.spans[0].label")
    assert issue.hint == "did you mean 'PERSON'?"


def test_a_long_bad_value_is_cut_in_the_message() -> None:
    (issue,) = PACKAGED.check("article", an_article(text_sha256="x" * 1_000_000), "here")
    assert len(issue.message) < 300


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", 2.5], ids=["nan", "inf", "bytes", "half"])
@pytest.mark.parametrize("field", ["n_chars", "title"])
def test_what_json_cannot_hold_is_an_issue_and_never_a_traceback(field: str, value: Any) -> None:
    record = an_article(**{field: value})
    (issue,) = PACKAGED.check_all("article", [record], lambda n, _: str(n))
    assert (issue.code, issue.path) == ("wrong-type", f"$.{field}")


def test_a_lone_surrogate_is_no_text() -> None:
    (issue,) = PACKAGED.check("article", an_article(title="\ud800"), "")
    assert (issue.code, issue.path) == ("wrong-type", "$.title")


def test_in_bulk_only_the_bad_ones_are_named() -> None:
    records = [an_article(), an_article(n_chars=0), an_article(), an_article(split="dev")]
    found = list(PACKAGED.check_all("article", records, lambda n, record: f"articles:{n + 1}"))
    assert [(issue.where, issue.code) for issue in found] == [
        ("articles:2", "out-of-range"),
        ("articles:4", "not-in-set"),
    ]


def test_schemas_travel_to_other_processes() -> None:
    PACKAGED.check("article", {}, "")
    again = pickle.loads(pickle.dumps(PACKAGED))
    assert again.check("article", an_article(n_chars=0), "")[0].code == "out-of-range"


def test_a_projects_changed_copy_of_a_core_schema_is_a_warning(project: Callable[..., Project]) -> None:
    corpus = project()
    assert Schemas.of(corpus).issues == ()
    path = corpus.schemas / "link.schema.json"
    path.write_text(path.read_text().replace("A derivation", "Some derivation"))
    (issue,) = Schemas.of(corpus).issues
    assert (issue.code, issue.where, issue.severity) == ("schema-differs", "schemas/link.schema.json", "warning")


SENTIMENT = """
version = "1.0.0"
kind = "choice"
labels = ["good", "bad"]
"""


def a_sentiment_layer(corpus: Project, labels: list[str]) -> Project:
    """The project with one more layer: a folder and a schema."""
    folder = corpus.labeling / "sentiment"
    folder.mkdir()
    (folder / "layer.toml").write_text(SENTIMENT)
    label = {"description": "Mood.", "type": ["string", "null"], "enum": [*labels, None]}
    schema = {
        "type": "object",
        "properties": {"label": label},
        "required": ["label"],
        "additionalProperties": False,
    }
    (corpus.schemas / "sentiment.schema.json").write_text(json.dumps(schema))
    config = corpus.root / "copydesk.toml"
    config.write_text(config.read_text().replace('"claims"]', '"claims", "sentiment"]'))
    return Project.load(corpus.root)


def test_a_projects_own_layer_needs_no_code(project: Callable[..., Project]) -> None:
    schemas = Schemas.of(a_sentiment_layer(project(), ["good", "bad"]))
    assert schemas["rows/sentiment"]["properties"]["label"]["x-labels"] == ["good", "bad"]
    assert list(schemas["article"]["properties"]["layers"]["properties"]) == [
        "entities",
        "stance",
        "claims",
        "sentiment",
    ]
    assert schemas.arrow("rows/sentiment").metadata[b"schema_version"] == b"1"
    annotation = an_annotation(an_article(), "sentiment", value={"label": "ugly"})
    assert [issue.code for issue in schemas.check("annotation", annotation, "")] == ["unknown-label"]


def test_a_layer_whose_schema_says_something_else_is_refused(project: Callable[..., Project]) -> None:
    with pytest.raises(BadConfig, match=r"the set of 'label' is not that of layer\.toml: ugly"):
        Schemas.of(a_sentiment_layer(project(), ["good", "bad", "ugly"]))


LABEL = {"description": "Mood.", "type": ["string", "null"], "enum": ["good", "bad", None]}
CLOSED = {"type": "object", "required": ["label"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("{", "cannot be read as JSON"),
        ("[1]", "is no JSON Schema"),
        ({"type": "thing"}, "is no JSON Schema"),
        ({"type": "object"}, "must be an object with properties"),
        (CLOSED | {"properties": {"label": LABEL}, "required": []}, "every property must be required"),
        (CLOSED | {"properties": {"label": LABEL}, "additionalProperties": True}, "additionalProperties false"),
        (CLOSED | {"properties": {"label": {"enum": ["good", "bad"]}}}, "needs a description and a type"),
        (CLOSED | {"properties": {"mood": LABEL}, "required": ["mood"]}, "property 'label' is missing"),
        (CLOSED | {"properties": {"label": LABEL, "x": LABEL}, "required": ["label", "x"]}, "does not ask for"),
        (CLOSED | {"properties": {"label": LABEL | {"$ref": "#/properties"}}}, "uses \\$ref"),
        (CLOSED | {"properties": {"label": LABEL | {"$ref": "http://127.0.0.1:9/x"}}}, "is no JSON Schema"),
    ],
)
def test_an_unfit_layer_schema_is_a_broken_set_up(
    project: Callable[..., Project], schema: dict[str, Any] | str, problem: str
) -> None:
    corpus = a_sentiment_layer(project(), ["good", "bad"])
    path = corpus.schemas / "sentiment.schema.json"
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
    with pytest.raises(BadConfig, match=problem) as error:
        Schemas.of(corpus)
    assert error.value.where == "schemas/sentiment.schema.json"


def test_a_layer_without_a_schema_or_with_the_name_of_a_record_is_refused(project: Callable[..., Project]) -> None:
    corpus = a_sentiment_layer(project(), ["good", "bad"])
    (corpus.schemas / "sentiment.schema.json").unlink()
    with pytest.raises(BadConfig, match="is not there, but the project has layer 'sentiment'"):
        Schemas.of(corpus)
    (corpus.labeling / "sentiment").rename(corpus.labeling / "gold")
    config = corpus.root / "copydesk.toml"
    config.write_text(config.read_text().replace('"sentiment"', '"gold"'))
    with pytest.raises(BadConfig, match="is the name of a record kind"):
        Schemas.of(Project.load(corpus.root))


def test_importing_schemas_loads_nothing_heavy() -> None:
    heavy = "('pyarrow', 'datasets', 'jsonschema', 'jsonschema_rs')"
    code = f"import sys, copydesk.schemas; print([name for name in {heavy} if name in sys.modules])"
    source = Path(__file__).parents[2] / "src"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(source)})
    assert run.stdout.strip() == "[]", run.stderr
