"""The Hub card: YAML that loads every config as it was made, then what a reader needs first.

In:  a summary of the release.
Out: ``README.md``. Every config entry carries the version and literal, content-hashed shard names: without both,
``load_dataset`` on a folder may serve what an earlier release of the same name held.
"""

from __future__ import annotations

from typing import Any

import yaml

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers import shapes
from copydesk.dataset.release.papers.figures import figure
from copydesk.dataset.release.papers.markdown import escape, prose
from copydesk.dataset.release.papers.summary import Summary
from copydesk.labeling.layers import Layer
from copydesk.project import SPLITS

#: Heading, then the figures under it.
CHAPTERS = (
    ("Load it", ("load",)),
    ("What is in it", ("rows", "instances", "splits", "held_out")),
    ("Families", ("redundancy", "families")),
    ("Labels", ("labels", "adjudication")),
    ("Agreement", ("agreement",)),
    ("Known limits", ("limits",)),
    ("Rights", ("license", "rights", "external")),
    ("Check it", ("verify", "package", "files")),
    ("Fields", ("fields",)),
)
#: What people said in the datasheet that a reader of the card needs at once.
SAID = {"Known limits": ("uses.impact", "uses.unsuitable"), "Rights": ("distribution.ip",)}


def render(summary: Summary) -> str:
    """The card of a release."""
    facts = summary.facts
    parts = [f"# {escape(facts.title or facts.name)}", prose(facts.description), figure("about", summary)]
    for heading, names in CHAPTERS:
        parts += [
            f"## {heading}",
            *(prose(facts.answers[name]) for name in SAID.get(heading, ()) if name in facts.answers),
        ]
        parts += [figure(name, summary) for name in names]
    parts.append("More: [datasheet](DATASHEET.md), [changes](CHANGELOG.md), [report](report/index.html).")
    front = yaml.safe_dump(front_matter(facts), sort_keys=False, allow_unicode=True, width=10**6)
    return f"---\n{front}---\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def front_matter(facts: ReleaseFacts) -> dict[str, Any]:
    """What the Hub and ``datasets`` read."""
    return {
        "pretty_name": facts.title or facts.name,
        "license": facts.license.lower(),  # the Hub's ids are lower case
        "language": list(facts.languages),
        "task_categories": _tasks(facts.layers),
        "size_categories": [size_category(facts.n_rows("articles"))],
        "tags": ["news", "copydesk"],
        "configs": [_config(facts, config) for config in facts.configs],
        "dataset_info": [_info(facts, config) for config in facts.configs],
    }


def _config(facts: ReleaseFacts, config: str) -> dict[str, Any]:
    """A config with its shards named one by one; a split without shards is not there."""
    paths = {
        split: [shard.path for shard in facts.shards if (shard.config, shard.split) == (config, split)]
        for split in SPLITS
    }
    entry: dict[str, Any] = {"config_name": config, "version": facts.version}
    if config == "articles":
        entry["default"] = True
    return entry | {"data_files": [{"split": split, "path": found} for split, found in paths.items() if found]}


def _info(facts: ReleaseFacts, config: str) -> dict[str, Any]:
    """Features and row counts, in the form that ``datasets`` itself writes."""
    mine = [shard for shard in facts.shards if shard.config == config]
    splits = [
        {
            "name": split,
            "num_bytes": sum(shard.bytes for shard in mine if shard.split == split),
            "num_examples": facts.n_rows(config, split),
        }
        for split in facts.counts[config]
    ]
    size = sum(shard.bytes for shard in mine)
    columns = shapes.features(facts, config)._to_yaml_list()
    return {"config_name": config, "features": columns, "splits": splits, "download_size": size, "dataset_size": size}


def _tasks(layers: tuple[Layer, ...]) -> list[str]:
    """Hub task categories that the layers stand for."""
    found = {"token-classification" if layer.kind == "spans" else "text-classification" for layer in layers}
    return sorted(found)


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows."""
    if rows < 1000:
        return "n<1K"
    for power, name in ((4, "1K<n<10K"), (5, "10K<n<100K"), (6, "100K<n<1M"), (7, "1M<n<10M")):
        if rows < 10**power:
            return name
    return "n>10M"
