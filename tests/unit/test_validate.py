"""``validate`` checks schema and meaning of any record file; bad input is an issue with a place."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk import files
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.schemas.kinds import NoRecords, NoSuchFile, UnknownKind, UnknownSchema
from copydesk.spans import quoted
from copydesk.testing import an_annotation, an_article
from copydesk.validate import validate

ARTICLE = an_article("Rain fell in Oslo.")
OSLO = {"span_id": "s1", "label": "GPE"} | quoted(ARTICLE["text"], 13, 17)
ANSWER = an_annotation(ARTICLE, value={"spans": [OSLO]})


@pytest.fixture
def built(project: Callable[..., Project]) -> Project:
    """A project in which ARTICLE is built."""
    return build(project(), [ARTICLE])


def build(project: Project, articles: Sequence[dict[str, Any]]) -> Project:
    project.build.mkdir(exist_ok=True)
    table = pa.Table.from_pylist(list(articles), schema=Schemas.of(project).arrow("article"))
    pq.write_table(table, project.build / "articles.parquet")
    return project


def answers(project: Project, *records: dict[str, Any], layer: str = "entities") -> Path:
    path = project.labeling / layer / "annotations.jsonl"
    files.write_jsonl(path, records)
    return path


def test_a_fresh_project_is_clean(project: Callable[..., Project]) -> None:
    found = validate(project(), [])
    assert found.issues == []
    assert found.checked >= 5  # copydesk.toml, three layers, one source


def test_everything_in_the_project_is_checked(built: Project) -> None:
    answers(built, ANSWER)
    before = validate(built, []).checked
    answers(built, ANSWER, an_annotation(ARTICLE, annotator="ann-2", value={"spans": [OSLO]}))
    assert (validate(built, []).issues, validate(built, []).checked) == ([], before + 1)


class Elsewhere:
    """Runs work as another process would get it: through pickle, there and back."""

    def map(self, function: Any, arguments: Iterable[Any]) -> Iterator[Any]:
        for each in arguments:
            there, work = pickle.loads(pickle.dumps((function, each)))
            yield pickle.loads(pickle.dumps(there(work)))


def test_files_may_be_checked_in_other_processes(built: Project) -> None:
    answers(built, ANSWER | {"layer_version": ""})
    here, elsewhere = validate(built, []), validate(built, [], run=Elsewhere())
    assert here == elsewhere
    assert [issue.code for issue in here.issues] == ["too-short"]


def test_an_issue_names_file_and_line(built: Project) -> None:
    path = answers(built, ANSWER, ANSWER | {"annotation_id": "ann-1"})
    (issue,) = validate(built, [path]).issues
    assert (issue.where, issue.path, issue.code) == (
        "labeling/entities/annotations.jsonl:2",
        "$.annotation_id",
        "wrong-form",
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"value": {"spans": [OSLO | {"text": "Bergen"}]}}, "span-drift"),
        ({"text_sha256": "0" * 64}, "text-changed"),
        ({"article_id": "art-0000000000000000"}, "unknown-article"),
        ({"layer": "mood"}, "unknown-layer"),
        ({"value": {"spans": [OSLO | {"label": "CITY"}]}}, "unknown-label"),
    ],
)
def test_labels_are_held_against_text_and_layer(built: Project, fields: dict[str, Any], code: str) -> None:
    (issue,) = validate(built, [answers(built, ANSWER | fields)]).issues
    assert (issue.code, issue.severity) == (code, "error")


def test_an_unknown_label_does_not_hide_a_drifted_span(built: Project) -> None:
    path = answers(built, ANSWER | {"value": {"spans": [OSLO | {"label": "CITY", "text": "Bergen"}]}})
    assert [issue.code for issue in validate(built, [path]).issues] == ["unknown-label", "span-drift"]


def test_every_missing_field_is_named(built: Project) -> None:
    found = validate(built, [answers(built, {"schema_version": 1})]).issues
    assert {issue.code for issue in found} == {"missing-field"}
    assert len(found) == len(ANSWER) - 1


def test_issues_come_in_the_order_of_the_file(built: Project) -> None:
    drifted = an_annotation(ARTICLE, annotator="ann-9", value={"spans": [OSLO | {"text": "Bergen"}]})
    shapeless = ANSWER | {"layer_version": ""}
    for records in ([drifted, shapeless, drifted | {"annotation_id": "ann-0000000000000000"}], [shapeless, drifted]):
        found = validate(built, [answers(built, *records)]).issues
        assert [issue.where[-2:] for issue in found] == [f":{n + 1}" for n in range(len(records))]


def test_what_was_answered_before_is_history(built: Project) -> None:
    old = ANSWER | {"text_sha256": "0" * 64}
    path = answers(built, old, ANSWER | {"updated_at": "2026-01-02T00:00:00Z"})
    assert validate(built, [path]).issues == []


def test_labels_of_a_removed_article_stay_in_the_history(built: Project) -> None:
    gone = "art-0000000000000000"
    removal = {
        "schema_version": 1,
        "article_id": gone,
        "raw_sha256": None,
        "text_sha256": None,
        "reason": "asked to",
        "removed_at": "2026-01-01T00:00:00Z",
    }
    files.write_jsonl(built.dataset / "removals.jsonl", [removal])
    assert validate(built, [answers(built, ANSWER | {"article_id": gone})]).issues == []


def test_gold_rests_on_answers_that_are_there(built: Project) -> None:
    example = Path(__file__).parents[1] / "examples/valid/gold/span.json"
    unit = files.read_json(example) | {key: ARTICLE[key] for key in ("article_id", "text_sha256")}
    unit["span"] = {key: value for key, value in OSLO.items() if key not in ("span_id", "label")}
    answers(built, ANSWER)
    for rests_on, found in ((ANSWER["annotation_id"], []), ("ann-0000000000000000", ["unknown-answer"])):
        files.write_jsonl(built.labeling / "entities/gold.jsonl", [unit | {"annotation_ids": [rests_on]}])
        assert [issue.code for issue in validate(built, [built.labeling / "entities/gold.jsonl"]).issues] == found


def test_only_listed_annotators_may_answer(built: Project) -> None:
    listed = '[[annotators]]\nname = "ann-2"\nrole = "human"\n'
    files.write_text(built.labeling / "annotators.toml", listed)
    (issue,) = validate(built, [answers(built, ANSWER)]).issues
    assert issue.code == "unknown-annotator"


def test_without_a_build_labels_are_checked_by_shape_alone(project: Callable[..., Project]) -> None:
    corpus = project()
    (issue,) = validate(corpus, [answers(corpus, ANSWER)]).issues
    assert (issue.code, issue.severity) == ("not-built", "warning")


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        (b'{"a": 1}\n{"a": \n', ":2", "broken-json"),
        (b"\xff\xfe\n", ":1", "broken-json"),
        (b"[1, 2]\n", ":1", "wrong-type"),
        (b"null\n", ":1", "wrong-type"),
        (b'{"schema_version": 2}\n', ":1", "newer-record"),
        (b"[" * 100_000 + b"\n", ":1", "broken-json"),
        (b'{"x": ' + b"9" * 400 + b"}\n", ":1", "broken-json"),
    ],
    ids=["half a line", "not UTF-8", "a list", "null", "newer", "bottomless", "a huge number"],
)
def test_a_bad_line_is_an_issue_with_its_number(built: Project, content: bytes, place: str, code: str) -> None:
    path = built.labeling / "entities/annotations.jsonl"
    path.write_bytes(content)
    found = validate(built, [path])
    assert found.checked == content.count(b"\n")
    assert (f"labeling/entities/annotations.jsonl{place}", code) in {(each.where, each.code) for each in found.issues}


def test_a_file_that_is_no_parquet_is_an_issue(built: Project) -> None:
    path = built.build / "articles.parquet"
    path.write_bytes(b"PAR1 no more")
    (issue,) = validate(built, [path]).issues
    assert (issue.code, issue.where) == ("unreadable-file", "build/articles.parquet")


def test_labels_of_articles_that_cannot_be_read_are_an_issue_and_other_files_are_checked(built: Project) -> None:
    (built.build / "articles.parquet").write_bytes(b"PAR1 no more")
    answers(built, ANSWER)
    found = validate(built, [])
    assert {issue.code for issue in found.issues} == {"unreadable-file"}
    assert {issue.where for issue in found.issues} == {
        "build/articles.parquet",
        "labeling/entities/annotations.jsonl",
    }


def test_a_row_of_another_build_is_read_by_its_place(built: Project) -> None:
    build(built, [ARTICLE, ARTICLE | {"n_chars": 3}])
    found = validate(built, [built.build / "articles.parquet"])
    assert found.checked == 2
    assert ("build/articles.parquet:2", "wrong-length") in {(each.where, each.code) for each in found.issues}


def test_a_bad_setting_is_an_issue(built: Project) -> None:
    path = built.dataset / "sources/articles.toml"
    path.write_text(path.read_text() + "\nno_such_key = 1\n")
    (issue,) = validate(built, [path]).issues
    assert issue.code == "bad-setting"
    assert "no_such_key" in issue.message


def test_any_file_can_be_checked_by_the_name_of_its_schema(built: Project, tmp_path: Path) -> None:
    files.write_jsonl(tmp_path / "mine.jsonl", [ARTICLE, ARTICLE | {"article_id": "x"}])
    found = validate(built, [tmp_path / "mine.jsonl"], schema="article")
    assert (found.checked, [issue.path for issue in found.issues]) == (2, ["$.article_id"])


def test_a_folder_can_be_checked_by_the_name_of_a_schema(built: Project, tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.json", "notes.txt"):
        files.write_jsonl(tmp_path / "mine" / name, [ARTICLE])
    assert validate(built, [tmp_path / "mine"], schema="article").checked == 2


def test_a_parquet_file_says_itself_what_it_holds(built: Project, tmp_path: Path) -> None:
    copy = tmp_path / "copy.parquet"
    copy.write_bytes((built.build / "articles.parquet").read_bytes())
    assert validate(built, [copy]).checked == 1


def test_a_file_taken_elsewhere_is_known_by_its_name(built: Project, tmp_path: Path) -> None:
    files.write_jsonl(tmp_path / "gold.jsonl", [{}])
    assert {issue.code for issue in validate(built, [tmp_path / "gold.jsonl"]).issues} == {"missing-field"}


def test_a_published_row_is_checked_without_a_project(tmp_path: Path) -> None:
    schemas, folder = Schemas.packaged(), tmp_path / "dist/data"
    article = ARTICLE | {"split": "train", "family_id": "fam-0000000000000000"}
    placed = {"family_id": article["family_id"], "split": "train"}
    answer = {key: value for key, value in ANSWER.items() if key != "schema_version"}
    answer |= placed | {"value": files.canonical({"spans": [OSLO | {"text": "Bergen"}]}).decode()}
    for config, row in (("articles", article), ("annotations", answer)):
        (folder / config).mkdir(parents=True)
        table = pa.Table.from_pylist([row], schema=schemas.arrow(f"rows/{config}"))
        pq.write_table(table, folder / config / "train.parquet")
    found = validate(None, [folder])
    assert (found.checked, [issue.code for issue in found.issues]) == (2, ["span-drift"])


def test_wrong_usage_is_an_error_that_names_what_is_known(built: Project, tmp_path: Path) -> None:
    files.write_jsonl(tmp_path / "mine.jsonl", [])
    with pytest.raises(UnknownKind, match=r"mine\.jsonl"):
        validate(built, [tmp_path / "mine.jsonl"])
    with pytest.raises(NoSuchFile, match=r"gone\.jsonl"):
        validate(built, [tmp_path / "gone.jsonl"])
    with pytest.raises(UnknownSchema) as error:
        validate(built, [tmp_path / "mine.jsonl"], schema="artcle")
    assert error.value.hint == "did you mean 'article'?"


@pytest.mark.parametrize("schema", [None, "article"])
def test_what_holds_no_records_is_no_clean_bill(tmp_path: Path, schema: str | None) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/read.me").touch()
    (tmp_path / "articles.csv").write_text("article_id,text\nart-1,Rain.\n")
    for path in (tmp_path / "notes", tmp_path / "articles.csv"):
        with pytest.raises(NoRecords, match=path.name):
            validate(None, [path], schema)
