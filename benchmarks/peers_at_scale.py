"""Other tools on the same lines: ``PYTHON benchmarks/peers_at_scale.py rensa|datatrove|text-dedup FILE.jsonl OUT``.

Run by scale.py with a Python that has them. Each reads the lines, drops near-exact copies at a Jaccard of 0.7 and
writes what is left; none keeps provenance, finds rewrites or tells families.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def rensa(raw: Path, out: Path) -> int:
    """polars reads and writes, rensa's MinHash and LSH find the copies: the plainest script that does."""
    import polars as pl
    from rensa import RMinHash, RMinHashLSH

    rows = pl.read_ndjson(raw)
    index, kept = RMinHashLSH(threshold=0.7, num_perm=128, num_bands=16), list[int]()
    for n, text in enumerate(rows["text"]):
        words = text.split()
        mark = RMinHash(num_perm=128, seed=42)
        mark.update([" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))])
        if not any(mark.jaccard(seen[other]) >= 0.7 for other in index.query(mark)):
            kept.append(n)
            seen[n] = mark
            index.insert(n, mark)
    rows[kept].write_parquet(out / "kept.parquet", compression="zstd", compression_level=3)
    return len(kept)


seen: dict[int, object] = {}


def datatrove(raw: Path, out: Path) -> int:
    """Its MinHash pipeline as its example has it, in this process."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import (
        MinhashConfig,
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
    )
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    config = MinhashConfig(num_buckets=14, hashes_per_bucket=8)
    work = {name: str(out / name) for name in ("signatures", "buckets", "removed")}
    lines = JsonlReader(str(raw.parent), glob_pattern=raw.name)
    for steps, tasks in (
        ([lines, MinhashDedupSignature(output_folder=work["signatures"], config=config)], 1),
        ([MinhashDedupBuckets(work["signatures"], work["buckets"], config=config)], 14),
        ([MinhashDedupCluster(work["buckets"], work["removed"], config=config)], 1),
        ([lines, MinhashDedupFilter(work["removed"]), JsonlWriter(str(out / "kept"))], 1),
    ):
        LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(out / "logs" / str(id(steps)))).run()
    return len(list((out / "kept").iterdir()))


def text_dedup(raw: Path, out: Path) -> int:
    """Its MinHash command with its own settings."""
    import runpy

    sys.argv = ["minhash", "--path", "json", "--data_files", str(raw), "--split", "train", "--column", "text"]
    sys.argv += ["--output", str(out / "kept"), "--cache_dir", str(out / "cache"), "--batch_size", "10000"]
    runpy.run_module("text_dedup.minhash", run_name="__main__")
    return 0


def main() -> None:
    name, raw, out = sys.argv[1], Path(sys.argv[2]).absolute(), Path(sys.argv[3]).absolute()
    out.mkdir(parents=True, exist_ok=True)
    peers = {"rensa": rensa, "datatrove": datatrove, "text-dedup": text_dedup}
    print(json.dumps({"peer": name, "kept": peers[name](raw, out)}))


if __name__ == "__main__":
    main()
