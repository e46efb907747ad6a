"""The stages that read a whole project's answers: ``agreement`` and ``adjudicate``.

In:  ``build/`` and each layer's ``annotations.jsonl``.
Out: metrics; ``gold.jsonl`` and ``disputes.jsonl``; issues for answers that no longer belong to anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from copydesk import files
from copydesk.dataset.store import Store
from copydesk.issues import Issue
from copydesk.labeling import adjudicate as desk
from copydesk.labeling import agreement as measures
from copydesk.labeling.agreement import Metric, Person
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current
from copydesk.project import Project


@dataclass(frozen=True, slots=True)
class Agreed:
    """Agreement per layer, of all and of each annotator, and answers that did not count."""

    layers: dict[str, list[Metric]] = field(default_factory=dict)
    people: dict[str, list[Person]] = field(default_factory=dict)  #: each annotator beside the others, by layer
    issues: list[Issue] = field(default_factory=list)


def agreement(project: Project, layers: Sequence[Layer]) -> Agreed:
    """Measure how far people agree. Raises NotBuilt, BrokenHistory."""
    articles = Store(project).by_id
    agreed = Agreed()
    for layer in layers:
        answers = latest(history(layer))
        agreed.layers[layer.name] = measures.agreement(layer, answers, articles)
        agreed.people[layer.name] = measures.people(layer, answers, articles)
        agreed.issues.extend(current(layer, answers, articles)[1])
    return agreed


def adjudicate(project: Project, layers: Sequence[Layer]) -> dict[str, desk.Adjudication]:
    """Decide what people agree on and write each layer's gold and disputes. Raises NotBuilt, BrokenHistory."""
    articles = Store(project).by_id
    settings = project.labeling_settings
    model = None if settings.model is None else desk.Model(least=settings.model)
    decided = {}
    with files.locked(project.build / ".adjudicate.lock", "labeling/*/gold.jsonl"):
        for layer in layers:
            answers = latest(history(layer))
            found = desk.adjudicate(layer, answers, articles, redundancy=settings.redundancy, model=model)
            desk.write(layer, found)
            decided[layer.name] = found
    return decided
