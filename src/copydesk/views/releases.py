"""What the verbs about releases answer, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.console import table
from copydesk.views import View, counted, lines

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.dataset.hub import Published
    from copydesk.dataset.release.diff import Diff
    from copydesk.dataset.release.hydrate import Hydrated
    from copydesk.dataset.release.verify import Verification
    from copydesk.dataset.release.write import Released


def released(cut: Released) -> View:
    """Where a release is, or that there is none."""
    if cut.path is None:
        return lines("nothing was released; the issues say what stands open")
    splits = ", ".join(f"{split} {n}" for split, n in cut.splits.items())
    return lines(
        f"{cut.path}",
        f"  version {cut.version} ({cut.bump}), for the {cut.audience} audience",
        f"  articles: {splits}",
        f"  digest {cut.digest}",
        *_unchanged(cut),
    )


def _unchanged(cut: Released) -> list[str]:
    """That a release repeats what was released, where it does."""
    if cut.unchanged_since is None:
        return []
    if cut.unchanged_since == cut.version:
        return ["  it was cut before and nothing changed since: this is the same release again"]
    return [f"  no row differs from {cut.unchanged_since}; at most its documents do"]


def verified(found: Verification) -> View:
    """Each check and how it went."""
    rows = [("ok" if check.ok else "FAILED", check.name, check.detail) for check in found.checks]

    def draw(console: Console) -> None:
        table(console, ("", "check", "detail"), rows)
        console.print("every check holds" if found.ok else "this release does not hold what it says")

    return draw


def diff(found: Diff, *, whole: bool = False) -> View:
    """Rows and labels that came, went and changed, per config, and the version step. ``whole``: every row by name."""
    configs, tables = found.configs.items(), list[tuple[Sequence[str], Sequence[Sequence[object]]]]()
    fields = {name: (*each.summary()["fields"], *each.fields_added, *each.fields_removed) for name, each in configs}
    counts = [(n, len(each.added), len(each.removed), len(each.changed), ", ".join(fields[n])) for n, each in configs]
    tables.append((("config", "added", "removed", "changed", "fields that changed"), counts))
    labels = [(name, *each.labels.values()) for name, each in configs if each.labels and any(each.labels.values())]
    tables.append((("labels in", "gained", "lost", "relabelled"), labels))
    splits = [
        (config, name, before, after)
        for config, each in found.splits.items()
        for name, (before, after) in each.items()
        if before != after
    ]
    tables.append((("config", "split", "rows before", "after"), splits))

    def draw(console: Console) -> None:
        for columns, rows in tables:
            if rows:
                table(console, columns, rows)
        for what, column in (("family", "family_id"), ("split", "split")):
            moved = found.moved(column)
            console.print(f"articles that moved {what}: {len(moved)}")
            for row in moved:
                console.print(f"  {row['article_id']}: {row['before']} → {row['after']}")
        named = [line for name, each in configs for line in _rows(name, each.rows())]
        console.print("\n".join(named) if whole else "-v names the rows") if named else None
        same = ", as no row and no field differs" if found.is_empty else ""
        console.print(f"from {found.old} to {found.new}: a {found.bump} step{same}")

    return draw


def _rows(config: str, rows: Mapping[str, Any]) -> list[str]:
    """A line for each row that differs."""
    said = [f"  {config} {sign} {row}" for sign, what in (("+", "added"), ("-", "removed")) for row in rows[what]]
    return said + [f"  {config} ~ {each['row']}: {', '.join(each['fields'])}" for each in rows["changed"]]


def published(sent: Published) -> View:
    """Where a release went."""
    if sent.commit is None:
        return lines("nothing was published: the release does not verify")
    return lines(f"{sent.url}", f"  tag {sent.tag}, commit {sent.commit}")


def hydrated(done: Hydrated) -> View:
    """How many texts came back, and which did not."""
    if not done.withheld:
        return lines(
            f"{done.release} withholds no text: there was nothing to put back, and {done.path} is a copy of it"
        )
    lost = [f"  missing    {article_id}" for article_id in done.missing]
    other = [f"  differing  {article_id}: your copy is not the text that was labelled" for article_id in done.differing]
    near = [
        f"  near copy  {row['article_id']}: {row['spans']} spans of answers moved with it, {row['lost']} left out"
        for row in done.reanchored
    ]
    back = f"{counted(done.hydrated, 'text is', 'texts are')} back in {done.path}"
    return lines(back, *near, *lost, *other)


def exported(made: Sequence[Path], to: Path) -> View:
    """How much was written; formats that hold labels only have nothing for articles without gold."""
    if len(made) == 1:
        return lines(f"no article has gold that this format holds; {to / 'index.tsv'} lists the articles")
    return lines(f"{len(made)} files in {to}; index.tsv lists the articles")
