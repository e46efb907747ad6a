#!/usr/bin/env python3
"""What a build of many articles would take, on paper: ``python benchmarks/on_paper.py PROJECT ROW.json [COUNT]``.

In:  a project that ``scale.py --profile`` built with all its shards made anew, and the line that it printed for it.
Out: a table in Markdown. Each figure is one of the built project's, over its articles, times COUNT; how many files
     are opened is counted out.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

ARTICLES, RANGE, RANGES, FAN, LINES = 1024, 8_000, 256, 2048, 500_000  #: as in search.py and keyed.py
HELD = 44  #: bytes that the leading process holds of an article: id, shard, row, digest, site, size
HOME = 16  #: and of its family: number, and what it hangs together with
PAIR, LINK = 33, 34  #: bytes held of a pair that is at least possible; of one that is recorded
OPEN_US = 15  #: CPU to open a table in a local folder and to read some lines of it

KINDS = (
    (r"passing/pairs/[^/]+/(counted|known|crowded)-\d", "keys by ranges: in how many texts, and in which"),
    (r"passing/pairs/[^/]+/own/", "fingerprints of own passages"),
    (r"passing/merged/", "articles, merged to be written"),
    (r"passing/", "keys of shards, to be sorted by ranges"),
    (r"articles/prints/.*about$", "what tells a link's direction"),
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


def opened(count: int, lines: float) -> float:
    """How often tables are opened to find pairs; ``lines``: of an article, in the tables of its shard."""
    shards, ranges = count // ARTICLES + 1, min(RANGES, count // RANGE + 1)
    groups = -(-shards // FAN)
    at_once = max(ranges, count * lines / LINES)  # how often lines of a table are put together with others
    put_together = shards * max(ranges, at_once / groups) + (groups * at_once if groups > 1 else 0)
    return put_together + 3 * shards * ranges  # and each shard looks keys up in each range


def table(build: Path, row: dict[str, Any], count: int) -> list[str]:
    """The estimate."""
    stats = json.loads((build / "stats.json").read_text())
    own, links, pairs = stats["articles"], sum(stats["links"].values()), compared(build)
    shards, ranges = count // ARTICLES + 1, min(RANGES, count // RANGE + 1)
    lines = [f"| for {count:,} articles | per article | in all |", "|---|---|---|"]
    for stage, seen in row["stages"].items():
        hours = seen["cpu_us"] * count / 3.6e9
        lines.append(f"| CPU: {stage} | {seen['cpu_us']:,} µs | {hours:,.0f} h |")
    lines.append(f"| CPU: all | {row['cpu_us']:,} µs | {row['cpu_us'] * count / 3.6e9:,.0f} h |")
    found = sizes(build)
    for kind, size in found.items():
        lines.append(f"| disk: {kind} | {size / own:,.0f} B | {size / own * count / 1e12:,.2f} TB |")
    for what, each in (
        ("ids and places", HELD),
        ("families", HOME),
        ("pairs worth a look", 16 * pairs / own),
        ("pairs scored, links", (PAIR + LINK) * links / own),
    ):
        lines.append(f"| memory of the leading process: {what} | {each:,.0f} B | {each * count / 1e9:,.1f} GB |")
    keys = found["keys of shards, to be sorted by ranges"] / own / 12
    times = opened(count, keys)
    lines += [
        f"| files: shards of articles, of fingerprints, of keys | | {shards:,}, {2 * shards:,}, {8 * shards:,} |",
        f"| files: ranges of keys, of some shards and of all | | {3 * ranges * (1 + -(-shards // FAN)):,} |",
        f"| files opened to find pairs | {times / count:,.2f} | {times:,.0f} ({OPEN_US * times / 3.6e9:,.0f} h) |",
    ]
    return lines


def main() -> None:
    build, row = Path(sys.argv[1]) / "build", json.loads(Path(sys.argv[2]).read_text())
    print("\n".join(table(build, row, int(sys.argv[3]) if len(sys.argv) > 3 else 100_000_000)))


if __name__ == "__main__":
    main()
