"""What to measure in a layer, whichever it is.

In:  a layer, its latest annotations, the articles.
Out: metrics. Only submitted answers of people on today's text and layer version count, and only articles with two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from copydesk.labeling.agreement.marking import spans_measures, spans_part
from copydesk.labeling.agreement.metric import Metric, metrics
from copydesk.labeling.agreement.parts import Part, join, travelling
from copydesk.labeling.agreement.voting import choice_measures, choice_part
from copydesk.labeling.layers import Layer
from copydesk.labeling.standing import current, tasks_of

Record = Mapping[str, Any]


def agreement(
    layer: Layer,
    annotations: Iterable[Record],
    articles: Mapping[str, Record],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> list[Metric]:
    """Agreement of people in one layer, with 95 % bootstrap intervals over articles."""
    return together(layer, [part(layer, annotations, articles)], rounds=rounds, seed=seed)


def part(layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record]) -> Part:
    """What :func:`together` needs of some articles and all answers on them."""
    answers, _ = current(layer, annotations, articles)
    human = [answer for answer in answers if answer["role"] == "human"]
    tasks = {task: given for task, given in tasks_of(human).items() if len(given) > 1}
    return travelling(choice_part(layer, tasks) if layer.kind == "choice" else spans_part(layer, tasks, articles))


def together(layer: Layer, parts: Iterable[Part], *, rounds: int = 1000, seed: int = 0) -> list[Metric]:
    """Agreement over all ``parts``: the same figures, however the articles were parted. There is one at least."""
    joined = join(parts)
    measures = choice_measures(layer, joined) if layer.kind == "choice" else spans_measures(layer, joined)
    return metrics(measures, rounds=rounds, seed=seed)
