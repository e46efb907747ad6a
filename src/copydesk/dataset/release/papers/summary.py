"""The counts that card, datasheet, Croissant and report share, each taken once from the released rows.

In:  :class:`ReleaseFacts`, and the :class:`Tally` of its rows.
Out: a :class:`Summary`, whose properties are what documents say. No words of articles are in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import median
from typing import Any

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers.tally import OPTIONAL, Tally
from copydesk.labeling import agreement
from copydesk.labeling.layers import Layer
from copydesk.project import SPLITS

BREAKDOWN = "."  #: a breakdown by label or person follows it in a metric's name; documents hold the totals


@dataclass(frozen=True)
class Distribution:
    """How often each label of one closed set was decided, by split."""

    config: str
    column: str
    labels: tuple[str, ...]
    counts: Mapping[str, Counter[str]]  #: by split

    @property
    def total(self) -> Counter[str]:
        return sum(self.counts.values(), Counter())

    def distance(self, split: str) -> float | None:
        """Total variation distance of a split's shares from those of the whole, 0 to 1; None without labels there."""
        part, whole = self.counts[split], self.total
        if not part.total():
            return None
        return sum(abs(part[label] / part.total() - whole[label] / whole.total()) for label in self.labels) / 2


@dataclass(frozen=True)
class Annotator:
    """What one pseudonym did."""

    name: str
    roles: tuple[str, ...]
    answers: Counter[str]  #: by layer, submitted ones
    skipped: int
    withdrawn: int
    median_s: float | None  #: seconds


@dataclass(frozen=True)
class Summary:
    """Counts of one release."""

    facts: ReleaseFacts
    tally: Tally

    @classmethod
    def of(cls, facts: ReleaseFacts) -> Summary:
        """Read every row of the release and count."""
        from copydesk.dataset.release.verify.walk import walk

        tally = Tally(facts.layers)
        for bundle in walk(facts):
            tally.add(bundle.rows)
        return cls(facts, tally.close())

    def count(self, what: str) -> Counter[Any]:
        """A counter of the tally; empty where nothing was met."""
        return self.tally.counts.get(what, Counter())

    @property
    def n_articles(self) -> int:
        return self.count("articles").total()

    @property
    def n_links(self) -> int:
        return self.count("links").total()

    @property
    def n_answers(self) -> int:
        return self.count("answers").total()

    @cached_property
    def families(self) -> dict[str, list[str]]:
        """Ids of the articles of each family, sorted."""
        grouped: dict[str, list[str]] = {}
        for (family_id, _), members in self.tally.families.items():
            grouped.setdefault(family_id, []).extend(members)
        return {family_id: sorted(grouped[family_id]) for family_id in sorted(grouped)}

    @cached_property
    def families_in(self) -> Counter[str]:
        """Families by split."""
        return Counter(split for _, split in self.tally.families)

    def by(self, what: str, *places: int) -> Counter[Any]:
        """A counter over tuples, added up by some of their places."""
        found: Counter[Any] = Counter()
        for key, number in self.count(what).items():
            chosen = tuple(key[place] for place in places)
            found[chosen[0] if len(chosen) == 1 else chosen] += number
        return found

    @property
    def missing(self) -> dict[str, int]:
        """Articles in which each optional field is null; an empty list of authors counts too."""
        found = self.count("missing")
        return {name: found[name] for name in (*OPTIONAL, "authors")} if self.n_articles else {}

    @cached_property
    def distributions(self) -> list[Distribution]:
        """Gold labels and attributes of every layer."""
        return [each for layer in self.facts.layers for each in self._of_layer(layer)]

    def _of_layer(self, layer: Layer) -> list[Distribution]:
        sets = [("label", layer.labels)] if layer.labels else []
        sets += [(attribute.name, attribute.labels) for attribute in layer.attributes]
        return [self._distribution(layer, column, labels) for column, labels in sets]

    def _distribution(self, layer: Layer, column: str, labels: tuple[str, ...]) -> Distribution:
        counts = {split: Counter[str]() for split in self.facts.splits}
        for (config, name, split, label), number in self.count("labels").items():
            if (config, name) == (layer.name, column):
                counts.setdefault(split, Counter())[label] += number
        return Distribution(layer.name, column, labels, counts)

    @cached_property
    def decided(self) -> dict[str, Counter[str]]:
        """Gold units by how they were decided, per layer: spans, attributes, labels, evidence together."""
        return {layer.name: self._below("decided", layer.name) for layer in self.facts.layers}

    @property
    def spans(self) -> dict[str, int]:
        """Gold spans by layer."""
        found = self.count("spans")
        return {layer.name: found[layer.name] for layer in self.facts.layers if layer.name in found}

    @cached_property
    def annotators(self) -> list[Annotator]:
        """Everyone who answered, by pseudonym."""
        return [self._annotator(name) for name in sorted(self.by("roles", 0))]

    def _annotator(self, name: str) -> Annotator:
        status, times = self._below("status", name), self.tally.lead_times.get(name)
        roles, answers = tuple(sorted(self._below("roles", name))), self._below("submitted", name)
        return Annotator(name, roles, answers, status["skipped"], status["withdrawn"], median(times) if times else None)

    def _below(self, what: str, first: str) -> Counter[str]:
        """Of a counter over pairs, those with this first part."""
        return Counter({second: number for (one, second), number in self.count(what).items() if one == first})

    @cached_property
    def agreement(self) -> dict[str, list[dict[str, Any]]]:
        """Metrics of each layer that has answers, measured again on those that the release holds."""
        found = {
            layer.name: agreement.together(layer, self.tally.parts[layer.name])
            for layer in self.facts.layers
            if self.tally.parts.get(layer.name)
        }
        return {
            name: [asdict(each) for each in metrics if BREAKDOWN not in each.name] for name, metrics in found.items()
        }

    @cached_property
    def states(self) -> dict[str, Counter[str]]:
        """Articles by where they stand, per layer."""
        return {layer.name: self._below("states", layer.name) for layer in self.facts.layers}

    @property
    def left_out(self) -> tuple[str, ...]:
        """Splits without articles."""
        return tuple(split for split in SPLITS if split not in self.facts.splits)
