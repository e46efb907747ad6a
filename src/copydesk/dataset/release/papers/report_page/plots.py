"""Plots as inline SVG, drawn here: bars, stacked bars, intervals, a timeline, a graph of a family.

In:  counts and measures.
Out: SVG that takes its colours from the page (light, dark, print), has a title for screen readers, and whose bytes
depend on the numbers alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from copydesk.dataset.release.papers.report_page.markup import count, text

WIDTH = 560  #: user units; the page scales it
LABEL = 158  #: room for names at the left
ROW = 24


@dataclass(frozen=True, slots=True)
class Interval:
    """One measure with its bounds."""

    name: str
    value: float
    low: float | None
    high: float | None


def bars(title: str, counts: Mapping[str, int]) -> str:
    """One horizontal bar per name, in the order given."""
    return stacked(title, {name: {"all": size} for name, size in counts.items()}, ["all"])


def stacked(title: str, counts: Mapping[str, Mapping[str, int]], series: Sequence[str]) -> str:
    """One horizontal bar per name, cut into series of its own colour each. Shape: counts[name][series]."""
    most = max((sum(parts.values()) for parts in counts.values()), default=0) or 1
    room = WIDTH - LABEL - 60
    marks = []
    for n, (name, parts) in enumerate(counts.items()):
        y, x = n * ROW + 4, float(LABEL)
        marks.append(_label(name, y))
        for k, each in enumerate(series):
            width = room * parts.get(each, 0) / most
            said = (
                f"{name}, {each}: {count(parts.get(each, 0))}" if len(series) > 1 else f"{name}: {count(parts[each])}"
            )
            if width:
                marks.append(_rect(x, y, width, f"s{k}", said))
            x += width
        marks.append(f'<text class="v" x="{x + 6:.1f}" y="{y + 12}">{count(sum(parts.values()))}</text>')
    return _svg(title, len(counts) * ROW + 4, marks) + (legend(series) if len(series) > 1 else "")


def legend(series: Sequence[str]) -> str:
    """Which colour is which series."""
    keys = "".join(f'<span><i class="s{k}"></i>{text(name)}</span>' for k, name in enumerate(series))
    return f'<p class="legend">{keys}</p>'


def intervals(title: str, measures: Sequence[Interval]) -> str:
    """A point with its interval per measure, on an axis from the lowest bound (0 or below) to 1."""
    lowest = min([0.0, *(each.low for each in measures if each.low is not None), *(each.value for each in measures)])
    room = WIDTH - LABEL - 60

    def at(value: float) -> float:
        return LABEL + room * (value - lowest) / (1 - lowest)

    height = len(measures) * ROW
    marks = [_tick(at(value), height, f"{value:g}") for value in sorted({round(lowest, 1), 0.0, 0.5, 1.0})]
    for n, each in enumerate(measures):
        y = n * ROW + 12
        marks.append(_label(each.name, y - 8))
        said = f"{each.name}: {each.value:.3f}"
        if each.low is not None and each.high is not None:
            said += f", 95 % interval {each.low:.3f} to {each.high:.3f}"
            marks.append(f'<line class="w" x1="{at(each.low):.1f}" x2="{at(each.high):.1f}" y1="{y}" y2="{y}"/>')
        marks.append(
            f'<circle class="s0" cx="{at(each.value):.1f}" cy="{y}" r="5"><title>{text(said)}</title></circle>'
        )
        marks.append(f'<text class="v" x="{WIDTH - 50}" y="{y + 4}">{each.value:.3f}</text>')
    return _svg(title, height + 20, marks)


def timeline(title: str, counts: Mapping[str, int]) -> str:
    """One column per period, in order of time."""
    most, step = max(counts.values(), default=0) or 1, (WIDTH - 20) / max(1, len(counts))
    marks = []
    every = max(1, len(counts) // 10)
    for n, (period, size) in enumerate(counts.items()):
        height, x = 110 * size / most, 10 + n * step
        marks.append(_column(x, 120 - height, max(1.0, min(step - 2, 60)), height, f"{period}: {count(size)}"))
        if n % every == 0:
            marks.append(f'<text class="v" x="{x:.1f}" y="136">{text(period)}</text>')
    return _svg(title, 142, marks)


def graph(title: str, names: Mapping[str, str], edges: Sequence[tuple[str, str, str, float]]) -> str:
    """Members of a family on a circle; an edge per link, its class the band, its score beside it.

    Shape: names[id] = caption; edges of (id, id, band, score).
    """
    middle, radius = (WIDTH / 2, 110.0), 78.0
    turn = {name: 2 * pi * n / len(names) - pi for n, name in enumerate(names)}
    place = {name: (middle[0] + 1.9 * radius * cos(a), middle[1] + radius * sin(a)) for name, a in turn.items()}
    marks = []
    for a, b, band, score in edges:
        (ax, ay), (bx, by) = place[a], place[b]
        said = f"{names[a]} and {names[b]}: {band}, {score:.3f}"
        marks.append(
            f'<line class="e {text(band)}" x1="{ax:.1f}" y1="{ay:.1f}" x2="{bx:.1f}" y2="{by:.1f}">'
            f"<title>{text(said)}</title></line>"
            f'<text class="v m halo" x="{(ax + bx) / 2:.1f}" y="{(ay + by) / 2 + 4:.1f}">{score:.2f}</text>'
        )
    for name, (x, y) in place.items():
        marks.append(f'<circle class="s0" cx="{x:.1f}" cy="{y:.1f}" r="7"/>')
        below = 22 if y >= middle[1] else -14
        marks.append(f'<text class="m" x="{x:.1f}" y="{y + below:.1f}">{text(names[name])}</text>')
    return _svg(title, 226, marks)


def _svg(title: str, height: float, marks: Sequence[str]) -> str:
    inner = "".join(marks)
    size = f'viewBox="0 0 {WIDTH} {height:.0f}"'
    return f'<svg class="plot" role="img" aria-label="{text(title)}" {size}><title>{text(title)}</title>{inner}</svg>'


def _label(name: str, y: float) -> str:
    short = name if len(name) <= 24 else name[:23] + "…"
    return f'<text class="l" x="{LABEL - 8}" y="{y + 12:.0f}"><title>{text(name)}</title>{text(short)}</text>'


def _rect(x: float, y: float, width: float, kind: str, said: str) -> str:
    size = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 8}"'
    return f'<rect class="{kind}" {size}><title>{text(said)}</title></rect>'


def _column(x: float, y: float, width: float, height: float, said: str) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="s0" {size}><title>{text(said)}</title></rect>'


def _tick(x: float, height: float, name: str) -> str:
    line = f'<line class="g" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>'
    return f'{line}<text class="v m" x="{x:.1f}" y="{height + 14}">{name}</text>'
