"""Reference answers: from raw files, through segments, onto article texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset.ingest.stage import ingest
from copydesk.errors import BadConfig
from copydesk.executor import Here
from copydesk.labeling.reference import Mapped, Ruler, answers
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.spans import Span
from copydesk.testing import a_text, an_article

Make = Callable[..., Project]
ROOT = Path(__file__).parents[2]
RAW = "HEADLINE\n\nAnna Lind  left Oslo.\n\nTags: Oslo\n"
TEXT = "Anna Lind left Oslo."
SEGMENTS = [
    {"start": 0, "end": 10, "raw_start": 10, "raw_end": 20},
    {"start": 10, "end": 20, "raw_start": 21, "raw_end": 31},
]


def test_offsets_go_through_the_segments() -> None:
    ruler = Ruler(SEGMENTS)
    assert ruler.map(Span(10, 19)) == Span(0, 9)
    assert ruler.map(Span(26, 30)) == Span(15, 19)
    assert ruler.map(Span(15, 25)) == Span(5, 14)  # across the seam
    assert ruler.map(Span(0, 8)) is None
    assert ruler.map(Span(5, 14)) == Span(0, 4)
    assert ruler.lost(Span(5, 14)) == [Span(5, 10)]
    assert ruler.lost(Span(15, 25)) == [Span(20, 21)]


def test_a_segment_that_normalisation_changed_is_taken_whole() -> None:
    ruler = Ruler([{"start": 0, "end": 1, "raw_start": 0, "raw_end": 2}])  # e + accent, composed
    assert ruler.map(Span(0, 1)) == Span(0, 1)


@pytest.fixture
def mapped(project: Make) -> Callable[..., Mapped]:
    """Map one annotator's labels of the raw file above."""

    def mapped(entities: list[Any], claims: list[Any] | None = None, stance: list[Any] | None = None) -> Mapped:
        corpus = project()
        raw = a_text(corpus.root, "oslo", RAW).read_bytes()
        article = an_article(TEXT)
        article["provenance"] |= {
            "path": "raw/articles/oslo.txt",
            "raw_sha256": files.sha256(raw),
            "segments": SEGMENTS,
        }
        document = {"file": "oslo.txt", "sha256_utf8": files.sha256(raw)}
        document |= {"entities": entities, "claims": claims or [], "stance": stance or []}
        files.write_json(corpus.labeling / "reference/one.json", {"annotator": "x", "documents": [document]})
        return answers(corpus, [article])

    return mapped


def label(words: str, **said: Any) -> dict[str, Any]:
    start = RAW.index(words)
    return {"id": f"e{start}", "start": start, "end": start + len(words), "text": words, **said}


def test_labels_outside_and_cut_are_counted_not_kept(mapped: Callable[..., Mapped]) -> None:
    cut = {"id": "e9", "start": 0, "end": 14, "text": RAW[:14], "label": "ORG"}
    found = mapped([label("HEADLINE", label="ORG"), label("Oslo", label="GPE"), cut])
    (entities,) = (each for each in found.answers if each.layer == "entities")
    assert [(span["text"], span["start"], span["prefix"]) for span in entities.value["spans"]] == [
        ("Oslo", 15, "Anna Lind left ")
    ]
    key = ("ref-x", "entities")
    assert (found.kept[key], found.outside[key], found.cut[key]) == (1, 1, 1)
    assert not found.issues


def test_what_normalisation_took_out_of_the_middle_is_no_cut(mapped: Callable[..., Mapped]) -> None:
    found = mapped([label("Lind  left", label="ORG")])
    (entities,) = (each for each in found.answers if each.layer == "entities")
    assert [span["text"] for span in entities.value["spans"]] == ["Lind left"]


def test_a_quote_that_is_not_there_is_an_issue(mapped: Callable[..., Mapped]) -> None:
    found = mapped([label("Oslo", label="GPE") | {"text": "Rome"}, label("Oslo", label="GPE") | {"end": 9999}])
    assert [issue.code for issue in found.issues] == ["reference-quote"] * 2
    assert "'Rome'" in found.issues[0].message


def test_a_stance_keeps_its_label_when_its_evidence_is_outside(mapped: Callable[..., Mapped]) -> None:
    found = mapped([], stance=[{"target": "T1", "label": "favor", "evidence": label("HEADLINE")}])
    (stance,) = (each for each in found.answers if each.layer == "stance")
    assert (stance.target, stance.value) == ("T1", {"label": "favor", "evidence": None})
    assert found.detached["ref-x", "stance"] == 1


def test_a_claim_keeps_null_attributes_and_its_claimant(mapped: Callable[..., Mapped]) -> None:
    said = {"checkworthiness": "CFS", "attribution": "narrator", "certainty": None, "claimant": label("Anna")}
    found = mapped([], claims=[label("left Oslo", **said)])
    (claims,) = (each for each in found.answers if each.layer == "claims")
    (claim,) = claims.value["spans"]
    assert claim["certainty"] is None and claim["claimant"]["text"] == "Anna"
    assert not Schemas.packaged().check("claims", claims.value, "here")


def test_a_file_without_article_is_named(project: Make) -> None:
    corpus = project()
    document = {"file": "gone.txt", "sha256_utf8": "0" * 64, "entities": []}
    files.write_json(corpus.labeling / "reference/one.json", {"annotator": "x", "documents": [document]})
    assert [issue.code for issue in answers(corpus, []).issues] == ["reference-unmatched"]


@pytest.mark.parametrize("content", ["{", "[]", '{"documents": [{}]}', '{"annotator": "x", "documents": 1}'])
def test_a_file_that_is_no_reference_stops_with_its_name(project: Make, content: str) -> None:
    corpus = project()
    files.write_text(corpus.labeling / "reference/one.json", content)
    with pytest.raises(BadConfig, match=r"labeling/reference/one\.json"):
        answers(corpus, [])


def test_the_references_of_this_repository_come_along() -> None:
    """490 entity, 170 claim and 30 stance labels: each is kept, or counted as outside or cut."""
    corpus = Project.load(ROOT)
    articles = ingest(corpus, executor=Here(), progress=quiet).articles
    found = answers(corpus, articles)
    schemas = Schemas.of(corpus)
    assert not found.issues
    assert not [issue for each in found.answers for issue in schemas.check(each.layer, each.value, each.article_id)]
    assert len(found.answers) == 2 * 5 * (1 + 1 + 3)
    total = found.kept + found.outside + found.cut
    assert total["ref-a", "claims"] == 47 and total["ref-b", "claims"] == 123
    assert total["ref-a", "stance"] == total["ref-b", "stance"] == 15 == found.kept["ref-a", "stance"]
    assert total["ref-a", "entities"] == 312 and total["ref-b", "entities"] == 321
    texts = {article["article_id"]: article["text"] for article in articles}
    for each in found.answers:
        for span in each.value.get("spans", []):
            assert texts[each.article_id][span["start"] : span["end"]] == span["text"]
