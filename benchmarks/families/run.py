"""Measure families on labelled texts: ``python benchmarks/families/run.py FILE.jsonl [--peers] [--out FOLDER]``.

In:  lines of ``{id, text, family}`` (plain or .gz), perhaps with a ``topic`` whose texts are easily confused, or the
     id of a ``source`` from which a text derives or not (does it? is what ``told`` counts, as accuracy);
     ``--tune FILE``: such lines, on which TF-IDF and embeddings are tuned.
Out: a table, texts per CPU second; with ``--out`` also ``families.json`` and ``families.svg``. With ``--peers`` the
     other tools run on the same texts as far as they are installed (see requirements.txt); the rest is named.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import resource
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import measures
import orjson
import peers

from copydesk.console import Progress, quiet
from copydesk.dataset.components import components
from copydesk.dataset.families import PeoplesWord, group, link
from copydesk.executor import Here
from copydesk.files import digest, sha256, write_json

Groups = dict[str, list[Any]]  #: ``found``: a label for each text; ``bundles``: what a split keeps together


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSONL file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [orjson.loads(line) for line in data.splitlines() if line.strip()]


def article(row: dict[str, Any]) -> dict[str, Any]:
    """What the families stage reads of an article."""
    return {
        "article_id": f"art-{digest(str(row['id']), 16)}",
        "text": row["text"],
        "text_sha256": sha256(row["text"].encode()),
        "publisher": {"name": None, "domain": None},
        "agency": {"name": None, "code": None},
        "published": None,
        "published_earliest": None,
        "published_latest": None,
    }


def copydesk(texts: Sequence[str], ids: Sequence[str], progress: Progress = quiet) -> Groups:
    """This toolkit, every stage, on one core."""
    articles = [article({"id": name, "text": text}) for name, text in zip(ids, texts, strict=True)]
    grouping = group(articles, link(articles, executor=Here(), progress=progress), word=PeoplesWord(), released=[])
    family = grouping.family_of()
    ties = [(family[each["a"]], family[each["b"]]) for each in grouping.links]
    bundle = {name: members[0] for members in components(set(family.values()), ties) for name in members}
    found = [family[each["article_id"]] for each in articles]
    return {"found": found, "bundles": [bundle[label] for label in found]}


def spent() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _child(method: Callable[..., Groups], texts: Sequence[str], ids: Sequence[str], pipe: Any) -> None:
    started = spent()
    try:
        groups = method(texts, ids)
    except ImportError as error:
        pipe.send({"missing": str(error)})
        return
    seconds = spent() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send({"groups": groups, "seconds": seconds, "peak_mb": peak})


def timed(method: Callable[..., Groups], texts: Sequence[str], ids: Sequence[str]) -> dict[str, Any]:
    """Run a method in a process of its own, for its own time and memory."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(method, texts, ids, theirs))
    process.start()
    theirs.close()
    try:
        result: dict[str, Any] = ours.recv()
    except EOFError:
        result = {"missing": "the tool ended without a result"}
    process.join()
    return result


def row_of(name: str, result: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One line of the table."""
    if "missing" in result:
        return {"method": name, "missing": result["missing"]}
    groups, gold = result["groups"], [str(row["family"]) for row in rows]
    found = measures.measured(gold, groups["found"], groups.get("bundles"))
    texts, topics = [row["text"] for row in rows], [row.get("topic") for row in rows]
    confused = measures.confused(gold, topics, groups["found"], texts)
    told = measures.told(gold, groups["found"], [str(row["id"]) for row in rows], [row.get("source") for row in rows])
    speed = {"docs_per_second": len(rows) / result["seconds"], "peak_mb": result["peak_mb"]}
    return {"method": name, **found, "confused": confused, "told": told, **speed}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as text."""
    qualities = ("precision", "recall", "f1", "ari", "b3", "leaked", "largest", "confused", "told")
    names = (*qualities, "docs_per_second", "peak_mb")
    lines = [f"{'method':34}" + "".join(f"{name[:9]:>10}" for name in names)]
    for row in rows:
        if "missing" in row:
            lines.append(f"{row['method']:34}  not run: {row['missing']}")
        else:
            lines.append(f"{row['method']:34}" + "".join(_shown(row[name], name in names[-2:]) for name in names))
    return "\n".join(lines)


def _shown(value: float | None, whole: bool) -> str:
    return f"{'-':>10}" if value is None else f"{value:>10.0f}" if whole else f"{value:>10.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument(
        "--tune", type=Path, help="labelled texts on which peers without a setting of their own are tuned"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = read(options.file)
    texts, ids = [row["text"] for row in rows], [str(row["id"]) for row in rows]
    methods: dict[str, Callable[..., Groups]] = {"copydesk": copydesk}
    if options.peers:
        methods |= peers.methods(read(options.tune) if options.tune else rows)
    found = []
    for name, method in methods.items():
        found.append(row_of(name, timed(method, texts, ids), rows))
        print(table(found[-1:]).splitlines()[-1], flush=True)
    print(f"\n{len(rows)} texts, {len({row['family'] for row in rows})} families\n{table(found)}")
    if options.out:
        write_json(options.out / "families.json", {"file": options.file.name, "texts": len(rows), "rows": found})
        peers.plot(found, options.out / "families.svg")


if __name__ == "__main__":
    main()
