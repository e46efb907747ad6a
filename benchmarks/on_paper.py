#!/usr/bin/env python3
"""What a build of many articles would take, on paper: ``python benchmarks/on_paper.py PROJECT ROW.json [COUNT]``.

In:  a project that was built with all its shards made anew, and the line that scale.py printed for it (``--profile``).
Out: a table in Markdown. Each figure is one of the built project's, over its articles, times COUNT; what grows faster
     is counted out: files that are opened, and names of shards that travel with each step.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

ARTICLES, RANGE = 1024, 25_000  #: articles of a shard; articles for which there is one more range of keys
HELD = 44  #: bytes that the leading process holds of an article: id, shard, row, digest, site, size
LINK = 1600  #: bytes that a link takes as a record in memory, by tracemalloc over 2,277 links
NAME = 42  #: bytes of a shard's name
#: arrays that one step of one kind opens for each shard and range
OPENED = {"total": 2, "choose": 2, "post": 4, "look": 6}
OPEN_US = 140  #: CPU to open and close an array in a local folder, on the same busy machine

KINDS = (
    (r"passing/range-|passing/(usual|crowded)-", "postings, by ranges of keys"),
    (r"passing/.*\.npy$", "keys of shards, to be sorted by ranges"),
    (r"passing/own/", "fingerprints of own passages"),
    (r"articles/prints/", "fingerprints"),
    (r"articles/[^/]*$", "articles"),
    (r"pairs/", "scores and relations kept for the next build"),
    (r"\.parquet$", "`build/*.parquet`"),
)


def sizes(build: Path) -> Counter[str]:
    """Bytes on disk by kind."""
    found: Counter[str] = Counter()
    for path in build.rglob("*"):
        name = path.relative_to(build).as_posix()
        kind = next((kind for form, kind in KINDS if re.search(form, name)), None)
        if kind and path.is_file():
            found[kind] += path.stat().st_size
    return found


def compared(build: Path) -> int:
    """Pairs that were looked at."""
    return sum(len(np.load(path)["keys"]) for path in build.glob("cache/pairs/*/scores.npz"))


def table(build: Path, row: dict[str, Any], count: int) -> list[str]:
    """The estimate."""
    stats = json.loads((build / "stats.json").read_text())
    own, links, pairs = stats["articles"], sum(stats["links"].values()), compared(build)
    shards, ranges = count // ARTICLES + 1, count // RANGE + 1
    lines = [f"| for {count:,} articles | per article | in all |", "|---|---|---|"]
    for stage, seen in row["stages"].items():
        hours = seen["cpu_us"] * count / 3.6e9
        lines.append(f"| CPU: {stage} | {seen['cpu_us']:,} µs | {hours:,.0f} h |")
    lines.append(f"| CPU: all | {row['cpu_us']:,} µs | {row['cpu_us'] * count / 3.6e9:,.0f} h |")
    for kind, size in sizes(build).items():
        lines.append(f"| disk: {kind} | {size / own:,.0f} B | {size / own * count / 1e12:,.2f} TB |")
    for what, each in (
        ("ids and places", HELD),
        ("pairs worth a look", 16 * pairs / own),
        ("links", LINK * links / own),
    ):
        lines.append(f"| memory of the leading process: {what} | {each:,.0f} B | {each * count / 1e9:,.1f} GB |")
    opened = sum(OPENED.values()) * shards * ranges
    carried = NAME * shards * (3 * shards + 2 * ranges)
    lines += [
        f"| files: shards of articles, of fingerprints, of keys | | {shards:,}, {shards:,}, {9 * shards:,} |",
        f"| files opened to find pairs | grows with the square | {opened:,} ({OPEN_US * opened / 3.6e9:,.0f} h) |",
        f"| names of shards sent along with steps | grows with the square | {carried / 1e12:,.1f} TB |",
    ]
    return lines


def main() -> None:
    build, row = Path(sys.argv[1]) / "build", json.loads(Path(sys.argv[2]).read_text())
    print("\n".join(table(build, row, int(sys.argv[3]) if len(sys.argv) > 3 else 100_000_000)))


if __name__ == "__main__":
    main()
