"""Rewrite what can be rewritten without a key: shard names, manifest, sums, and documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from copydesk import files
from copydesk.dataset.release import manifest, papers, sums
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts
from copydesk.dataset.release.shards import Digests, RowDigests, place

Row = dict[str, Any]


def seal(folder: Path, *, documents: bool) -> None:
    """Rewrite shard names, manifest and sums to match what stands in the folder; with ``documents`` these, too."""
    digests, rowwise, families = Digests(), RowDigests(), {}
    stated = files.read_json(folder / MANIFEST)
    for path in sorted(folder.glob("data/*/*.parquet")):
        path.rename(
            path.with_name(re.sub(r"[0-9a-f]{16}\.parquet$", f"{files.sha256_file(path)[:16]}.parquet", path.name))
        )
    for path in sorted(folder.glob("data/*/*.parquet")):
        placed = place(path.relative_to(folder).as_posix())
        if placed is None:
            continue
        rows = pq.read_table(path).to_pylist()
        rowwise.add(*placed, rows)
        for row in rows if placed[0] == "articles" else ():
            found = families.setdefault(row.get("family_id"), {"split": placed[1], "members": []})
            found["members"].append(row["article_id"])
    digests.extend(rowwise)
    if digests.counts:
        stated["configs"] = digests.configs()
    if None not in families:
        stated["families"] = [{"family_id": key, **families[key]} for key in sorted(families)]
    stated["files"] = listing(folder)
    if documents:
        write_documents(folder, stated)
        stated["files"] = listing(folder)
    files.write_json(folder / MANIFEST, stated)
    sums.write(folder)


def write_documents(folder: Path, stated: Row) -> None:
    """All documents anew; where the rows are too broken for that, the old ones stay."""
    try:
        fresh = papers.documents(ReleaseFacts.of(folder, stated))
    except Exception:
        return
    for path, data in fresh.items():
        (folder / path).write_bytes(data)


def listing(folder: Path) -> list[Row]:
    rows = {
        path.relative_to(folder).as_posix(): pq.read_metadata(path).num_rows for path in folder.glob("data/*/*.parquet")
    }
    rows["removals.jsonl"] = len(files.read_jsonl(folder / "removals.jsonl"))
    return manifest.listing(folder, rows)
