"""The data changelog: one section per release, from the row-level diff.

In:  the summary of a release, whose facts hold the counts of the diff against the release before.
Out: ``CHANGELOG.md`` of the release: its own section. The project's ``dataset/CHANGELOG.md`` gathers all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from copydesk import files
from copydesk.dataset.release.audience import LOCAL
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers.markdown import bullets, code, computed, escape, number, table
from copydesk.dataset.release.papers.summary import Summary
from copydesk.dataset.release.papers.tally import Tally
from copydesk.project import Project

TITLE = "# Changes of the data\n\nWritten by `copydesk release`, the newest version first.\n"


def render(summary: Summary) -> str:
    """The changelog that a release carries."""
    facts = summary.facts
    return f"# Changes of {escape(facts.title or facts.name)}\n\n{entry(summary)}"


def entry(summary: Summary) -> str:
    """The section of one release."""
    facts = summary.facts
    return f"## {facts.version} ({facts.released_at[:10]})\n\n{computed('changes', changes(summary))}\n"


def gathered(existing: str, summary: Summary) -> str:
    """A project's changelog with the section of this release: on top, or in place of the one it had."""
    text = existing or TITLE
    before, _, rest = text.partition("\n## ")
    kept = [part for part in re.split(r"\n(?=## )", f"\n## {rest}" if rest else "") if part]
    others = [part for part in kept if not part.startswith(f"## {summary.facts.version} ")]
    sections = [before.rstrip("\n"), entry(summary).rstrip("\n"), *(part.strip("\n") for part in others)]
    return "\n\n".join(sections) + "\n"


def gather(project: Project, facts: ReleaseFacts) -> None:
    """Put the section of a release into ``dataset/CHANGELOG.md``; the local one stands where both audiences are cut."""
    path = project.dataset / "CHANGELOG.md"
    existing = path.read_text(encoding="utf-8") if path.exists() else ""
    if facts.audience == LOCAL or f"\n## {facts.version} (" not in existing:
        files.write_text(path, gathered(existing, Summary(facts, Tally(facts.layers))))


def changes(summary: Summary) -> str:
    """What differs from the release before, or what the first one holds."""
    facts = summary.facts
    if facts.changes is None:
        held = [f"{code(config)}: {number(facts.n_rows(config))} rows" for config in facts.configs]
        return "First release.\n\n" + bullets(held)
    return section(facts.changes)


def section(changes: Mapping[str, Any]) -> str:
    """The counts of a diff as Markdown."""
    step = f"Against {changes['old']}, a {changes['bump']} step."
    rows = list(_configs(changes["configs"]))
    if not rows:
        return f"{step} Rows are identical; documents or packaging changed."
    header = ("config", "rows added", "removed", "changed", "in fields", "new fields", "fields gone")
    parts = [step, table(header, rows), bullets(_moves(changes))]
    return "\n\n".join([*parts, table(("config", "split", "rows before", "after"), _splits(changes["splits"]))])


def _configs(configs: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for config, counts in configs.items():
        sizes = [counts[key] for key in ("added", "removed", "changed")]
        names = [counts["fields_added"], counts["fields_removed"]]
        if any(sizes) or any(names):
            fields = ", ".join(f"{code(name)} {number(size)}" for name, size in counts["fields"].items())
            listed = (", ".join(map(code, each)) or "–" for each in names)
            yield (code(config), *map(number, sizes), fields or "–", *listed)


def _moves(changes: Mapping[str, Any]) -> list[str]:
    return [
        f"articles in another family than before: {number(changes['families_moved'])}",
        f"articles in another split than before: {number(changes['splits_moved'])}",
    ]


def _splits(splits: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for config, found in splits.items():
        for split, rows in found.items():
            yield code(config), split, number(rows["before"]), number(rows["after"])
