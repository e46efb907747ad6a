"""What the verbs about labels answer, as a person reads it: tasks, training, agreement, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from copydesk.console import table
from copydesk.views import View, counted, lines

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.labeling.adjudicate import Adjudication
    from copydesk.labeling.agreement import Metric
    from copydesk.labeling.push import Pushed
    from copydesk.labeling.stages import Agreed
    from copydesk.labeling.training import Turns

Keys = dict[str, Any]


def pushed(layers: Mapping[str, Mapping[str, Any]], url: str, people: int) -> View:
    """What was sent, and where people find it."""

    def draw(console: Console) -> None:
        per_layer(layers)(console)
        if people:
            console.print(f"{counted(people, 'annotator')} can label at {url}")
        else:
            console.print("nobody labels yet: `copydesk annotators add PSEUDONYM` says how to sign in; then push again")

    return draw


def trained(layers: Mapping[str, Mapping[str, Any]], url: str, turns: Turns) -> View:
    """What was sent for a training round, who has something to answer, and what comes after."""
    told = []
    if turns.leads:
        told.append(f"{', '.join(turns.leads)}: say what is right, at {url}")
        told.append("  then `copydesk pull`, `copydesk adjudicate` and `copydesk push --training` again")
    if turns.newcomers:
        told.append(f"{', '.join(turns.newcomers)}: answer at {url}")
        told.append("  then `copydesk pull`; `copydesk status` shows how they did, `copydesk push` starts real work")
    if turns.is_disputed:
        told.append("some of it is disputed: `copydesk adjudicate --review` brings that before an adjudicator")
    if not told:
        told = ["all have answered: `copydesk status` shows how they did, `copydesk push` starts real work"]

    def draw(console: Console) -> None:
        per_layer(layers)(console)
        lines(*told)(console)

    return draw


def per_layer(layers: Mapping[str, Mapping[str, Any]]) -> View:
    """One row per layer, one column per count."""
    columns = list(next(iter(layers.values()), {}))
    rows = [(name, *counts.values()) for name, counts in layers.items()]
    return lambda console: table(console, ("layer", *columns), rows)


def agreement_keys(agreed: Agreed) -> Keys:
    """``layers{NAME{metrics[…], people[…]}}``."""
    return {
        "layers": {
            name: {
                "metrics": [asdict(each) for each in found],
                "people": [asdict(each) for each in agreed.people.get(name, ())],
            }
            for name, found in agreed.layers.items()
        }
    }


def agreement(agreed: Agreed) -> View:
    """Each figure with its interval, each annotator beside the others; breakdowns and all confusions are in --json."""
    columns = ("layer", "metric", "value", "95 % interval", "units", "people", "what it says")
    rows = [
        (name, each.name, each.value, _interval(each), each.units, each.annotators, each.says)
        for name, found in agreed.layers.items()
        for each in found
        if "." not in each.name and (each.value is not None or each.units or each.annotators > 1)
    ]
    if not rows:
        return lines("nothing to compare yet: no article, target or span has answers of two people")
    people = [
        (name, each.annotator, each.answers, each.median_lead_time_s, each.agreement, each.among_others, each.says)
        for name, found in agreed.people.items()
        for each in found
    ]

    def draw(console: Console) -> None:
        table(console, columns, rows)
        named = ("layer", "annotator", "answers", "median s", "with the others", "among the others", "what it says")
        table(console, named, people, title="Annotators")

    return draw


def _interval(metric: Metric) -> str:
    return "" if metric.low is None else f"{metric.low:.3f} to {metric.high:.3f}"


def adjudication_keys(decided: Mapping[str, Adjudication], referred: Mapping[str, Pushed]) -> Keys:
    """``layers{NAME{gold, disputed, by{…}, unclear[…]}}``, in units; with ``review{…}`` in tasks when referred."""
    keys = {}
    for name, each in decided.items():
        counts = {"gold": len(each.gold), "disputed": len(each.disputed), "by": each.by, "waiting": each.waiting}
        review = {"review": referred[name].as_json()} if name in referred else {}
        keys[name] = counts | {"unclear": each.unclear} | review
    return {"layers": keys}


def adjudication(decided: Mapping[str, Adjudication], referred: Mapping[str, Pushed]) -> View:
    """Units decided and disputed, tasks referred to adjudicators, and cases for the guideline's author."""
    columns = ("layer", "gold", "disputed", "waiting", "decided by")
    rows = [
        (name, len(each.gold), len(each.disputed), each.waiting, ", ".join(f"{how} {n}" for how, n in each.by.items()))
        for name, each in decided.items()
    ]
    unclear = [(name, *case.values()) for name, each in decided.items() for case in each.unclear]

    def draw(console: Console) -> None:
        table(console, columns, rows)
        if referred:
            tasks = [(name, *each.as_json().values()) for name, each in referred.items()]
            table(console, ("layer", "created", "unchanged", "superseded", "total"), tasks, title="Referred, in tasks")
        if unclear:
            named = ("layer", "answer", "article", "target", "adjudicator", "sure", "error", "unclear")
            table(console, named[:-1], [row[:-1] for row in unclear], title="For the guideline's author")

    return draw
