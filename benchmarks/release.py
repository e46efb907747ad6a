#!/usr/bin/env python3
"""Releases, measured: time and memory beside plain ``Dataset.to_parquet``, bytes after a rebuild, new bytes after
relabelling, and 500 seeded ways to tamper.

    python benchmarks/release.py [--articles 100000] [--brief] [--keep FOLDER] [--seed 1]
        [--unsealed 200] [--sealed 300]

Prints a Markdown table. Nothing is taken from outside: articles are drawn from a small vocabulary by the seed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from chunked import new_bytes  # noqa: E402
from steps import Cost, Stages, timed  # noqa: E402

from copydesk import files  # noqa: E402
from copydesk.dataset.release import sums  # noqa: E402
from copydesk.dataset.release.facts import ReleaseFacts  # noqa: E402
from copydesk.dataset.release.verify import CHECKS, verify  # noqa: E402
from copydesk.dataset.release.write import release  # noqa: E402
from copydesk.labeling import layers  # noqa: E402
from copydesk.project import CONFIG, Project  # noqa: E402
from copydesk.testing import a_project, an_annotation, an_article  # noqa: E402
from copydesk.testing.corpora import WAIVED, put_articles  # noqa: E402

NOW = "2026-01-02T00:00:00Z"
AT_ONCE = 1000  #: articles that are labelled in memory
WORDS = 550  #: per article, as the five sample articles have it
SYLLABLES = (
    "ba",
    "ko",
    "ri",
    "ten",
    "sul",
    "mar",
    "od",
    "ve",
    "lin",
    "ga",
    "po",
    "chi",
    "res",
    "tu",
    "nam",
    "el",
    "dor",
)
RELABELLED = (("adjudicator", "one adjudicator"), ("human", "everybody"))
Row = dict[str, Any]


def prepared(keep: Path, n: int, seed: int, place: Path) -> Project:
    """A project as :func:`corpus` makes it; what an earlier run left in ``keep`` is taken as it is."""
    folder = keep / f"{n}-articles-seed-{seed}"
    if not folder.exists():
        unfinished = keep / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        corpus(unfinished / place.name, n, seed)
        unfinished.rename(folder)
    shutil.copytree(folder / place.name, place, copy_function=os.link)  # whoever writes puts a new file there
    return Project.load(place)


def corpus(folder: Path, n: int, seed: int) -> Project:
    """A project of ``n`` articles, every one answered by two people in all layers, with 20 entities each."""
    random = Random(seed)
    words = ["".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(20_000)]
    project = a_project(folder)
    settings = project.root / CONFIG
    files.write_text(settings, settings.read_text() + WAIVED)
    articles = [an_article(" ".join(random.choices(words, k=WORDS)) + f" {number}.") for number in range(n)]
    put_articles(project, articles)
    relabel(project, 0.0, seed)
    return Project.load(project.root)


def relabel(project: Project, share: float, seed: int, role: str = "human") -> None:
    """Everybody's answers, and the gold they give; a ``share`` of the articles is answered otherwise in each layer:
    by everybody, or with the role ``adjudicator`` by one more person, whose word counts.
    """
    from copydesk.dataset.store import Store

    articles = {article["article_id"]: article for article in Store(project).articles()}
    ids = sorted(articles)
    for layer in layers.load(project):
        layer.annotations.unlink(missing_ok=True)  # what is kept for another run stays as it is
        layer.gold.unlink(missing_ok=True)
        with layer.annotations.open("wb") as said, layer.gold.open("wb") as decided:
            for at in range(0, len(ids), AT_ONCE):
                some = {article_id: articles[article_id] for article_id in ids[at : at + AT_ONCE]}
                for file, records in zip((said, decided), _labels(layer, some, share, seed, role), strict=True):
                    file.writelines(files.canonical(record) + b"\n" for record in records)
        files.write_jsonl(layer.disputes, [])


def _labels(layer: Any, articles: dict[str, Row], share: float, seed: int, role: str) -> tuple[list[Row], list[Row]]:
    """Answers on some articles, in any order, and gold."""
    from copydesk.labeling.adjudicate import adjudicate

    answers = []
    for article_id, article in articles.items():
        other = Random(f"{seed} {article_id} {layer.name}").random() < share
        said = partial(_answer, layer.name, article["text"])
        value = said(Random(article_id), other and role == "human")
        answers += [an_annotation(article, layer.name, annotator=name, value=value) for name in ("ann-1", "ann-2")]
        if other and role != "human":
            value = said(Random(article_id), True)
            answers.append(an_annotation(article, layer.name, annotator="ann-3", role=role, value=value))
    gold = adjudicate(layer, answers, articles, redundancy=2).gold
    Random(f"{seed} {layer.name} {len(gold)}").shuffle(answers)
    return answers, gold


def _answer(layer: str, text: str, random: Random, other: bool) -> Row:
    from copydesk.spans import quoted

    if layer == "stance":
        return {"label": "favor" if other else "neutral", "evidence": quoted(text, 0, 80)}
    spans = []
    at = 0
    for number in range(20 if layer == "entities" else 3):
        at = text.index(" ", at + random.randint(20, 60)) + 1
        end = text.index(" ", at + 1)
        span: Row = {"span_id": f"s{number}", **quoted(text, at, end)}
        if layer == "entities":
            span["label"] = "GPE" if other else "PERSON"
        else:
            asked = {"checkworthiness": "NFS" if other else "CFS", "attribution": "direct", "certainty": "asserted"}
            span |= asked | {"claimant": None}
        spans.append(span)
        at = end
    return {"spans": spans}


def plain(folder: Path, to: Path) -> Cost:
    """What ``Dataset.to_parquet`` takes for the same rows, a shard at a time, once they are in memory as dicts."""
    import datasets

    from copydesk.schemas import Schemas

    datasets.disable_progress_bars()
    schemas, wall, cpu = Schemas.packaged(), 0.0, 0.0
    for part in ReleaseFacts.read(folder).parts():
        for config in part.configs:
            rows = list(part.rows(config))
            features = schemas.features(f"rows/{config}")
            start, spent = time.perf_counter(), time.process_time()
            datasets.Dataset.from_list(rows, features=features).to_parquet(str(to / "plain.parquet"))
            wall, cpu = wall + time.perf_counter() - start, cpu + time.process_time() - spent
    return Cost(wall, cpu)


def run_step(step: str, arguments: list[str]) -> None:
    stages = Stages()
    if step == "release":
        folder, version, *jobs = arguments
        count = int(jobs[0]) if jobs else None
        made = release(Project.load(Path(folder)), version, now=NOW, jobs=count, progress=stages)
        if made.path is None:
            sys.exit("\n".join(map(str, made.issues[:10])))
    elif step == "verify":
        found = verify(Path(arguments[0]))
        if not found.ok:
            sys.exit("\n".join(map(str, found.issues[:10])))
    stages.tell()


def differing(one: Path, other: Path) -> int:
    """Bytes of files that are not the same in both folders."""
    names = {*sums.present(one), *sums.present(other)}
    differ = [name for name in names if not _same(one / name, other / name)]
    return sum(path.stat().st_size for name in differ for path in (one / name, other / name) if path.exists())


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def at_size(place: Path, keep: Path, n: int, seed: int, brief: bool) -> Iterator[tuple[str, str, str]]:
    project = prepared(keep, n, seed, place / "big")
    folder = project.dist / "big-1.0.0"
    cold = None
    if not brief:
        cold = timed(__file__, "release", str(project.root), "1.0.0", "1")
        first = _set_aside(project, folder, place / "first")
        shuffle(project, seed)
    cost = timed(__file__, "release", str(project.root), "1.0.0", TZ="Pacific/Auckland", PYTHONHASHSEED="42")
    checked = timed(__file__, "verify", str(folder))
    peer = plain(folder, place)
    scans = "nothing in the cache" if brief else "scans from cache"
    yield "release", f"{n:,} articles with labels, all checks, {scans}", f"{cost.beside(peer, 'plain')}, {cost.mb}"
    yield "release", "the same by stage", cost.by_stage
    if cold:
        yield "release", "the same, nothing in the cache, one process", f"{cold.beside(peer, 'plain')}, {cold.mb}"
        yield "release", "the same by stage", cold.by_stage
    yield "peer", "the same rows with Dataset.to_parquet", f"{peer.wall:.0f} s, {peer.cpu:.0f} CPU seconds"
    yield "verify", "the same release", f"{checked.beside(cost, 'release')}, {checked.mb}"
    if cold:
        how = "first against second: a process per core; answers in another order; other time zone and hash seed"
        yield "rebuilt", how, f"{differing(first, folder)} bytes differ"
        shutil.rmtree(_set_aside(project, folder, place / "second"))
    else:
        first = _set_aside(project, folder, place / "first")
    for role, who in (("adjudicator", "one adjudicator"),) if brief else RELABELLED:
        relabel(project, 0.01, seed, role)
        timed(__file__, "release", str(project.root), "1.0.0")
        share = f"{100 * new_bytes(first, folder):.2f} % new bytes"
        yield "relabelled", f"1 % of the articles of each layer get other labels, by {who}", share
        shutil.rmtree(_set_aside(project, folder, place / "second"))


def _set_aside(project: Project, folder: Path, to: Path) -> Path:
    """Move a release away, and let the project never have cut it."""
    shutil.rmtree(project.dataset / "releases")
    (project.dataset / "splits.jsonl").unlink()
    return Path(shutil.move(folder, to))


def shuffle(project: Project, seed: int) -> None:
    """Let the answers of every layer stand in another order."""
    for layer in layers.load(project):
        lines = layer.annotations.read_bytes().splitlines(keepends=True)
        Random(seed).shuffle(lines)
        files.write_bytes(layer.annotations, b"".join(lines))


def tampering(place: Path, unsealed: int, sealed: int, seed: int) -> Iterator[tuple[str, str, str]]:
    from copydesk.testing.corpora import a_labelled_project
    from mutations import drawn
    from signing import a_key, signers_of

    key = a_key(place, "desk")
    project = a_labelled_project(place / "news", 10)
    folder = release(project, "1.0.0", sign=key, jobs=1, now=NOW).path
    assert folder is not None
    signers = signers_of(place, desk=key)
    caught: Counter[bool] = Counter()
    for number, mutation in drawn(seed, unsealed, sealed):
        shutil.rmtree(place / "copy", ignore_errors=True)
        copy = Path(shutil.copytree(folder, place / "copy/release"))
        mutation(copy, Random(number))
        if _untouched(folder, copy):
            sys.exit(f"{mutation.name} with seed {number} changes nothing")
        with patch.dict(CHECKS):
            del CHECKS["loads"]  # it costs more than all others together, and none of the mutations counts on it
            found = verify(copy, signers=signers if mutation.kind == "signature" else None)
        failed = {check.name for check in found.checks if not check.ok}
        right = bool(failed & set(mutation.caught_by))
        caught[right] += 1
        if not right:
            print(f"missed: {mutation.name} (seed {number}); failed: {sorted(failed)}", file=sys.stderr)
    yield (
        "tampering",
        f"{unsealed} as they are, {sealed} with manifest and sums rewritten",
        f"{caught[True]} caught by the right check",
    )


def _untouched(one: Path, other: Path) -> bool:
    """Whether two folders hold the same, links told from files."""
    names = {path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*")}
    linked = any((other / name).is_symlink() for name in names)
    return not linked and all((one / name).is_dir() or _same(one / name, other / name) for name in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--unsealed", type=int, default=200)
    parser.add_argument("--sealed", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brief", action="store_true", help="one release, verified and once relabelled")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the articles are kept for the next run")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        run_step(asked.step, asked.arguments)
        return
    print("| what | how | measured |\n|---|---|---|")
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-", dir=asked.keep) as name:
        if asked.articles:
            for row in at_size(Path(name), asked.keep or Path(name), asked.articles, asked.seed, asked.brief):
                print("| {} | {} | {} |".format(*row), flush=True)
        if asked.unsealed or asked.sealed:
            for row in tampering(Path(name), asked.unsealed, asked.sealed, asked.seed):
                print("| {} | {} | {} |".format(*row), flush=True)


if __name__ == "__main__":
    main()
