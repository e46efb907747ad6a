"""What a release is made of, as it stands in the project today.

In:  ``build/``, ``labeling/*/``, ``dataset/splits.jsonl``, ``dataset/removals.jsonl``.
Out: a :class:`Corpus`: articles without those removed, their links, and the labels that fit today's texts and layers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.dataset import removals, splits
from copydesk.dataset.release.facts import HeldOut
from copydesk.dataset.store import Store
from copydesk.issues import Issue
from copydesk.labeling import layers
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import is_training, layers_of
from copydesk.project import Project
from copydesk.schemas import records

Record = dict[str, Any]
SPLITS_FILE = "splits.jsonl"


@dataclass(frozen=True)
class Labels:
    """What people said about articles in one layer, by article; only what fits today's text and layer version."""

    layer: Layer
    answers: Mapping[str, list[Record]]  #: submitted and skipped; withdrawn ones are not published
    gold: Mapping[str, list[Record]]
    disputes: Mapping[str, list[Record]]
    status: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dealt:
    """Which split each article goes to."""

    published: Mapping[str, str]  #: article_id → split
    held_out: tuple[HeldOut, ...]  #: those in none
    new: tuple[Record, ...]  #: for dataset/splits.jsonl, ``since`` still to be filled in


@dataclass(frozen=True)
class Corpus:
    """A project's records, joined and cleaned of what was removed."""

    project: Project
    store: Store
    articles: dict[str, Record]  #: by id, sorted
    links: dict[str, list[Record]]  #: by the id of their ``a``
    families: list[Record]
    labels: tuple[Labels, ...]
    removals: list[Record]
    removed: list[Record]  #: articles of the build that were removed
    issues: tuple[Issue, ...] = ()

    def deal(self) -> Dealt:
        """Splits by family, after those of earlier releases."""
        past = records.read("split", self.project.dataset / SPLITS_FILE)
        links = [link for found in self.links.values() for link in found]
        articles, settings = list(self.articles.values()), self.project.splits
        dealt = splits.assign(self.families, links, articles, settings, past, since="", labels=self._strata())
        published = {article_id: split for article_id, split in dealt.split_of.items() if split}
        held = tuple(
            HeldOut(article_id, self.articles[article_id]["family_id"], "bridge", detail)
            for article_id, detail in sorted(dealt.held_out.items())
        )
        return Dealt(published, held, tuple(dealt.new))

    def _strata(self) -> dict[str, str]:
        """One label per article for the policy ``stratified``: gold of the first choice layer, its first target."""
        labels = next((labels for labels in self.labels if labels.layer.kind == "choice"), None)
        if labels is None:
            return {}
        first = labels.layer.target_ids[0]
        units = (unit for found in labels.gold.values() for unit in found)
        return {
            unit["article_id"]: unit["label"] for unit in units if (unit["kind"], unit["target"]) == ("label", first)
        }

    @classmethod
    def gather(cls, project: Project) -> Corpus:
        """Raises NotBuilt, BadConfig, BrokenHistory."""
        store, gone = Store(project), removals.read(project)
        out = {removal["article_id"] for removal in gone}
        built = store.articles()
        articles = {article["article_id"]: article for article in built if article["article_id"] not in out}
        removed = [article for article in built if article["article_id"] in out]
        issues: list[Issue] = []
        labels = tuple(_labels(layer, articles, out, issues) for layer in layers.load(project))
        links = [link for link in store.links() if link["a"] in articles and link["b"] in articles]
        families = list(_families(store.families(), articles))
        return cls(project, store, articles, _by(links, "a"), families, labels, gone, removed, tuple(issues))


def _families(families: Iterable[Record], articles: Mapping[str, Record]) -> Iterator[Record]:
    for family in families:
        members = [member for member in family["members"] if member in articles]
        if members:
            yield family | {"members": members}


def _labels(layer: Layer, articles: Mapping[str, Record], removed: set[str], issues: list[Issue]) -> Labels:
    answers = latest(history(layer))
    gold, disputes = records.read("gold", layer.gold), records.read("dispute", layer.disputes)
    status = layers_of(articles, layer, answers, gold, disputes)
    given = [
        answer
        for answer in answers
        if answer["status"] != "withdrawn" and answer["article_id"] not in removed and not is_training(answer)
    ]
    fit = [answer for answer in given if _fits(answer, layer, articles)]
    if len(fit) < len(given):
        message = f"{len(given) - len(fit)} of {len(given)} answers are about another text or version of the layer"
        hint = "they stay out of the release; `copydesk push` asks again"
        issues.append(Issue("stale-answers", f"labeling/{layer.name}", message, hint=hint, severity="warning"))
    decided, disputed = ([unit for unit in units if _fits(unit, layer, articles)] for units in (gold, disputes))
    return Labels(layer, _by(fit, "article_id"), _by(decided, "article_id"), _by(disputed, "article_id"), status)


def _fits(record: Record, layer: Layer, articles: Mapping[str, Record]) -> bool:
    """Whether an answer, gold unit or dispute is about today's text, layer version and targets."""
    article = articles.get(record["article_id"])
    if article is None or article["text_sha256"] != record["text_sha256"]:
        return False
    return bool(record["layer_version"] == layer.version and record["target"] in layer.target_ids)


def _by(records: Iterable[Record], key: str) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        grouped[record[key]].append(record)
    return dict(grouped)
