"""What a release is made of, as it stands in the project today.

In:  ``build/``, ``labeling/*/``, ``dataset/splits.jsonl``, ``dataset/removals.jsonl``.
Out: a :class:`Corpus`: parcels with all that is about some articles, and in memory only what must be known of all of
them at once: ids, lengths, families, which links there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.dataset import removals, splits
from copydesk.dataset.release import personal
from copydesk.dataset.release.facts import HeldOut
from copydesk.dataset.release.parcels import Parcels, See
from copydesk.dataset.store import Store
from copydesk.issues import Issue
from copydesk.labeling import layers
from copydesk.labeling.layers import Layer
from copydesk.project import Project
from copydesk.schemas import records

Record = dict[str, Any]
SPLITS_FILE = "splits.jsonl"
UNDATED = 0.1  #: with the policy ``time``: a larger share of articles without a date is told
THIN = ("article_id", "family_id", "n_chars", "text_sha256", "language", "published", "published_earliest")


@dataclass(frozen=True, slots=True)
class Dealt:
    """Which split each article goes to."""

    published: Mapping[str, str]  #: article_id → split
    held_out: tuple[HeldOut, ...]  #: those in none
    new: tuple[Record, ...]  #: for dataset/splits.jsonl, ``since`` still to be filled in
    n_new: int = 0  #: articles that had no split before
    undated: Mapping[str, int] = field(default_factory=dict)  #: of those, by split, with the policy ``time``

    def issues(self) -> Iterator[Issue]:
        """What counts of splits would not tell: who is in none, though nobody took it out; who had no date to go by."""
        if (undated := sum(self.undated.values())) > UNDATED * self.n_new:
            went = ", ".join(f"{split} {n}" for split, n in self.undated.items())
            message = f"the policy is time, but {undated} of {self.n_new} articles have no date; dealt first: {went}"
            hint = 'map `published` under [columns] of the source, or take the policy "hash"; what is released stays'
            yield Issue("undated", "copydesk.toml [splits]", message, "$", hint, "warning")
        hint = "it is in the manifest only; `copydesk families` shows the links, dataset/families.toml parts them"
        for each in self.held_out:
            yield Issue("bridges-splits", each.article_id, f"is in no split: {each.detail}", "$", hint, "warning")


@dataclass(frozen=True)
class Corpus:
    """A project's records, sorted by article; what was removed is in the parcels, but in nothing else."""

    project: Project
    store: Store
    parcels: Parcels
    layers: tuple[Layer, ...]
    removals: list[Record]
    lengths: dict[str, int] = field(default_factory=dict)  #: code points, by article id, sorted
    texts: dict[str, str] = field(default_factory=dict)  #: by article: what a search of its text goes by
    homes: dict[str, str] = field(default_factory=dict)  #: article → family
    families: list[Record] = field(default_factory=list)
    links: list[Record] = field(default_factory=list)  #: without their evidence
    dates: list[Record] = field(default_factory=list)  #: for the policy ``time``
    strata: dict[str, str] = field(default_factory=dict)  #: article → label, for the policy ``stratified``

    @property
    def gone(self) -> frozenset[str]:
        """Articles that were removed."""
        return frozenset(removal["article_id"] for removal in self.removals)

    def deal(self) -> Dealt:
        """Splits by family, after those of earlier releases."""
        past = records.checked("split", self.project.dataset / SPLITS_FILE)
        settings = self.project.splits
        dealt = splits.assign(self.families, self.links, self.dates, settings, past, since="", labels=self.strata)
        published = {article_id: split for article_id, split in dealt.split_of.items() if split}
        held = tuple(
            HeldOut(article_id, self.homes[article_id], "bridge", detail)
            for article_id, detail in sorted(dealt.held_out.items())
        )
        return Dealt(published, held, tuple(dealt.new), dealt.dealt, dealt.undated)

    @classmethod
    def gather(cls, project: Project, place: Path) -> Corpus:
        """Sort everything into parcels below ``place``. Raises NotBuilt, BadConfig."""
        store = Store(project)
        parcels = Parcels.of(place, store.stats()["articles"])
        corpus = cls(project, store, parcels, tuple(layers.load(project)), removals.read(project))
        corpus._sort_articles()
        parcels.sort_rows("links", store.batches("links"), "a")
        corpus._look_at_links()
        for layer in corpus.layers:
            parcels.sort_lines(f"{layer.name}.annotations", layer.annotations)
            parcels.sort_lines(f"{layer.name}.gold", layer.gold, corpus._stratifier(layer))
            parcels.sort_lines(f"{layer.name}.disputes", layer.disputes)
        return corpus

    def _sort_articles(self) -> None:
        gone, by_time = self.gone, self.project.splits.policy == "time"
        for batch in self.store.batches("articles", THIN):
            for row in batch.to_pylist():
                article_id = row["article_id"]
                if article_id not in gone:
                    self.lengths[article_id], self.homes[article_id] = row["n_chars"], row["family_id"]
                    self.texts[article_id] = personal.key(row)
                    if by_time:
                        self.dates.append({key: row[key] for key in ("article_id", "published", "published_earliest")})
        self.parcels.sort_rows("articles", self.store.batches("articles"), "article_id")

    def _look_at_links(self) -> None:
        for batch in self.store.batches("links", ("a", "b", "band")):
            self.links.extend(link for link in batch.to_pylist() if {link["a"], link["b"]} <= self.lengths.keys())
        for batch in self.store.batches("families"):
            self.families.extend(_present(batch.to_pylist(), self.lengths))

    def _stratifier(self, layer: Layer) -> See | None:
        """Notes one label per article for the policy ``stratified``: of the first choice layer, its first target."""
        first = next((each for each in self.layers if each.kind == "choice"), None)
        if self.project.splits.policy != "stratified" or layer != first:
            return None

        def note(unit: Record) -> None:
            text = self.texts.get(unit["article_id"], "").startswith(unit["text_sha256"])
            today = text and unit["layer_version"] == layer.version
            if today and (unit["kind"], unit["target"]) == ("label", layer.target_ids[0]):
                self.strata[unit["article_id"]] = unit["label"]

        return note


def _present(families: Iterable[Record], articles: Mapping[str, Any]) -> Iterator[Record]:
    for family in families:
        members = [member for member in family["members"] if member in articles]
        if members:
            yield {"family_id": family["family_id"], "members": members}
