"""What changed between two releases, and the version step it calls for.

In:  two release folders, or the facts of one that is being made.
Out: a :class:`Diff`: rows added, removed and changed per config, with the fields that changed. Rows stand in the order
of articles, so both releases are gone through side by side, an article at a time.

Provenance's tool version and config digest do not count. Where either release is public, both are read as public
ones: withheld words are no change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from copydesk.dataset.release.audience import PUBLIC, UNLABELLED, is_cleared, withhold
from copydesk.dataset.release.facts import BrokenRelease, ReleaseFacts

Row = dict[str, Any]
Key = tuple[str, ...]
Rows = dict[Key, Row]

ASIDE = ("tool_version", "config_sha256")  #: of provenance: they say how a row was made, not what it is
MOVED = ("family_id", "split")  #: of an article: where it belongs
KEYS = {"articles": ("article_id",), "annotations": ("annotation_id",), "families": ("link_id",)}


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that both releases have, with other contents."""

    key: Key
    fields: tuple[str, ...]  #: names of the columns that differ
    moved: Mapping[str, tuple[Any, Any]]  #: those of ``MOVED`` among them: before and after

    @classmethod
    def between(cls, key: Key, before: Row, after: Row) -> Changed:
        names = {**before, **after}
        fields = tuple(name for name in names if before.get(name) != after.get(name))
        return cls(key, fields, {name: (before.get(name), after.get(name)) for name in MOVED if name in fields})


@dataclass(frozen=True, slots=True)
class ConfigDiff:
    """What happened to one config."""

    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    changed: tuple[Changed, ...]
    fields_added: tuple[str, ...]
    fields_removed: tuple[str, ...]
    labels: Mapping[str, int] | None  #: gained, lost, relabelled units; None where a config has no labels

    @property
    def step(self) -> str:
        if self.removed or self.changed or self.fields_removed:
            return "major"
        return "minor" if self.added or self.fields_added else "patch"

    def summary(self) -> Row:
        fields = Counter(name for row in self.changed for name in row.fields)
        return {
            "added": len(self.added),
            "removed": len(self.removed),
            "changed": len(self.changed),
            "fields": dict(sorted(fields.items())),
            "fields_added": list(self.fields_added),
            "fields_removed": list(self.fields_removed),
            "labels": self.labels and dict(self.labels),
        }

    def rows(self) -> Row:
        """Which rows: their keys, and what changed in them."""
        return {
            "added": ["/".join(key) for key in self.added],
            "removed": ["/".join(key) for key in self.removed],
            "changed": [{"row": "/".join(row.key), "fields": list(row.fields)} for row in self.changed],
        }


@dataclass(frozen=True)
class Diff:
    """Everything between an older and a newer release."""

    old: str
    new: str
    configs: Mapping[str, ConfigDiff]
    splits: Mapping[str, Mapping[str, tuple[int, int]]]  #: config, split: rows before and after

    @cached_property
    def bump(self) -> str:
        """The step it calls for: patch, minor or major."""
        steps = {config.step for config in self.configs.values()}
        return next((step for step in ("major", "minor") if step in steps), "patch")

    @property
    def is_empty(self) -> bool:
        """Whether no row and no field differs."""
        return self.bump == "patch"

    def moved(self, column: str) -> list[Row]:
        """Articles whose ``family_id`` or ``split`` is another one now."""
        changed = self.configs["articles"].changed if "articles" in self.configs else ()
        return [
            {"article_id": row.key[0], "before": row.moved[column][0], "after": row.moved[column][1]}
            for row in changed
            if column in row.moved
        ]

    def summary(self) -> Row:
        """Counts only: what manifest and changelog of the newer release state."""
        return {
            "bump": self.bump,
            "old": self.old,
            "new": self.new,
            "configs": {name: config.summary() for name, config in self.configs.items()},
            "families_moved": len(self.moved("family_id")),
            "splits_moved": len(self.moved("split")),
            "splits": {
                config: {split: {"before": before, "after": after} for split, (before, after) in rows.items()}
                for config, rows in self.splits.items()
            },
        }

    def as_json(self) -> Row:
        """Counts, and which rows."""
        rows = {name: config.rows() for name, config in self.configs.items()}
        moved = {"family_id": self.moved("family_id"), "split": self.moved("split")}
        return self.summary() | {"rows": rows, "moved": moved}


def diff(old: Path, new: Path) -> Diff:
    """What happened from the release in ``old`` to the one in ``new``. Raises NotARelease."""
    return compare(ReleaseFacts.read(old), ReleaseFacts.read(new))


def compare(old: ReleaseFacts, new: ReleaseFacts) -> Diff:
    """The same, of facts."""
    public = PUBLIC in (old.audience, new.audience)
    names = sorted({*old.configs, *new.configs}, key=lambda name: (name != "articles", name))
    withheld = {*old.withheld, *new.withheld}
    before, after = _Side(old, public, withheld), _Side(new, public, withheld)
    configs = {name: _config(name, before, after) for name in names}
    splits = {name: _splits(name, old, new) for name in names}
    return Diff(old.version, new.version, configs, splits)


def key_of(config: str, row: Mapping[str, Any]) -> Key:
    """What makes a row of ``config`` the same row in another release."""
    if config in KEYS:
        return tuple(str(row[name]) for name in KEYS[config])
    if "span_id" in row:
        return (str(row["span_id"]),)
    return (row["article_id"], row["target"] or "") if "target" in row else (row["article_id"],)


@dataclass(frozen=True)
class _Side:
    """One release, read as both can be compared."""

    facts: ReleaseFacts
    public: bool
    withheld: set[str]

    @cached_property
    def uncleared(self) -> set[str]:
        columns = ["article_id", "rights"]
        rows = self.facts.rows("articles", columns=columns) if self.public else iter(())
        return {row["article_id"] for row in rows if not is_cleared(row)}

    def by_article(self, config: str) -> Iterator[tuple[str, Rows]]:
        """Rows by key, those about one article together, in the order of articles. Raises BrokenRelease."""
        about = itemgetter("a" if config == "families" else "article_id")
        hidden = self.withheld if config not in UNLABELLED else set()
        splits = [split for split in self.facts.counts.get(config, {}) if split not in hidden]
        rows = merge(*(run for split in splits for run in self.facts.runs(config, split)), key=about)
        last = ""
        for article_id, group in groupby(rows, about):
            if article_id <= last:
                raise BrokenRelease(self.facts.folder, ValueError(f"rows of {config} are out of order"))
            last = article_id
            yield article_id, {key_of(config, row): self._comparable(config, row) for row in group}

    def _comparable(self, config: str, row: Row) -> Row:
        if config == "articles":
            row = row | {"provenance": {key: part for key, part in row["provenance"].items() if key not in ASIDE}}
        about = row["a"] if config == "families" else row["article_id"]
        return withhold(config, row) if about in self.uncleared else row


def _config(name: str, old: _Side, new: _Side) -> ConfigDiff:
    fields_added, fields_removed = _fields(name, old.facts, new.facts)
    added, removed, changed = list[Key](), list[Key](), list[Changed]()
    labels = Counter(dict.fromkeys(("gained", "lost", "relabelled"), 0))
    for was, now in _side_by_side(old.by_article(name), new.by_article(name)):
        added += now.keys() - was.keys()
        removed += was.keys() - now.keys()
        differ = [key for key in was.keys() & now.keys() if was[key] != now[key]]
        changed += (Changed.between(key, was[key], now[key]) for key in differ)
        if name not in KEYS and (differ or was.keys() != now.keys()):
            labels.update(_labels(_without(was, now), _without(now, was)))
    return ConfigDiff(
        added=tuple(sorted(added)),
        removed=tuple(sorted(removed)),
        changed=tuple(sorted((row for row in changed if set(row.fields) - set(fields_added)), key=lambda row: row.key)),
        fields_added=fields_added,
        fields_removed=fields_removed,
        labels=None if name in KEYS else dict(labels),
    )


def _side_by_side(olds: Iterator[tuple[str, Rows]], news: Iterator[tuple[str, Rows]]) -> Iterator[tuple[Rows, Rows]]:
    """What both say about each article; nothing where one does not have it."""
    old, new = next(olds, None), next(news, None)
    while old or new:
        article_id = min(each[0] for each in (old, new) if each)
        was, now = ({} if each is None or each[0] != article_id else each[1] for each in (old, new))
        yield was, now
        old = next(olds, None) if was else old
        new = next(news, None) if now else new


def _without(rows: Rows, others: Rows) -> Iterator[Row]:
    """Rows that the others do not have, or have otherwise."""
    return (row for key, row in rows.items() if others.get(key) != row)


def _labels(before: Iterable[Row], after: Iterable[Row]) -> dict[str, int]:
    """What happened to the labels of rows that differ: a label is known by its place, a span or a target."""
    was = dict(label for row in before for label in _labels_of(row))
    now = dict(label for row in after for label in _labels_of(row))
    return {
        "gained": len(now.keys() - was.keys()),
        "lost": len(was.keys() - now.keys()),
        "relabelled": sum(was[place] != now[place] for place in was.keys() & now.keys()),
    }


def _labels_of(row: Row) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    for part in row.get("spans", [row]):
        place = (part["start"], part["end"]) if "start" in part else (row["target"],)
        names = [value for key, value in part.items() if key.endswith("_name")]
        yield (row["article_id"], *place), names


def _fields(name: str, old: ReleaseFacts, new: ReleaseFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if name not in old.configs or name not in new.configs:
        return (), ()
    before, after = old.schema(name).names, new.schema(name).names
    return tuple(n for n in after if n not in before), tuple(n for n in before if n not in after)


def _splits(name: str, old: ReleaseFacts, new: ReleaseFacts) -> dict[str, tuple[int, int]]:
    before, after = old.counts.get(name, {}), new.counts.get(name, {})
    return {split: (before.get(split, 0), after.get(split, 0)) for split in [*before, *(set(after) - set(before))]}
