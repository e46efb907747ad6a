"""Other tools on the same texts, as they ship, or tuned on the training texts where they have no setting of their own.

Each gives a label for every text. A tool that is not installed raises ImportError and is named in the table.
"""

from __future__ import annotations

import gzip
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import measures
import numpy as np
import orjson

from copydesk.dataset.components import components
from copydesk.files import digest

MINILM_TUNED_ON = 800  #: texts; embedding all would take longer than everything else together

Groups = dict[str, list[Any]]
Method = Callable[[Sequence[str], Sequence[str]], Groups]


def methods(tune: Sequence[dict[str, Any]]) -> dict[str, Method]:
    """Every peer by name."""
    return {
        "text-dedup MinHash, as shipped": text_dedup,
        "datatrove MinHash, as shipped": datatrove,
        "rensa, 3-word shingles, >= .3": rensa,
        "datasketch LSH, 5-word, >= .7": datasketch,
        "TF-IDF cosine, tuned": tuned(tfidf, tune),
        "MiniLM cosine, tuned on a sample": tuned(minilm, sample(tune, MINILM_TUNED_ON)),
    }


def grouped(n: int, edges: Iterable[tuple[int, int]]) -> Groups:
    """Labels of connected components."""
    joined = components(map(str, range(n)), ((str(a), str(b)) for a, b in edges))
    label = {node: members[0] for members in joined for node in members}
    return {"found": [label[str(i)] for i in range(n)]}


def shingles(text: str, length: int) -> list[str]:
    """Runs of words."""
    words = text.lower().split()
    return [" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1))]


def rensa(texts: Sequence[str], ids: Sequence[str]) -> Groups:
    """MinHash with 128 permutations in 64 bands of 2, pairs kept from an estimated Jaccard of .3 on."""
    from rensa import RMinHash, RMinHashLSH

    index, sketches = RMinHashLSH(threshold=0.3, num_perm=128, num_bands=64), []
    for n, text in enumerate(texts):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(shingles(text, 3))
        sketches.append(sketch)
        index.insert(n, sketch)
    edges = (
        (n, other)
        for n, sketch in enumerate(sketches)
        for other in index.query(sketch)
        if other < n and sketch.jaccard(sketches[other]) >= 0.3
    )
    return grouped(len(texts), edges)


def datasketch(texts: Sequence[str], ids: Sequence[str]) -> Groups:
    """MinHash LSH at Jaccard .7."""
    from datasketch import MinHash, MinHashLSH

    index, edges = MinHashLSH(threshold=0.7, num_perm=128), []
    for n, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([each.encode() for each in shingles(text, 5)])
        edges += [(n, int(other)) for other in index.query(sketch)]
        index.insert(str(n), sketch)
    return grouped(len(texts), edges)


def text_dedup(texts: Sequence[str], ids: Sequence[str]) -> Groups:
    """Its MinHash program with its defaults: 5-word shingles, 250 permutations, Jaccard .7."""
    import text_dedup.minhash  # noqa: F401  # is it installed?

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "in.jsonl").write_bytes(b"\n".join(orjson.dumps({"text": text}) for text in texts))
        command = f"""--path json --data_files {base}/in.jsonl --split train --column text --debug --num_proc 1
            --cache_dir {base}/cache --output {base}/out"""
        run = [sys.executable, "-m", "text_dedup.minhash", *command.split()]
        subprocess.run(run, check=True, capture_output=True, cwd=folder)
        with (base / "out/uf.pkl").open("rb") as file:
            parent = pickle.load(file)  # written by the tool a moment ago
    parent = getattr(parent, "parent", parent)
    return grouped(len(texts), ((int(a), int(b)) for a, b in parent.items()))


def datatrove(texts: Sequence[str], ids: Sequence[str]) -> Groups:
    """Its four stages with their defaults: 14 buckets of 8 hashes, 5-word shingles."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    config = MinhashConfig()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "in").mkdir()
        rows = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
        (base / "in/texts.jsonl").write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
        signatures, buckets, removals = (str(base / name) for name in ("signatures", "buckets", "removals"))
        stages: list[tuple[list[Any], int]] = [
            ([JsonlReader(str(base / "in")), MinhashDedupSignature(signatures, config=config)], 1),
            ([MinhashDedupBuckets(signatures, buckets, config=config)], config.num_buckets),
            ([MinhashDedupCluster(buckets, removals, config=config, save_cluster_id=True)], 1),
            (
                [
                    JsonlReader(str(base / "in")),
                    MinhashDedupFilter(
                        removals, load_cluster_ids=True, exclusion_writer=JsonlWriter(str(base / "out"))
                    ),
                    JsonlWriter(str(base / "kept"), compression=None),
                ],
                1,
            ),
        ]
        for n, (steps, tasks) in enumerate(stages):
            LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(base / f"log{n}")).run()
        return {"found": _datatrove_labels(base, len(texts))}


def _datatrove_labels(base: Path, n: int) -> list[int]:
    labels = list(range(n))
    for path in [*base.glob("out/**/*.jsonl.gz"), *base.glob("kept/**/*.jsonl")]:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for row in map(orjson.loads, data.splitlines()):
            cluster = (row.get("metadata") or {}).get("minhash_cluster_id", -1)
            if cluster is not None and cluster >= 0:
                labels[int(row["id"])] = n + int(cluster)
    return labels


def tfidf(texts: Sequence[str]) -> Any:
    """Word vectors, sublinear counts."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32).fit_transform(texts)


def sample(rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """About ``most`` texts: whole families, drawn by the digest of their names."""
    share = most / max(len(rows), 1)
    return [row for row in rows if int(digest(str(row["family"]), 8), 16) / 16**8 < share]


def minilm(texts: Sequence[str]) -> Any:
    """Sentence embeddings of the first 128 word pieces."""
    import embedding

    return embedding.Encoder.load()(texts)


def tuned(vectors: Callable[[Sequence[str]], Any], tune: Sequence[dict[str, Any]]) -> Method:
    """Components over cosine at least a threshold: the one with the best pair F1 on the texts to tune on."""

    def method(texts: Sequence[str], ids: Sequence[str]) -> Groups:
        gold = [str(row["family"]) for row in tune]
        near = list(_near(vectors([row["text"] for row in tune])))
        best = max(np.arange(0.2, 0.98, 0.02), key=lambda t: _f1(gold, [(a, b) for a, b, v in near if v >= t]))
        return grouped(len(texts), ((a, b) for a, b, value in _near(vectors(texts)) if value >= best))

    return method


def _near(vectors: Any, least: float = 0.2) -> Iterable[tuple[int, int, float]]:
    n = vectors.shape[0]
    for first in range(0, n, 512):
        block = vectors[first : first + 512] @ vectors.T
        dense = block.toarray() if hasattr(block, "toarray") else block
        for row, column in zip(*np.nonzero(dense >= least), strict=True):
            if first + row < column:
                yield first + int(row), int(column), float(dense[row, column])


def _f1(gold: Sequence[str], edges: Iterable[tuple[int, int]]) -> float:
    return measures.harmonic(*measures.pairs(gold, grouped(len(gold), edges)["found"]))


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """F1 and ARI of every method, as bars in an SVG file."""
    shown = [row for row in rows if "missing" not in row]
    height, parts = 34 * len(shown) + 40, []
    for n, row in enumerate(shown):
        y = 30 + 34 * n
        parts.append(f'<text x="0" y="{y + 14}">{row["method"].replace("<", "&lt;").replace(">", "&gt;")}</text>')
        for k, (name, colour) in enumerate((("f1", "#2b6cb0"), ("ari", "#c05621"))):
            width = 400 * max(row[name], 0)
            parts.append(f'<rect x="250" y="{y + 11 * k}" width="{width:.1f}" height="10" fill="{colour}"/>')
            parts.append(f'<text x="{255 + width:.1f}" y="{y + 9 + 11 * k}" font-size="10">{row[name]:.3f}</text>')
    head = '<text x="250" y="18" fill="#2b6cb0">pair F1</text><text x="320" y="18" fill="#c05621">ARI</text>'
    body = head + "".join(parts)
    frame = f'width="700" height="{height}" font-family="sans-serif" font-size="13"'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>{body}</svg>\n', encoding="utf-8")
