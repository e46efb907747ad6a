"""One figure of agreement, and what it says about the work.

In:  sums per article and a statistic of their total (a ``Measure``).
Out: ``Metric``: value, bootstrap interval over articles, how much it rests on, and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copydesk.labeling.agreement.coefficients import Floats, Statistic
from copydesk.labeling.agreement.parts import Numbers

CHUNK = 8_000_000  #: weights held at once (64 MB): tables are read once for each lot of them


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of agreement. ``value`` null: ``reason`` says why; an interval can be null although there is a value."""

    name: str  #: stable, listed in docs/agreement.md; a breakdown follows a dot: span_f1_strict.PERSON
    value: float | None
    low: float | None  #: 95 % interval, bootstrap over articles
    high: float | None
    units: int  #: how many things were compared
    annotators: int
    reason: str | None
    says: str  #: what it means for the work


@dataclass(frozen=True, slots=True)
class Measure:
    """What one metric needs of the data: a row of sums per article, and what to make of their total."""

    name: str
    tables: tuple[Numbers, ...]  #: of rows, side by side; several measures may look at the same
    statistic: Statistic
    units: int
    annotators: int
    empty: str  #: the reason when the statistic has no value
    says: Callable[[float, float | None, float | None], str]  #: of the value and its interval


def metrics(measures: Sequence[Measure], *, rounds: int, seed: int) -> list[Metric]:
    """Every measure with its interval; all of them see the same resamples of the articles."""
    if not measures:
        return []
    tables = {id(table): table for measure in measures for table in measure.tables}
    n = len(measures[0].tables[0])
    drawn: list[list[Floats]] = [[] for _ in measures]
    for weights in resamples(n, rounds, seed) if n > 1 else ():
        sums = {key: weights @ table.astype(np.float64) for key, table in tables.items()}  # each is added up once
        for measure, found in zip(measures, drawn, strict=True):
            found.append(_stated(measure, sums))
    whole = {key: table.sum(axis=0, dtype=np.float64) for key, table in tables.items()}
    return [
        _metric(measure, float(_stated(measure, whole)), np.concatenate(found) if found else None)
        for measure, found in zip(measures, drawn, strict=True)
    ]


def _stated(measure: Measure, sums: Mapping[int, Floats]) -> Floats:
    """The statistic of the sums of a measure's tables."""
    own = [sums[id(table)] for table in measure.tables]
    return measure.statistic(own[0] if len(own) == 1 else np.concatenate(own, axis=-1))


def resamples(n: int, rounds: int, seed: int) -> Iterator[Floats]:
    """How often each resample draws each article, in chunks of rounds. Shape of a chunk: [round, article]."""
    random = np.random.default_rng(seed)
    step = max(1, CHUNK // n)
    sizes = [min(step, rounds - at) for at in range(0, rounds, step)]
    return (_weights(random, size, n) for size in sizes)


def _weights(random: np.random.Generator, rounds: int, n: int) -> Floats:
    draws = random.integers(0, n, size=(rounds, n)) + np.arange(rounds)[:, None] * n
    return np.bincount(draws.ravel(), minlength=rounds * n).reshape(rounds, n).astype(np.float64)


def _metric(measure: Measure, total: float, drawn: Floats | None) -> Metric:
    value = None if np.isnan(total) else round(total, 6)
    low, high, unsure = _interval(drawn)
    if value is None:
        low = high = None
    return Metric(
        name=measure.name,
        value=value,
        low=low,
        high=high,
        units=measure.units,
        annotators=measure.annotators,
        reason=measure.empty if value is None else unsure,
        says=f"No figure: {measure.empty}." if value is None else measure.says(value, low, high),
    )


def _interval(drawn: Floats | None) -> tuple[float | None, float | None, str | None]:
    if drawn is None:
        return None, None, "no interval: one article only"
    told = drawn[~np.isnan(drawn)]
    if len(told) < len(drawn) / 2:
        return None, None, "no interval: most resamples of the articles have no value"
    low, high = np.percentile(told, [2.5, 97.5])
    return round(float(low), 6), round(float(high), 6), None
