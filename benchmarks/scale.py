#!/usr/bin/env python3
"""Time and memory of builds as the corpus grows, other tools beside them on the same articles.

    python benchmarks/scale.py --work FOLDER [--sizes 10000 30000 100000] [--jobs 2] [--profile]
                               [--words 560] [--ray [--nodes 2]] [--peers PYTHON] [--warc 20000]
                               [--added 0.01] [--out FOLDER] [--vocabulary 60000]

In:  nothing; corpora are made from a seed (synthetic.py).
Out: a line of JSON per run, a table, and ``scale.json``, ``scale.svg``, ``memory.svg``, ``warc.svg`` under ``--out``.

``--words``: how long the articles are. ``--vocabulary``: all draw from one list of that length, instead of new words
for new articles. ``--ray`` builds each corpus on a Ray cluster, too, and compares every byte; with ``--nodes`` on that
many nodes of this machine, which share its ``--jobs``, in a network namespace of their own (ray_nodes.py). What it took
is set against the pool before it, all processes of the cluster counted.
``--profile`` adds time and memory per stage, and leaves what passes between
steps in place, for on_paper.py. ``--peers`` names a Python that has the other tools (peers_at_scale.py).
``--warc`` builds one archive of that many pages and draws memory over time. ``--added`` builds once more after that
share of the articles was added, beside a fresh build, and compares every byte.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "src"))

import synthetic  # noqa: E402
from watching import Watched, watch  # noqa: E402

from copydesk.files import sha256_file, write_json, write_text  # noqa: E402

os.environ["PYTHONPATH"] = str(HERE.parent / "src")
SIZES = (10_000, 30_000, 100_000)
#: stages that read, normalise, prove, collapse equal texts and write: what a plain pipeline does
PLAIN = ("starting", "reading raw files (kB)", "writing")
PEERS = ("rensa", "datatrove", "text-dedup")


#: a build that does not clear up
UNCLEARED = """
from copydesk.__main__ import main
from copydesk.dataset.shelf import Shelf
Shelf.clear = lambda shelf, but=(): None
main()
"""


def build(root: Path, jobs: int, profile: bool = False, engine: str = "pool") -> Watched:
    """Build a project in a process of its own."""
    program = ["-c", UNCLEARED] if profile else ["-m", "copydesk"]
    done = watch([sys.executable, *program, "-C", root, "build", "--jobs", str(jobs), "--engine", engine])
    assert done.code in (0, 1), f"the build of {root} ended with {done.code}"
    return done


def digests(root: Path) -> dict[str, str]:
    """Of every file that a build makes."""
    return {path.name: sha256_file(path) for path in sorted((root / "build").glob("*.*")) if path.name != ".lock"}


def row(name: str, count: int, done: Watched, profile: bool) -> dict[str, Any]:
    """One line of the table."""
    stages = done.by_stage()
    plain = sum(cpu for stage, _, cpu, _ in stages if stage in PLAIN)
    found = {
        "what": name,
        "articles": count,
        "cpu_us": round(1e6 * done.cpu_s / count),
        "wall_us": round(1e6 * done.wall_s / count),
        "peak_mb": round(done.peak_mb),
        "anonymous_mb": round(done.peak_anonymous_mb),
    }
    if len(stages) > 1:
        found["plain_cpu_us"] = round(1e6 * plain / count)
    if profile:
        found["stages"] = {
            stage: {"cpu_us": round(1e6 * cpu / count), "wall_us": round(1e6 * wall / count), "peak_mb": round(peak)}
            for stage, wall, cpu, peak in stages
        }
    print(json.dumps(found), flush=True)
    return found


def corpus(
    work: Path, count: int, *, warc: bool = False, words: int = synthetic.WORDS, vocabulary: int | None = None
) -> tuple[Path, Path]:
    """The raw file, and a fresh project that reads it."""
    raw = work / f"{count}x{words}-{vocabulary or 'growing'}.{'warc' if warc else 'jsonl'}"
    if not raw.exists():
        (synthetic.warc if warc else synthetic.jsonl)(raw, count, words=words, vocabulary=vocabulary)
    root = work / f"project-{raw.name}"
    shutil.rmtree(root, ignore_errors=True)
    return raw, synthetic.project(root, raw)


def on_ray(raw: Path, built: Path, count: int, jobs: int, nodes: int | None, pool_us: int) -> dict[str, Any]:
    """What was just built, built anew on a cluster of this machine: the same bytes? At what multiple of the CPU?"""
    expected = digests(built)
    shutil.rmtree(built)
    root = synthetic.project(built, raw)
    done = build(root, jobs, engine="ray") if nodes is None else build_on_nodes(root, jobs, nodes)
    name = "copydesk on Ray" if nodes is None else f"copydesk on {nodes} Ray nodes"
    told = row(name, count, done, False) | {"same_bytes": digests(built) == expected}
    told["of_the_pool"] = round(told["cpu_us"] / pool_us, 2)
    print(f"{name}: {told['of_the_pool']} of the pool's CPU, the same bytes: {told['same_bytes']}", flush=True)
    return told


def build_on_nodes(root: Path, jobs: int, nodes: int) -> Watched:
    """Build a project on that many Ray nodes of this machine, whose processes are counted."""
    asked = [sys.executable, "-m", "copydesk", "-C", root, "build", "--engine", "ray", "--ray-address", "ADDRESS"]
    cores = max(1, jobs // nodes)
    done = watch(["unshare", "-rn", sys.executable, HERE / "ray_nodes.py", str(nodes), str(cores), *asked])
    assert done.code in (0, 1), f"the build of {root} on {nodes} nodes ended with {done.code}"
    return done


def grown(work: Path, count: int, share: float, jobs: int, profile: bool) -> list[dict[str, Any]]:
    """A build after some articles were added, and a fresh one of the same corpus: the same bytes."""
    more = round(count * (1 + share))
    old, root = corpus(work, count)
    target = root / "dataset" / "raw" / old.name
    build(root, jobs)
    raw, fresh = corpus(work, more)
    target.unlink()
    shutil.copyfile(raw, target)
    again = row(f"after {share:.0%} more", more, build(root, jobs), profile)
    anew = row("anew", more, build(fresh, jobs), profile)
    shutil.move(fresh / "dataset" / "raw" / raw.name, fresh / "dataset" / "raw" / old.name)
    again["same_bytes_but_paths"] = digests(root)["links.parquet"] == digests(fresh)["links.parquet"]
    return [again, anew]


def highest(points: list[tuple[float, float]], right: float, width: int = 480) -> list[tuple[float, float]]:
    """The highest point of each pixel: what a plot can show."""
    tops = dict[int, tuple[float, float]]()
    for x, y in points:
        place = int(width * x / right)
        tops[place] = max(tops.get(place, (x, y)), (x, y), key=lambda point: point[1])
    return [tops[place] for place in sorted(tops)]


def plot(
    title: str, unit: str, lines: dict[str, list[tuple[float, float]]], stages: Sequence[tuple[float, str]] = ()
) -> str:
    """Lines over a common axis from zero; ``stages``: when each began, numbered and named below."""
    colours = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280")
    right = max(x for points in lines.values() for x, _ in points)
    top = 1.1 * max(y for points in lines.values() for _, y in points)
    parts = [f'<text x="60" y="18">{title}, {unit}</text>']
    for n, (name, points) in enumerate(lines.items()):
        shown = highest(points, right)
        path = " ".join(f"{60 + 480 * x / right:.1f},{230 - 190 * y / top:.1f}" for x, y in shown)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colours[n % 5]}" stroke-width="1.5"/>')
        parts.append(f'<text x="{60 + 160 * (n % 3)}" y="{262 + 16 * (n // 3)}" fill="{colours[n % 5]}">{name}</text>')
    for share in (0, 0.5, 1):
        parts.append(f'<text x="52" y="{234 - 190 * share:.0f}" text-anchor="end">{top * share:,.0f}</text>')
        parts.append(f'<text x="{60 + 480 * share:.0f}" y="246" text-anchor="middle">{right * share:,.0f}</text>')
    for n, (at, name) in enumerate(stages):
        x, y = 60 + 480 * at / right, 278 + 16 * n
        parts.append(f'<path d="M{x:.1f} 34V230" stroke="#999" stroke-dasharray="2 3"/><text x="{x + 2:.1f}" y="34">')
        parts.append(f'{n + 1}</text><text x="60" y="{y}">{n + 1} {name}, from second {at:,.0f}</text>')
    high = 290 + 16 * len(stages)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="580" height="{high}" font-family="sans-serif" font-size="12">'
    )
    return f"{head}{''.join(parts)}</svg>\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--words", type=int, default=synthetic.WORDS)
    parser.add_argument("--vocabulary", type=int)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--nodes", type=int, help="of the Ray cluster; without it Copydesk starts one by itself")
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--warc", type=int)
    parser.add_argument("--added", type=float)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    rows, memory = list[dict[str, Any]](), dict[str, list[tuple[float, float]]]()
    for count in asked.sizes:
        raw, root = corpus(asked.work, count, words=asked.words, vocabulary=asked.vocabulary)
        done = build(root, asked.jobs, asked.profile)
        rows.append(row("copydesk", count, done, asked.profile))
        memory[f"{count:,} JSONL"] = [(at, mb) for at, mb, *_ in done.samples]
        if asked.ray:
            rows.append(on_ray(raw, root, count, asked.jobs, asked.nodes, rows[-1]["cpu_us"]))
        for peer in PEERS if asked.peers else ():
            done = watch([asked.peers, HERE / "peers_at_scale.py", peer, raw, asked.work / f"{peer}-{count}"])
            rows.append(row(peer, count, done, False) if not done.code else {"what": peer, "failed": done.code})
    if asked.warc:
        _, root = corpus(asked.work, asked.warc, warc=True)
        done = build(root, asked.jobs)
        rows.append(row("copydesk, one WARC", asked.warc, done, asked.profile))
        memory[f"{asked.warc:,} in a WARC"] = [(at, mb) for at, mb, *_ in done.samples]
        if asked.out:
            title, line = (
                "memory of the process tree over seconds",
                {f"{asked.warc:,} pages in one WARC": list(memory.values())[-1]},
            )
            write_text(asked.out / "warc.svg", plot(title, "MB", line, done.stages))
    if asked.added:
        rows += grown(asked.work, asked.sizes[0], asked.added, asked.jobs, asked.profile)
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        write_json(asked.out / "scale.json", rows)
        write_text(asked.out / "memory.svg", plot("memory of the process tree over seconds", "MB", memory))
        per = {name: [(r["articles"], r["cpu_us"]) for r in rows if r["what"] == name] for name in ("copydesk", *PEERS)}
        shown = {name: points for name, points in per.items() if points}
        if shown:
            write_text(asked.out / "scale.svg", plot("CPU over articles", "µs per article", shown))


if __name__ == "__main__":
    main()
