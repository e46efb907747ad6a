"""Standing: which answers count today, and how far articles, layers and the project are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from copydesk import files
from copydesk.dataset import removals
from copydesk.dataset.store import Store
from copydesk.labeling import layers, tasks
from copydesk.labeling.adjudicate import adjudicate, write
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current, layers_of
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.status import LayerStatus, status
from copydesk.testing import an_annotation, an_article

Make = Callable[..., Project]


def stance(project: Project) -> Layer:
    (layer,) = layers.load(project, ["stance"])
    return layer


def answer(article: dict[str, Any], who: str, label: str, **fields: Any) -> dict[str, Any]:
    return an_annotation(article, "stance", annotator=who, value={"label": label, "evidence": None}, **fields)


def test_the_newest_answer_of_one_person_counts(project: Make) -> None:
    article = an_article()
    old = answer(article, "a", "favor")
    new = answer(article, "a", "against", updated_at="2026-01-01T12:00:00.5Z") | {"annotation_id": "ann-" + "0" * 16}
    found, issues = current(stance(project()), [new, old], {article["article_id"]: article})
    assert [each["value"]["label"] for each in found] == ["against"] and not issues


def test_every_stale_answer_is_named_with_its_reason(project: Make) -> None:
    article = an_article()
    stale = [
        answer(article, "a", "favor", text_sha256="0" * 64),
        answer(article, "b", "favor", layer_version="0.1.0"),
        answer(article, "c", "favor", target="T9"),
        answer(an_article("Gone."), "d", "favor"),
    ]
    found, issues = current(stance(project()), stale, {article["article_id"]: article})
    assert found == []
    assert {issue.code for issue in issues} == {"stale-answer"}
    reasons = {issue.where: issue.message for issue in issues}
    for record, word in zip(stale, ("has changed", "version 0.1.0", "target 'T9'", "not in the build"), strict=True):
        assert word in reasons[record["annotation_id"]]


def test_an_article_goes_from_unlabelled_to_gold(project: Make) -> None:
    layer = stance(project())
    untouched, begun, split, done = articles = [an_article(f"Text {n}.") for n in range(4)]
    given = [
        answer(begun, "a", "favor"),
        answer(split, "a", "favor"),
        answer(split, "b", "against"),
        answer(done, "a", "favor"),
        answer(done, "b", "favor"),
    ]
    found = adjudicate(layer, given, {each["article_id"]: each for each in articles}, redundancy=2)
    assert layers_of(articles, layer, given, found.gold, found.disputed) == {
        untouched["article_id"]: "unlabelled",
        begun["article_id"]: "annotated",
        split["article_id"]: "disputed",
        done["article_id"]: "gold",
    }


def test_gold_of_an_older_text_is_no_gold_today(project: Make) -> None:
    layer, article = stance(project()), an_article()
    given = [answer(article, "a", "favor"), answer(article, "b", "favor")]
    found = adjudicate(layer, given, {article["article_id"]: article}, redundancy=2)
    edited = article | {"text_sha256": "0" * 64}
    assert layers_of([edited], layer, given, found.gold, found.disputed) == {article["article_id"]: "unlabelled"}


def test_gold_needs_every_target(project: Make) -> None:
    corpus = project()
    toml = corpus.labeling / "stance/layer.toml"
    toml.write_text(toml.read_text() + '\n[[targets]]\nid = "T2"\ntitle = "another"\n')
    layer, article = stance(corpus), an_article()
    given = [answer(article, who, "favor", target=target) for who, target in (("a", "T1"), ("b", "T1"), ("a", "T2"))]
    found = adjudicate(layer, given, {article["article_id"]: article}, redundancy=2)
    assert layers_of([article], layer, given, found.gold, found.disputed) == {article["article_id"]: "annotated"}


def test_status_of_a_project_that_was_not_built_is_all_zero(project: Make) -> None:
    found = status(project())
    assert (found.articles, found.families) == (0, 0)
    assert set(found.layers.values()) == {LayerStatus(0, 0, 0, 0)}


def test_status_counts_what_is_on_disk(project: Make) -> None:
    corpus = project()
    articles = [an_article(f"Text {n}.") for n in range(3)]
    families = [
        {"family_id": f"fam-{n:016x}", "members": [article["article_id"]], "aliases": []}
        for n, article in enumerate(articles)
    ]
    Store(corpus).write(
        articles=articles, links=[], families=families, rejects=[], stats={}, arrow=Schemas.of(corpus).arrow
    )
    layer = stance(corpus)
    held = {
        tasks.key(tasks.parts(article, layer, "T1", None)): [1, n, article["article_id"]]
        for n, article in enumerate(articles)
    }
    place = f"{corpus.name}/stance@{layer.version}/everyone"
    files.write_jsonl(corpus.build / "ledger.jsonl", [{"desk": place, "live": held}])
    given = [answer(article, who, "favor") for article in articles[:2] for who in ("a", "b")][:3]
    files.write_jsonl(layer.annotations, given)
    by_id = {article["article_id"]: article for article in articles}
    write(layer, adjudicate(layer, given, by_id, redundancy=2))
    found = status(corpus)
    assert (found.articles, found.families) == (3, 3)
    assert found.layers["stance"] == LayerStatus(tasks=3, annotated=2, gold=1, disputed=0)
    assert found.as_json()["layers"]["entities"] == {"tasks": 0, "annotated": 0, "gold": 0, "disputed": 0}
    removals.remove(corpus, articles[0]["article_id"], reason="asked for", now="2026-01-02T00:00:00Z")
    found = status(corpus)
    assert (found.articles, found.families, found.removed) == (2, 2, 1)
    assert found.layers["stance"] == LayerStatus(tasks=2, annotated=1, gold=0, disputed=0)


@pytest.mark.parametrize(
    "ledger", ["{", "[]", '{"live": 1}', "{}", '{"desk": "corpus/stance@1.0.0/a", "live": {"k": 1}}']
)
def test_a_broken_ledger_says_nothing(project: Make, ledger: str) -> None:
    corpus = project()
    files.write_text(corpus.build / "ledger.jsonl", ledger)
    assert status(corpus).layers["stance"].tasks == 0
