"""A small corpus of invented news, built and labelled: what releases, documents and exports are tested on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from copydesk import files
from copydesk.dataset.store import Store
from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate, write
from copydesk.project import CONFIG, Project
from copydesk.schemas import Schemas
from copydesk.spans import quoted
from copydesk.testing.records import a_link, a_project, an_annotation, an_article

PLACES = ("Oslo", "Quito", "Riga", "Accra", "Lima", "Hanoi", "Turku", "Porto")
WAIVED = '\n[[release.waivers]]\nwhat = "datasheet"\nreason = "An invented corpus."\n'
Row = dict[str, Any]


def a_story(n: int) -> Row:
    """The n-th invented article, with words outside ASCII before every label."""
    place = PLACES[n % len(PLACES)]
    text = f"🚒 Café No. {n} in {place} burnt down.\n“All {n + 2} guests are safe,” Mayor Ada Berg said in {place}."
    return an_article(text, title=f"Fire in {place}", language="en")


def a_labelled_project(folder: Path, n: int = 12, *, waived: bool = True, redistribute: bool = False) -> Project:
    """A project with ``n`` articles in ``build/``, each labelled alike by two annotators, and adjudicated.

    Articles 0 and 1 are one family. Without ``waived`` the datasheet's questions stand open.
    """
    project = a_project(folder)
    if waived:
        settings = project.root / CONFIG
        files.write_text(settings, settings.read_text(encoding="utf-8") + WAIVED)
    stories = [a_story(number) for number in range(n)]
    rights = {"license": "CC-BY-4.0" if redistribute else "unknown", "redistribute": redistribute}
    put_articles(project, [story | {"rights": rights} for story in stories], [(0, 1)] if n > 1 else [])
    label(project)
    return Project.load(project.root)


def put_articles(project: Project, articles: Sequence[Row], linked: Sequence[tuple[int, int]] = ()) -> None:
    """Make ``build/`` hold ``articles``, each its own family but for the pairs ``linked``."""
    links = [a_link(articles[a]["article_id"], articles[b]["article_id"]) for a, b in linked]
    family = {article["article_id"]: article["article_id"] for article in articles}
    for link in links:
        family[link["b"]] = family[link["a"]]
    rows = sorted(articles, key=lambda row: str(row["article_id"]))
    rows = [row | {"family_id": family[row["article_id"]].replace("art-", "fam-")} for row in rows]
    members: dict[str, list[str]] = {}
    for row in rows:
        members.setdefault(row["family_id"], []).append(row["article_id"])
    families = [{"family_id": key, "members": members[key], "aliases": []} for key in sorted(members)]
    counts = {"read": len(rows), "kept": len(rows), "rejected": 0, "articles": len(rows), "families": len(families)}
    Store(project).write(
        articles=rows,
        links=sorted(links, key=lambda link: (link["a"], link["b"])),
        families=families,
        rejects=[],
        stats=counts | {"links": len(links)},
        arrow=Schemas.of(project).arrow,
    )


def label(project: Project, *annotators: str) -> None:
    """Let annotators answer every article in every layer alike, and adjudicate."""
    articles = Store(project).by_id
    for layer in layers.load(project):
        answers = [
            an_annotation(article, layer.name, annotator=annotator, target=target, value=an_answer(layer.name, article))
            for article in articles.values()
            for target in layer.target_ids
            for annotator in annotators or ("ann-1", "ann-2")
        ]
        files.write_jsonl(layer.annotations, sorted(answers, key=files.canonical))
        write(layer, adjudicate(layer, answers, articles, redundancy=project.labeling_settings.redundancy))


def an_answer(layer: str, article: Mapping[str, Any]) -> Row:
    """What a careful annotator says of an invented article."""
    text = article["text"]
    name, claim = _span(text, "Ada Berg"), _span(text, text.split("“")[1].split(",”")[0])
    if layer == "entities":
        return {"spans": [{"span_id": "s1", "label": "PERSON", **name}]}
    if layer == "stance":
        return {"label": "neutral", "evidence": claim}
    asked = {"checkworthiness": "CFS", "attribution": "direct", "certainty": "asserted", "claimant": name}
    return {"spans": [{"span_id": "c1", **claim, **asked}]}


def _span(text: str, words: str) -> Row:
    start = text.index(words)
    return dict(quoted(text, start, start + len(words)))
