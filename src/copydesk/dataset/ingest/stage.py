"""The ingest stage: every raw input becomes an article or a reject, the same ones in whatever order they are read.

In:  a project's sources.
Out: :class:`Ingested`: articles by id, rejects by place; read = kept + rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from copydesk.console import Progress
from copydesk.dataset import sources
from copydesk.dataset.ingest.opening import Unreadable, opened
from copydesk.dataset.ingest.raw import Reject
from copydesk.dataset.ingest.readers import reader_name, readers
from copydesk.dataset.ingest.record import Article, Recorder
from copydesk.dataset.sources import Input, Source
from copydesk.executor import Executor
from copydesk.project import Project

SHARD = 64  #: files a task reads


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one run of the stage made."""

    articles: list[Article]  #: sorted by article_id
    rejects: list[dict[str, Any]]  #: sorted by place, then code

    @property
    def read(self) -> int:
        return len(self.articles) + len(self.rejects)


@dataclass(frozen=True, slots=True)
class Shard:
    """Some files of one source, with all that reading them needs; travels to other processes."""

    dataset: Path
    source: Source
    inputs: tuple[Input, ...]
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What one shard gave."""

    articles: list[Article]
    rejects: list[Reject]


def ingest(project: Project, *, executor: Executor, progress: Progress) -> Ingested:
    """Read every input of every source of ``project``."""
    shards = list(_shards(project))
    articles, rejects = list[Article](), list[Reject]()
    with progress("reading raw files", sum(len(shard.inputs) for shard in shards)) as step:
        for shard, done in zip(shards, executor.map(read_shard, shards), strict=True):
            articles += done.articles
            rejects += done.rejects
            step(len(shard.inputs))
    kept, others = newest(articles)
    rows = [each.as_json() for each in (*rejects, *others)]
    return Ingested(kept, sorted(rows, key=lambda row: (row["where"], row["code"], row["raw_sha256"] or "")))


def _shards(project: Project) -> Iterator[Shard]:
    layers = project.labeling_settings.layers
    for source in sources.load(project):
        found = sources.inputs(source, project.dataset)
        for start in range(0, len(found), SHARD):
            yield Shard(project.dataset, source, tuple(found[start : start + SHARD]), layers)


def read_shard(shard: Shard) -> Read:
    """Read a shard's files: a pure function of them."""
    articles, rejects = list[Article](), list[Reject]()
    for each in shard.inputs:
        for made in _read(each, shard):
            if isinstance(made, Reject):
                rejects.append(Reject(made.code, f"{shard.source.name}: {made.where}", made.raw_sha256, made.message))
            else:
                articles.append(made)
    return Read(articles, rejects)


def _read(each: Input, shard: Shard) -> Iterator[Article | Reject]:
    if each.problem:
        message = f"{each.problem}; copy it under dataset/raw/, or name it as an address"
        yield Reject("outside-dataset", each.path, None, message)
        return
    name = reader_name(each.path, shard.source)
    if name is None:
        yield Reject("unknown-format", each.path, None, "no reader for this suffix; set `reader` in the source's file")
        return
    try:
        with opened(each, shard.dataset) as file:
            yield from _records(file, each.path, Recorder(shard.source, name, shard.layers))
    except (Unreadable, OSError) as error:
        problem = str(error) if isinstance(error, Unreadable) else f"cannot be read: {error.strerror or error}"
        yield Reject("unreadable", each.path, None, f"{problem}; check the path and its permissions")


def _records(file: IO[bytes], path: str, recorder: Recorder) -> Iterator[Article | Reject]:
    for raw in readers()[recorder.reader](file, path, recorder.source):
        yield raw if isinstance(raw, Reject) else recorder.article(raw)


def newest(articles: Iterable[Article]) -> tuple[list[Article], list[Reject]]:
    """Of each identity the newest article; the others are rejects: copies, or superseded by it."""
    ordered = sorted(articles, key=_age)
    kept, others = list[Article](), list[Reject]()
    for _, same in groupby(ordered, key=lambda article: article["article_id"]):
        *older, last = same
        kept.append(last)
        others += [_replaced(article, last) for article in older]
    return kept, others


def _age(article: Article) -> tuple[str, str, str, str]:
    """Oldest first; where the inputs tell no time the raw digest decides, then the place."""
    origin = article["provenance"]
    return article["article_id"], article["retrieved_at"] or "", origin["raw_sha256"], origin["path"]


def _replaced(article: Article, kept: Article) -> Reject:
    is_copy = article["text_sha256"] == kept["text_sha256"]
    code = "duplicate" if is_copy else "superseded"
    origin, other = article["provenance"], kept["provenance"]
    place = f"{other['source']}: {other['path']}"
    message = f"the same article as {place}" + ("" if is_copy else ", which is newer")
    return Reject(code, f"{origin['source']}: {origin['path']}", origin["raw_sha256"], f"{message}; nothing to do")
