"""The data changelog: one section per release, from the row-level diff.

In:  the summary of a release, whose facts hold the diff against the release before.
Out: ``CHANGELOG.md`` of the release: its own section.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copydesk.dataset.release.papers.markdown import bullets, code, computed, escape, number
from copydesk.dataset.release.papers.summary import Summary


def render(summary: Summary) -> str:
    """The changelog that a release carries."""
    facts = summary.facts
    title = f"# Changes of {escape(facts.title or facts.name)}"
    head = f"## {facts.version} ({facts.released_at[:10]}, {facts.bump})"
    return f"{title}\n\n{head}\n\n{computed('changes', changes(summary))}\n"


def changes(summary: Summary) -> str:
    """What differs from the release before, or what the first one holds."""
    facts = summary.facts
    if facts.changes is None:
        held = [f"{code(config)}: {number(facts.n_rows(config))} rows" for config in facts.configs]
        return "First release.\n\n" + bullets(held)
    return f"Against {facts.previous}:\n\n{section(facts.changes)}"


def section(changes: Mapping[str, Any]) -> str:
    """A diff as Markdown: per config rows added, removed and changed, then what happened to labels and splits."""
    configs: Mapping[str, Any] = changes["configs"]
    lines = [
        f"{code(config)}: {_size(counts['added'])} added, {_size(counts['removed'])} removed, "
        f"{_size(counts['changed'])} changed"
        for config, counts in sorted(configs.items())
        if any(_count(counts[key]) for key in ("added", "removed", "changed"))
    ]
    return bullets(lines) if lines else "Rows are identical; documents or packaging changed."


def _count(value: Any) -> int:
    return value if isinstance(value, int) else len(value)


def _size(value: Any) -> str:
    return number(_count(value))
