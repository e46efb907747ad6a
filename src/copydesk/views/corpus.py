"""What the verbs about articles answer, as a person reads it: builds, families, checks, where things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.console import table
from copydesk.issues import errors
from copydesk.views import View, counted, lines

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.dataset.build import Built
    from copydesk.dataset.families.asked import Seen
    from copydesk.dataset.removals import Removed
    from copydesk.status import PersonStatus, Status
    from copydesk.validate import Validation

MINUTE = 60


def init(root: Path) -> View:
    """A new project and what to do in it."""
    return lines(
        f"new project in {root}",
        "  put articles into   dataset/raw/articles/   (.txt .html .csv .jsonl …)",
        "  then run            copydesk build",
        "  name targets in     labeling/stance/layer.toml",
    )


def built(outcome: Built) -> View:
    """Counts of a build and its rejects."""

    def draw(console: Console) -> None:
        row = (outcome.read, outcome.kept, outcome.rejected, outcome.families, outcome.links)
        table(console, ("read", "kept", "rejected", "families", "links"), [row])
        if changes := _since(outcome.since or {}):
            console.print(f"since the last build {changes}")
        if outcome.rejects:
            rows = _rejected(outcome.rejects)
            table(console, ("code", "where", "what"), rows[:20], title="Rejected (all of them: build/rejects.jsonl)")
            if len(rows) > 20:
                console.print(f"… and {len(rows) - 20} more")

    return draw


def _since(changes: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """How many articles joined families and how many of these merged; empty when none did."""
    joined, merged = (len(changes.get(what, ())) for what in ("joined", "merged"))
    said = [f"{counted(joined, 'new article')} joined families"] if joined else []
    return " and ".join([*said, *([f"{counted(merged, 'family', 'families')} went into others"] if merged else [])])


def _rejected(rejects: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """A row for all rejects of one file that say the same: a table without its texts has one for each of its rows."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in rejects:
        file = each["where"].partition("#")[0]
        alike.setdefault((file, each["code"], each["message"]), []).append(each["where"])
    return [
        (code, places[0] + (f" and {len(places) - 1} more" if len(places) > 1 else ""), message)
        for (_, code, message), places in alike.items()
    ]


def shown(record: Mapping[str, Any]) -> View:
    """A record with its evidence."""
    from copydesk.dataset.show import render

    return lambda console: render(record, console)


def families(seen: Seen) -> View:
    """Links with their relation, singles counted; a pair side by side; links in doubt with their articles."""
    from copydesk.dataset.families import render_families, render_pair, render_review

    if seen.pair:
        a, b = (seen.articles[each] for each in seen.pair)
        link = next(iter(seen.links), seen.likely)
        return lambda console: render_pair(a, b, link, seen.score, console, seen.removed)
    if seen.review:
        return lambda console: render_review(seen.links, seen.articles, console, seen.removed)
    return lambda console: render_families(seen.families, seen.links, seen.articles, console, seen.removed)


def status(found: Status) -> View:
    """Where everything stands."""
    columns = ("layer", "tasks", "annotated", "gold", "disputed")
    rows = [(name, *asdict(layer).values()) for name, layer in found.layers.items()]

    def draw(console: Console) -> None:
        removed = f" ({found.removed} removed)" if found.removed else ""
        articles, families = counted(found.articles, "article"), counted(found.families, "family", "families")
        console.print(f"{articles} in {families}{removed}")
        table(console, columns, rows)
        if found.people:
            named = ("layer", "annotator", "answered", "median", "left", "training")
            table(console, named, [_person(each) for each in found.people], title="Annotators")

    return draw


def _person(each: PersonStatus) -> tuple[object, ...]:
    pace, trained = each.pace, each.training
    is_shared = pace.asked > 0 and pace.answered == pace.asked and pace.left_s is None  # all that is known: how many
    score = None if trained is None else f"{trained.answered} of {trained.asked}"
    if trained and trained.score is not None:
        score = f"{trained.score:.2f} ({score})"
    return (
        each.layer,
        each.annotator,
        f"{pace.answered}" if is_shared else f"{pace.answered} of {pace.asked}",
        _time(pace.median_s),
        "done" if pace.left_s == 0 and pace.asked else _time(pace.left_s or None),
        score,
    )


def _time(seconds: float | None) -> str | None:
    """Such as ``40 s``, ``25 min``, ``3 h 10 min``."""
    if seconds is None or seconds < MINUTE:
        return None if seconds is None else f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def validation(outcome: Validation) -> View:
    """How much was looked at, and how much of it is wrong; the issues themselves follow on stderr."""
    wrong = len(errors(outcome.issues))
    warned = counted(len(outcome.issues) - wrong, "warning")
    return lines(f"{counted(outcome.checked, 'record')} checked: {counted(wrong, 'error')}, {warned}")


def removed(gone: Removed) -> View:
    """What is out of later releases, and where something of it remains."""
    rows = [(each.where, each.what, each.clear) for each in gone.remains]

    def draw(console: Console) -> None:
        articles, answers = counted(len(gone.articles), "article"), counted(gone.labels, "answer")
        console.print(f"out of all later releases: {articles} with {answers}")
        if gone.twins:
            console.print(
                f"the same text stands in {', '.join(gone.twins)}: no release can be cut until they go, too; "
                "add --twins to remove them"
            )
        if gone.kin:
            console.print(f"of its family there stay {', '.join(gone.kin)}: add --family to remove them, too")
        if rows:
            table(console, ("where", "what remains", "how to clear it"), rows)

    return draw
