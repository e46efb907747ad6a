"""Agreement: published examples, degenerate data, and what counts."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from rich.console import Console

from copydesk.labeling import layers
from copydesk.labeling.agreement import Metric, agreement, part, says, together
from copydesk.labeling.agreement.coefficients import counts, fleiss_kappa, fleiss_sums, krippendorff_alpha
from copydesk.labeling.agreement.parts import packed
from copydesk.labeling.agreement.unitizing import AlphaU, Continuum, counted
from copydesk.labeling.layers import Layer
from copydesk.labeling.stages import Agreed
from copydesk.spans import Span, quoted
from copydesk.testing import an_annotation, an_article
from copydesk.testing.corpora import a_story, an_answer
from copydesk.views import labels as views

LABELING = Path(__file__).parents[2] / "labeling"

# Krippendorff (2011): 4 observers, 12 units, 5 categories; a dot is a missing answer.
KRIPPENDORFF_2011 = [
    "123321412...",
    "1233224125.3",
    ".3332342251.",
    "12332441251.",
]
UNITS_2011 = [[None if vote == "." else int(vote) for vote in unit] for unit in zip(*KRIPPENDORFF_2011, strict=True)]

# Fleiss (1971), table 1: 30 patients, 6 psychiatrists each, 5 diagnoses.
FLEISS_1971 = [
    (0, 0, 0, 6, 0), (0, 3, 0, 0, 3), (0, 1, 4, 0, 1), (0, 0, 0, 0, 6), (0, 3, 0, 3, 0), (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2), (2, 0, 3, 1, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 6), (1, 0, 0, 5, 0), (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0), (1, 0, 0, 5, 0), (0, 2, 0, 3, 1), (0, 0, 5, 0, 1), (3, 0, 0, 1, 2), (5, 1, 0, 0, 0),
    (0, 2, 0, 4, 0), (1, 0, 2, 0, 3), (0, 0, 0, 0, 6), (0, 1, 0, 5, 0), (0, 2, 0, 1, 3), (2, 0, 0, 4, 0),
    (1, 0, 0, 4, 1), (0, 5, 0, 1, 0), (4, 0, 0, 0, 2), (0, 2, 0, 4, 0), (1, 0, 5, 0, 0), (0, 0, 0, 0, 6),
]  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_gives_the_published_figures(scale: str, published: float) -> None:
    assert krippendorff_alpha(UNITS_2011, scale) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("seed", range(5))
def test_alpha_equals_the_oracle(scale: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random.integers(1, 5, size=(4, 30)).astype(float)
    table[:, :10] = table[0, :10]
    table[random.random(table.shape) < 0.2] = np.nan
    votes = [[None if np.isnan(vote) else int(vote) for vote in unit] for unit in table.T]
    assert krippendorff_alpha(votes, scale) == pytest.approx(krippendorff.alpha(table, level_of_measurement=scale))


def test_fleiss_kappa_gives_the_published_figure() -> None:
    table = np.array(FLEISS_1971, dtype=float)
    assert float(fleiss_kappa(fleiss_sums(table).sum(axis=0))) == pytest.approx(0.430, abs=5e-4)


@pytest.mark.parametrize(
    ("label", "one", "other", "published"),
    [
        ("c", [(225, 70), (370, 30)], [(220, 80), (355, 20), (400, 20)], 0.7286),
        ("k", [(180, 60), (300, 50)], [(180, 60), (300, 50)], 1.0),
    ],
)
def test_alpha_u_gives_the_published_figures(label: str, one: list[Any], other: list[Any], published: float) -> None:
    """Krippendorff (2004): a continuum from 150 of length 300; units as (begin, length)."""
    made = [[Span(begin - 150, begin - 150 + length) for begin, length in units] for units in (one, other)]
    sums = AlphaU.of(counted([Continuum(300, made)]))
    assert float(sums.statistic(sums.rows.sum(axis=0))) == pytest.approx(published, abs=5e-5)


def test_counts_leave_missing_votes_out() -> None:
    assert counts([["a", None, "b"], [None, None, "b"]], ["a", "b"]).tolist() == [[1, 1], [0, 1]]


# -- whole layers -----------------------------------------------------------------------------------------------------


def entities() -> Layer:
    return layers.read(LABELING / "entities")


def stance() -> Layer:
    return layers.read(LABELING / "stance")


def claims() -> Layer:
    return layers.read(LABELING / "claims")


def named(metrics: list[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def spans(article: dict[str, Any], *ranges: tuple[Any, ...], **fields: Any) -> dict[str, Any]:
    made = []
    for n, (start, end, *label) in enumerate(ranges):
        extra = {"label": label[0]} if label else {}
        made.append({"span_id": f"s{n}", **quoted(article["text"], start, end), **extra, **fields})
    return {"spans": made}


def voted(layer: str, votes: list[tuple[str, ...]], **fields: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """One article per row of stance votes, one annotator per column."""
    articles = [an_article(f"Text {n}.") for n in range(len(votes))]
    given = [
        an_annotation(article, layer, annotator=f"ann-{who}", value={"label": label, "evidence": None}, **fields)
        for article, row in zip(articles, votes, strict=True)
        for who, label in enumerate(row)
    ]
    return given, {article["article_id"]: article for article in articles}


def test_choice_layer_is_measured_per_target_and_scale() -> None:
    given, articles = voted("stance", [("favor", "favor"), ("against", "neutral"), ("none", "none")], target="T1")
    found = named(agreement(stance(), given, articles))
    votes = [["favor", "favor"], ["against", "neutral"], ["none", "none"]]
    assert found["alpha_nominal"].value == pytest.approx(krippendorff_alpha(votes), abs=1e-6)
    assert found["alpha_nominal.T1"].value == found["alpha_nominal"].value
    assert found["alpha_nominal"].units == 3
    assert found["alpha_ordinal"].units == 2  # none is off the scale
    assert found["alpha_nominal.T2"].value is None
    assert found["alpha_nominal.T2"].reason == "no unit has two answers"


def test_all_one_label_is_no_agreement_figure() -> None:
    given, articles = voted("stance", [("favor", "favor")] * 4)
    for metric in agreement(stance(), given, articles):
        assert metric.value is None, metric.name
        assert metric.low is metric.high is None
        assert metric.reason


@pytest.mark.parametrize("layer", [entities(), stance(), claims()], ids=lambda layer: layer.name)
def test_without_answers_every_metric_is_null_with_a_reason(layer: Layer) -> None:
    for metric in agreement(layer, [], {}):
        assert metric.value is None and metric.reason and metric.units == 0


def test_strict_counts_range_and_label_overlap_forgives_the_range() -> None:
    article = an_article("Anna Lind of Oslo met Bo Ek in Rome.")
    one = spans(article, (0, 9, "PERSON"), (13, 17, "GPE"), (22, 27, "PERSON"))
    other = spans(article, (0, 9, "PERSON"), (13, 17, "ORG"), (22, 24, "PERSON"))
    given = [
        an_annotation(article, annotator="ann-1", value=one),
        an_annotation(article, annotator="ann-2", value=other),
    ]
    found = named(agreement(entities(), given, {article["article_id"]: article}))
    assert found["span_f1_strict"].value == pytest.approx(1 / 3, abs=1e-6)
    assert found["span_f1_overlap"].value == pytest.approx(2 / 3, abs=1e-6)
    assert found["span_f1_strict.PERSON"].value == pytest.approx(1 / 2)
    assert found["span_f1_strict.GPE"].value == 0
    assert found["span_f1_strict.DATE"].value is None
    assert found["span_f1_strict"].reason == "no interval: one article only"
    assert found["alpha_u"].value is not None


def test_attributes_are_compared_on_matched_claims_and_null_abstains() -> None:
    article = an_article("Rain fell for nine days. Roads were closed, said Lind. Nobody was hurt in the end.")
    asked = {"attribution": "narrator", "certainty": None, "claimant": None}
    lind = quoted(article["text"], 49, 53)
    one = spans(article, (0, 23), (25, 42), (55, 70), checkworthiness="CFS", **asked)
    other = spans(article, (0, 23), (25, 42), checkworthiness="CFS", **asked)
    other["spans"][1] |= {"checkworthiness": "NFS", "claimant": lind}
    one["spans"][1] |= {"claimant": lind}
    given = [
        an_annotation(article, "claims", annotator=name, value=value) for name, value in (("a", one), ("b", other))
    ]
    found = named(agreement(claims(), given, {article["article_id"]: article}))
    assert found["claim_match_f1"].value == pytest.approx(4 / 5)
    assert found["alpha_checkworthiness"].units == 2
    assert found["alpha_certainty"].value is None and found["alpha_certainty"].units == 0
    assert found["linked_f1"].value == 1


def test_stale_answers_models_and_adjudicators_do_not_count() -> None:
    given, articles = voted("stance", [("favor", "favor"), ("against", "against")])
    fresh = agreement(stance(), given, articles)
    article = next(iter(articles.values()))
    others = [
        an_annotation(article, "stance", annotator="old", text_sha256="0" * 64),
        an_annotation(article, "stance", annotator="older", layer_version="0.9.0"),
        an_annotation(article, "stance", annotator="bot", role="model"),
        an_annotation(article, "stance", annotator="boss", role="adjudicator"),
        an_annotation(article, "stance", annotator="shy", status="skipped", value=None),
        an_annotation(an_article("Gone."), "stance", annotator="ann-1"),
    ]
    assert agreement(stance(), [*given, *others], articles) == fresh


def test_an_interval_over_a_border_is_said() -> None:
    assert says.alpha(0.9, 0.85, 0.95) == says.alpha(0.9)
    assert "more articles may say otherwise" in says.alpha(0.65, 0.5, 0.82)
    assert says.ordinal(0.9, 0.85, 0.95).startswith(says.alpha(0.9))


def test_same_seed_same_interval_and_it_holds_the_value() -> None:
    random = np.random.default_rng(1)
    votes = [(a, a if random.random() < 0.7 else "neutral") for a in random.choice(["favor", "against"], size=60)]
    given, articles = voted("stance", votes)
    first, again = (named(agreement(stance(), given, articles, seed=7)) for _ in range(2))
    assert first == again
    metric = first["alpha_nominal"]
    assert metric.low is not None and metric.value is not None and metric.high is not None
    assert metric.low < metric.value < metric.high


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [([0, 255], "uint8"), ([0, 256], "uint16"), ([70_000], "uint32"), ([2**32], "float64"), ([0.5], "float64"),
     ([-1.0], "float64"), ([], "uint8")],
)  # fmt: skip
def test_sums_are_kept_in_few_bytes_and_stay_what_they_are(numbers: list[float], kind: str) -> None:
    table = np.array(numbers, dtype=np.float64).reshape(-1, 1)
    assert packed(table).dtype == kind
    assert np.array_equal(packed(table), table)


@pytest.mark.parametrize("name", ["entities", "stance", "claims"])
def test_parts_of_a_corpus_give_the_figures_of_the_whole(name: str, tmp_path: Path) -> None:
    """However the articles are parted and in whatever order the parts come, resamples included."""
    layer = layers.read(LABELING / name)
    articles = {row["article_id"]: row for row in (a_story(number) for number in range(9))}
    answers = []
    for number, article in enumerate(articles.values()):
        for person in range(2 + number % 2):
            value = an_answer(name, article)
            if name == "stance":
                value["label"] = layer.labels[(number * person) % len(layer.labels)]
            elif (number + person) % 3 == 0:
                value["spans"] = [] if number % 2 else [value["spans"][0] | quoted(article["text"], 2, 9)]
            answers.append(an_annotation(article, name, annotator=f"ann-{person}", value=value))
    whole = agreement(layer, answers, articles, rounds=50)
    ids = sorted(articles)
    parts = [
        part(layer, [answer for answer in answers if answer["article_id"] in chosen], articles)
        for chosen in (ids[5:], ids[1:2], [], [*ids[:1], *ids[2:5]])
    ]
    assert together(layer, parts, rounds=50) == whole
    assert any(metric.low is not None for metric in whole)


def test_where_every_answer_is_the_same_label_it_is_said_that_there_is_no_figure() -> None:
    article = an_article("Rain.")
    metrics = agreement(
        layers.read(LABELING / "stance"),
        [an_annotation(article, "stance", annotator=who) for who in "ab"],
        {article["article_id"]: article},
    )
    out = StringIO()
    views.agreement(Agreed({"stance": metrics}))(Console(file=out, width=200))
    assert "No figure: every answer is the same label" in out.getvalue()
