"""A project's own layers are folders and schemas, no code: from ``init`` to ``load_dataset`` through a real server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.dataset.release.verify import verify
from copydesk.dataset.release.write import release
from copydesk.dataset.store import Store
from copydesk.labeling import annotators, layers, stages
from copydesk.labeling.pull import pull
from copydesk.labeling.push import push
from copydesk.labeling.reference import Answer
from copydesk.labeling.replay import replay
from copydesk.labeling.studio import Studio
from copydesk.project import CONFIG, Project
from copydesk.spans import quoted

pytestmark = pytest.mark.studio

STORIES = {
    "flood": "🌊 The Glomma flooded Lillestrøm on Monday, and nobody came to help.",
    "fair": "Thousands enjoyed the fair in Bergen on Sunday; the sun shone on all of them.",
}
PLACES = {
    "flood": [("Glomma", "RIVER", "cause"), ("Lillestrøm", "CITY", "scene")],
    "fair": [("Bergen", "CITY", "scene")],
}
MOOD = {"flood": "negative", "fair": "positive"}

SENTIMENT = """
version = "1.0.0"
kind = "choice"
labels = ["negative", "neutral", "positive"]
scale = "ordinal"
"""
RIVERS = """
version = "0.1.0"
title = "Cities and rivers"
kind = "spans"
labels = ["CITY", "RIVER"]

[[attributes]]
name = "part"
labels = ["cause", "scene"]
"""
WAIVER = """
[[release.waivers]]
what = "datasheet"
reason = "An invented corpus."
"""
OPEN = ["string", "null"]


def a_schema(name: str, properties: dict[str, Any]) -> str:
    whole = {"title": name.capitalize(), "description": f"An answer in {name}.", "type": "object", "x-version": 1}
    return json.dumps({**whole, **closed(properties)})


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"properties": properties, "required": list(properties), "additionalProperties": False}


def one_of(*labels: str) -> dict[str, Any]:
    return {"description": "As asked.", "type": OPEN, "enum": [*labels, None]}


def add_layers(root: Path) -> None:
    """What somebody who wants these layers writes."""
    settings = root / CONFIG
    named = settings.read_text().replace('["entities", "stance", "claims"]', '["sentiment", "rivers"]')
    settings.write_text(named.replace("[hub]", WAIVER + "\n[hub]"))
    for name, toml in (("sentiment", SENTIMENT), ("rivers", RIVERS)):
        (root / "labeling" / name).mkdir()
        (root / "labeling" / name / "layer.toml").write_text(toml)
    quote = json.loads((root / "schemas/entities.schema.json").read_text())["properties"]["spans"]["items"][
        "properties"
    ]
    span = {name: rule for name, rule in quote.items() if name != "label"}
    span |= {"label": one_of("CITY", "RIVER") | {"type": "string", "enum": ["CITY", "RIVER"]}}
    span |= {"part": one_of("cause", "scene")}
    spans = {"description": "The places.", "type": "array", "items": {"type": "object", **closed(span)}}
    (root / "schemas/rivers.schema.json").write_text(a_schema("rivers", {"spans": spans}))
    mood = {"label": one_of("negative", "neutral", "positive")}
    (root / "schemas/sentiment.schema.json").write_text(a_schema("sentiment", mood))


def answers(article: dict[str, Any], who: str) -> list[Answer]:
    """What ``who`` says of an article; of one place they do not agree what part it plays."""
    story = next(name for name, text in STORIES.items() if text.split()[1] in article["text"])
    spans = []
    for words, label, part in PLACES[story]:
        start = article["text"].index(words)
        told = None if (who, words) == ("ann-b", "Bergen") else part
        quote = quoted(article["text"], start, start + len(words))
        spans.append({"span_id": f"{start}-{start + len(words)}-{label}", **quote, "label": label, "part": told})
    given = {"rivers": {"spans": spans}, "sentiment": {"label": MOOD[story]}}
    return [Answer(who, layer, article["article_id"], None, value) for layer, value in given.items()]


def test_two_layers_of_ones_own_go_all_the_way(on_server: Callable[..., Project], tmp_path: Path) -> None:
    add_layers(on_server("own-layers", **STORIES).root)
    project = Project.load(tmp_path / "own-layers")
    build(project, jobs=1, progress=quiet)
    articles, chosen, studio = Store(project).by_id, layers.load(project), Studio.connect(project)
    for who in ("ann-a", "ann-b"):
        annotators.add(project, who, studio)
    assert {name: each.created for name, each in push(project, chosen, studio=studio, progress=quiet).items()} == {
        "sentiment": 4,
        "rivers": 4,
    }
    given = [each for article in articles.values() for who in ("ann-a", "ann-b") for each in answers(article, who)]
    assert replay(project, given, articles, studio=studio, progress=quiet).submitted == 8
    assert pull(project, chosen, studio=studio, now="2031-01-01T00:00:00Z", progress=quiet).issues == []

    agreed = {each.name: each.value for found in stages.agreement(project, chosen).layers.values() for each in found}
    assert (agreed["alpha_ordinal"], agreed["span_f1_strict.RIVER"], agreed["rivers_match_f1"]) == (1, 1, 1)
    decided = stages.adjudicate(project, chosen)
    assert {name: len(each.disputed) for name, each in decided.items()} == {"sentiment": 0, "rivers": 1}

    folder = release(project, "1.0.0", now="2031-01-01T00:00:00Z").path
    assert folder is not None
    found = verify(folder)
    assert found.ok, found.issues
    rows = {config: every_row(folder, config, tmp_path / "cache") for config in ("sentiment", "rivers", "annotations")}
    assert {row["label_name"] for row in rows["sentiment"]} == {"negative", "positive"}
    assert {(row["text"], row["label_name"], row["part_name"]) for row in rows["rivers"]} == {
        ("Glomma", "RIVER", "cause"),
        ("Lillestrøm", "CITY", "scene"),
        ("Bergen", "CITY", None),
    }
    assert len(rows["annotations"]) == 8


def every_row(folder: Path, config: str, cache: Path) -> list[dict[str, Any]]:
    return [row for rows in datasets.load_dataset(str(folder), config, cache_dir=str(cache)).values() for row in rows]
