"""One shard of the extract stage: some raw files, or a part of a big one, to articles that keep their schema.

In:  a :class:`Task`.
Out: shards of articles on the shelf, rejects, and last of all the file that names them. A task whose file is there is
     finished: its name is the digest of the bytes it read, of the settings and of the code. What failed is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import orjson
import xxhash

from copydesk import files
from copydesk.cycles import unsearched
from copydesk.dataset import columns, shards
from copydesk.dataset.ingest.opening import Unreadable, opened, stamp_of
from copydesk.dataset.ingest.parts import WHOLE, Part
from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.ingest.readers import PARTED, reader_name, readers
from copydesk.dataset.ingest.record import Article, Recorder
from copydesk.dataset.shelf import Shelf
from copydesk.dataset.sources import MEGABYTE, Input, Source
from copydesk.schemas import arrow
from copydesk.schemas.checking import Checker

if TYPE_CHECKING:
    import pyarrow as pa

ROWS, CHARS = 1024, 4 * MEGABYTE  #: articles and letters after which a shard is closed
FAILED = frozenset(["unreadable", "reader-failed"])  #: rejects of which the next try may make articles


@dataclass(frozen=True, slots=True)
class Settings:
    """What all tasks of a run share; travels to other processes with each of them."""

    dataset: Path
    layers: tuple[str, ...]
    schema: bytes  #: the article schema as JSON, its properties in order
    version: int  #: of that schema
    shelf: Shelf
    edition: str  #: of the code


@dataclass(frozen=True, slots=True)
class Task:
    """Some files of one source, or a part of one file."""

    settings: Settings
    source: Source
    inputs: tuple[Input, ...]
    part: Part = WHOLE
    size: int = 0  #: bytes, about
    stamp: tuple[int, int] | None = None  #: of the file, when it was cut into parts


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a task made."""

    key: str  #: the task's name on the shelf
    shards: tuple[str, ...]
    rejects: tuple[Reject, ...]
    changed: tuple[str, ...] = ()  #: files that were written to meanwhile

    @property
    def names(self) -> tuple[str, ...]:
        """Everything on the shelf that belongs to it."""
        return (f"{self.key}.json", *self.shards)


def extract(task: Task) -> Extracted:
    """Do the task, unless it is finished: a pure function of what its files hold."""
    before = _stamps(task)
    key, shelf = _key(task), task.settings.shelf
    if (finished := shelf.get(f"{key}.json")) is not None:
        told = orjson.loads(finished)
        rejected = tuple(Reject(*each) for each in told["rejects"])
        return Extracted(key, tuple(told["shards"]), rejected, _changed(task, before))
    names, rejects = list[str](), list[Reject]()
    schema = _columns(task.settings.schema, task.settings.version)
    with unsearched():
        for articles in _batches(task, rejects):
            names.append(f"{key}-{len(names):04}.arrow")
            ordered = sorted(articles, key=lambda article: (article["article_id"], article["provenance"]["path"]))
            shards.write(shelf, names[-1], columns.table(ordered, schema))
    done = Extracted(key, tuple(names), tuple(rejects), _changed(task, before))
    told = {"shards": names, "rejects": [[r.code, r.where, r.raw_sha256, r.message] for r in rejects]}
    # a line may break while the same bytes are read; other bytes than those of the key may have been
    if not done.changed and not any(reject.code in FAILED for reject in rejects):
        shelf.put(f"{key}.json", files.canonical(told))
    return done


Stamps = list[tuple[int, int] | None]


def _stamps(task: Task) -> Stamps:
    return [stamp_of(each, task.settings.dataset) for each in task.inputs]


def _changed(task: Task, before: Stamps) -> tuple[str, ...]:
    """The files that were written to since then; of a part, since it was cut."""
    first = before if task.stamp is None else [task.stamp]
    now = _stamps(task)
    return tuple(each.path for each, was, is_ in zip(task.inputs, first, now, strict=True) if was != is_)


def _key(task: Task) -> str:
    """The digest of all that decides what the task makes."""
    held = [[each.path, each.problem, _digest(each, task)] for each in task.inputs]
    part = [task.part.start, task.part.end, task.part.before]
    settings = task.settings
    source = replace(task.source, paths=())  # its files are told by their bytes, in whatever way it names them
    says = [settings.edition, settings.layers, settings.version, files.sha256(settings.schema), repr(source)]
    return files.digest([says, held, part], 32)


def _digest(each: Input, task: Task) -> str | None:
    """A digest of the bytes to be read; what keeps them from being read where that is so."""
    if each.problem:
        return None
    sums, part = xxhash.xxh3_128(), task.part
    by_bytes = not part.is_whole and reader_name(each.path, task.source) != "parquet"
    try:
        with opened(each, task.settings.dataset) as file:
            if by_bytes:
                file.seek(part.start)
            left = part.end - part.start if by_bytes and part.end is not None else None
            while block := file.read(MEGABYTE if left is None else min(left, MEGABYTE)):
                sums.update(block)
                left = None if left is None else left - len(block)
    except (Unreadable, OSError) as error:
        return f"unreadable: {error}"
    return sums.hexdigest()


def _batches(task: Task, rejects: list[Reject]) -> Iterator[list[Article]]:
    """Articles that keep their schema, a shard at a time; ``rejects`` takes up what is none."""
    batch, size = list[Article](), 0
    checker = _checker(task.settings.schema)
    for made in read(task.settings.dataset, task.source, task.inputs, task.settings.layers, task.part):
        if isinstance(made, Reject):
            rejects.append(replace(made, where=f"{task.source.name}: {made.where}"))
        elif not checker.is_valid(made) and (broken := _broken(checker, made)):
            rejects.append(broken)
        else:
            batch.append(made)
            size += made["n_chars"]
            if len(batch) >= ROWS or size >= CHARS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


@lru_cache(maxsize=4)
def _checker(schema: bytes) -> Checker:
    return Checker(orjson.loads(schema))


@lru_cache(maxsize=4)
def _columns(schema: bytes, version: int) -> pa.Schema:
    return arrow.schema(orjson.loads(schema), "article", version)


def _broken(checker: Checker, article: Article) -> Reject | None:
    """Door 1: the first rule of its schema that an article breaks."""
    origin = article["provenance"]
    for issue in checker.check(article, article["article_id"]):
        where = f"{origin['source']}: {origin['path']}"
        return Reject("invalid-article", where, origin["raw_sha256"], f"{issue.path}: {issue.message}")
    return None


def read(
    dataset: Path, source: Source, inputs: Iterable[Input], layers: tuple[str, ...], part: Part = WHOLE
) -> Iterator[Article | Reject]:
    """What raw files of a source hold, in order."""
    for each in inputs:
        if each.problem:
            yield Reject(each.code, each.path, None, each.problem)
            continue
        name = reader_name(each.path, source)
        if name is None:
            kind = PurePosixPath(each.path).suffix or "a name without a suffix"
            message = f"no reader for {kind}; convert it, as to .txt or .html, or set `reader` in the source's file"
            yield Reject("unknown-format", each.path, None, message)
            continue
        try:
            with opened(each, dataset) as file:
                yield from _records(file, each.path, Recorder(source, name, layers), part)
        except (Unreadable, OSError) as error:
            problem = str(error) if isinstance(error, Unreadable) else f"cannot be read: {error.strerror or error}"
            where = "the address and who may read it" if each.is_remote else "the path and its permissions"
            yield Reject("unreadable", each.path, None, f"{problem}; check {where}")


def _records(file: IO[bytes], path: str, recorder: Recorder, part: Part) -> Iterator[Article | Reject]:
    reader: Any = readers()[recorder.reader]
    parts = (part,) if recorder.reader in PARTED else ()
    yield from recorder.articles(_guarded(reader(file, path, recorder.source, *parts), path, recorder.reader))


def _guarded(made: Iterable[Raw | Reject], path: str, name: str) -> Iterator[Raw | Reject]:
    """What a reader yields, up to where it fails: readers come from outside, too, and one file must not stop others."""
    last = path
    try:
        for each in made:
            if not isinstance(each, (Raw, Reject)):
                raise TypeError(f"yields {type(each).__name__}, neither Raw nor Reject")
            last = each.path if isinstance(each, Raw) else each.where
            yield each
    except (Unreadable, OSError):
        raise
    except Exception as error:
        message = f"reader {name!r} fails behind {last} ({type(error).__name__}: {str(error)[:120]})"
        yield Reject("reader-failed", path, None, f"{message}; hold it to copydesk.testing.check_reader, or report it")
