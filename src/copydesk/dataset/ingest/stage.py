"""The ingest stage: every raw input becomes an article or a reject, the same ones in whatever order they are read.

In:  a project's sources.
Out: :class:`Ingested`: articles by id, on a shelf; rejects by place; read = kept + rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, starmap
from typing import Any

import numpy as np
import orjson
import xxhash

from copydesk.console import Progress
from copydesk.dataset import sources
from copydesk.dataset.articles import Articles, Draft
from copydesk.dataset.ingest.extract import Extracted, Settings, Task, extract
from copydesk.dataset.ingest.opening import Unreadable, comes_whole, opened, size_of, stamp_of
from copydesk.dataset.ingest.parts import SIZE, WHOLE, Part
from copydesk.dataset.ingest.raw import Reject
from copydesk.dataset.ingest.readers import PARTED, reader_name
from copydesk.dataset.shelf import Shelf
from copydesk.dataset.sources import Input, Source
from copydesk.editions import edition
from copydesk.executor import Executor
from copydesk.issues import Issue
from copydesk.project import Project
from copydesk.schemas import Schemas

FILES = 64  #: files that a task reads, on average
CODE = ("dataset/ingest", "dataset/sources.py", "dataset/shards.py", "schemas", "files.py", "spans.py")
LIBRARIES = ("fastwarc", "numpy", "py3langid", "pyarrow", "trafilatura", "turbohtml")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one run of the stage made."""

    held: Articles
    rejects: list[Row]  #: sorted by place, then code
    issues: tuple[Issue, ...] = ()  #: sources that name no file, files that no source names or that changed meanwhile

    @property
    def articles(self) -> list[Row]:
        """All articles as records, sorted by article_id: for few of them."""
        return self.held.records()

    @property
    def read(self) -> int:
        return len(self.held) + len(self.rejects)


def ingest(project: Project, *, executor: Executor, progress: Progress, shelf: Shelf | None = None) -> Ingested:
    """Read every input of every source of ``project``; ``shelf`` is where articles stand, in ``build/`` by default."""
    settings = _settings(project, shelf or Shelf.at(project.build / "cache" / "articles"))
    made, rejects, draft = list[Extracted](), list[Reject](), Draft(settings.shelf)
    found = {source: sources.inputs(source, project.dataset) for source in sources.load(project)}
    tasks = list(_tasks(settings, found, executor))
    with progress("reading raw files (kB)", sum(task.size // 1000 for task in tasks)) as step:
        for task, done in zip(tasks, executor.map(extract, tasks), strict=True):
            made.append(done)
            rejects += done.rejects
            for name in done.shards:
                draft.add(name)
            step(task.size // 1000)
    settings.shelf.keep(name for each in made for name in each.names)
    held, others = newest(draft)
    rows = [each.as_json() for each in (*rejects, *others)]
    rows.sort(key=lambda row: (row["where"], row["code"], row["raw_sha256"] or ""))
    issues = [sources.nothing_read(source) for source, inputs in found.items() if not inputs]
    changed = {(task.source.name, path) for task, done in zip(tasks, made, strict=True) for path in done.changed}
    issues += starmap(sources.changed, sorted(changed))
    return Ingested(held, rows, (*issues, *sources.of_no_source(found, project.dataset)))


def _settings(project: Project, shelf: Shelf) -> Settings:
    schemas = Schemas.of(project)
    return Settings(
        dataset=project.dataset,
        layers=project.labeling_settings.layers,
        schema=orjson.dumps(schemas["article"]),
        version=schemas.version("article"),
        shelf=shelf,
        edition=edition(CODE, LIBRARIES, "copydesk.readers"),
    )


def _tasks(settings: Settings, found: Mapping[Source, list[Input]], executor: Executor) -> Iterator[Task]:
    """All work, in a fixed order: big files in parts, small ones some together."""
    for source, inputs in found.items():
        small, big = list[tuple[Input, int]](), list[Task]()
        for each in inputs:
            size = 0 if each.problem else size_of(each, settings.dataset)
            if size > SIZE and reader_name(each.path, source) in PARTED:
                big.append(Task(settings, source, (each,), WHOLE, size, stamp_of(each, settings.dataset)))
            else:
                small.append((each, size))
        yield from (Task(settings, source, *group) for group in _together(small))
        for task, parts in zip(big, executor.map(cut, big), strict=True):
            yield from (replace(task, part=part, size=task.size // len(parts)) for part in parts)


def cut(task: Task) -> list[Part]:
    """The parts of a big file."""
    (each,) = task.inputs
    try:
        with opened(each, task.settings.dataset) as file:
            if comes_whole(file):  # each part would have it sent again
                return [WHOLE]
            return list(PARTED[reader_name(each.path, task.source) or ""](file, SIZE))
    except (Unreadable, OSError):
        return [WHOLE]  # reading it will say why


def _together(small: Iterable[tuple[Input, int]]) -> Iterator[tuple[tuple[Input, ...], Part, int]]:
    """Groups of files. Their names say where one ends, so that a new file changes one group and not those behind it."""
    group, size = list[Input](), 0
    for each, bytes_ in small:
        group.append(each)
        size += bytes_
        if size >= SIZE or xxhash.xxh32_intdigest(each.path.encode()) % FILES == 0:
            yield tuple(group), WHOLE, size
            group, size = [], 0
    if group:
        yield tuple(group), WHOLE, size


#: what decides between articles of one identity
AGE = ("article_id", "text_sha256", "retrieved_at", "provenance")


def newest(draft: Draft) -> tuple[Articles, list[Reject]]:
    """Of each identity the newest article; the others are rejects: copies, or superseded by it."""
    rivals, others = draft.rivals(), list[Reject]()
    dropped = np.zeros(len(draft), np.bool_)
    for _, same in groupby(draft.fetch(rivals, AGE), key=lambda pair: pair[1]["article_id"]):
        *older, (_, last) = sorted(same, key=lambda pair: _age(pair[1]))
        for place, article in older:
            dropped[place] = True
            others.append(_replaced(article, last))
    return draft.articles(~dropped), others


def _age(article: Row) -> tuple[str, str, str]:
    """Oldest first; where the inputs tell no time the raw digest decides, then the place."""
    origin = article["provenance"]
    return article["retrieved_at"] or "", origin["raw_sha256"], origin["path"]


def _replaced(article: Row, kept: Row) -> Reject:
    is_copy = article["text_sha256"] == kept["text_sha256"]
    code = "duplicate" if is_copy else "superseded"
    origin, other = article["provenance"], kept["provenance"]
    place = f"{other['source']}: {other['path']}"
    if is_copy:
        message = f"the same article as {place}; nothing to do"
    elif article["retrieved_at"] != kept["retrieved_at"]:
        message = f"the same article as {place}, which is newer; nothing to do"
    else:
        message = (
            f"has the address or id of {place}, and no retrieved_at says which is newer; if they are two articles, "
            "give them ids of their own, or a source of its own each"
        )
    return Reject(code, f"{origin['source']}: {origin['path']}", origin["raw_sha256"], message)
