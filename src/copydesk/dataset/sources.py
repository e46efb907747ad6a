"""Sources: who published what, and where its raw files stand.

In:  ``dataset/sources/NAME.toml``.
Out: frozen :class:`Source` values, and the inputs that their paths expand to, in one fixed order.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from copydesk import toml
from copydesk.dataset import storage
from copydesk.errors import BadConfig
from copydesk.files import digest
from copydesk.issues import Issue
from copydesk.project import Project

#: what a container's column may be mapped to
FIELDS = (
    "id",
    "text",
    "html",
    "title",
    "url",
    "authors",
    "published",
    "publisher",
    "domain",
    "agency",
    "language",
    "retrieved_at",
)
MEGABYTE = 1_000_000
KINDS = 6  #: of files that belong to no source, by suffix: so many are named
RIGHTS = 'such as: rights = {license = "unknown", redistribute = false}'
_INSIDE = "copy it under dataset/raw/, or name it as an address"
_WILD = re.compile(r"[*?\[]")
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one input may ask of the machine."""

    article_mb: int = 20  #: largest raw article
    ratio: int = 200  #: largest expansion of a compressed input

    @property
    def article_bytes(self) -> int:
        return self.article_mb * MEGABYTE


@dataclass(frozen=True, slots=True)
class Source:
    """One file of ``dataset/sources/``."""

    name: str
    paths: tuple[str, ...]  #: relative to dataset/, or an fsspec address
    license: str
    redistribute: bool
    reader: str | None = None  #: None: by each file's suffix
    publisher: str | None = None  #: default for its articles; what the text says wins
    domain: str | None = None
    columns: tuple[tuple[str, str], ...] = ()  #: our field, their column
    limits: Limits = field(default_factory=Limits)

    def column(self, name: str) -> str:
        """Their column for our field ``name``; the same name unless the source maps it."""
        for ours, theirs in self.columns:
            if ours == name:
                return theirs
        return name

    @property
    def config_sha256(self) -> str:
        """Digest of the settings that change this source's rows; where its files stand is not among them."""
        publisher = [self.publisher, self.domain]
        return digest([self.name, self.reader, publisher, self.license, self.redistribute, sorted(self.columns)])


@dataclass(frozen=True, slots=True)
class Input:
    """One file that a source names. ``problem`` says why it must not or cannot be opened, else None."""

    path: str  #: relative to dataset/, or its address
    problem: str | None = None
    code: str = "outside-dataset"  #: of the reject that it becomes then

    @property
    def is_remote(self) -> bool:
        return bool(_ADDRESS.match(self.path))


def load(project: Project) -> list[Source]:
    """The project's sources, by name. Raises BadConfig, UnknownKey."""
    files = sorted((project.dataset / "sources").glob("*.toml"))
    sources = [read(path) for path in files]
    for source, path in zip(sources, files, strict=True):
        if sum(source.name == other.name for other in sources) > 1:
            raise BadConfig(f"dataset/sources/{path.name}", f"another source is also named {source.name!r}")
    return sorted(sources, key=lambda source: source.name)


def read(path: Path) -> Source:
    """The source in one file."""
    table = toml.Reader(toml.read(path), f"dataset/sources/{path.name}")
    publisher, rights = table.table("publisher"), table.take("rights", dict, hint=RIGHTS)
    rights = toml.Reader(rights, f"dataset/sources/{path.name} [rights]")
    limits, columns = table.table("limits"), table.table("columns")
    source = Source(
        name=table.take("name", str),
        paths=table.strings("paths"),
        license=rights.take("license", str),
        redistribute=rights.take("redistribute", bool),
        reader=table.take("reader", str, None),
        publisher=publisher.take("name", str, None),
        domain=publisher.take("domain", str, None),
        columns=_columns(columns),
        limits=Limits(
            limits.take("article_mb", int, Limits().article_mb),
            limits.take("ratio", int, Limits().ratio),
        ),
    )
    for each in (table, publisher, rights, limits, columns):
        each.close()
    _check(source, f"dataset/sources/{path.name}")
    return source


def _columns(table: toml.Reader) -> tuple[tuple[str, str], ...]:
    mapped = ((name, table.take(name, str, None)) for name in FIELDS)
    return tuple((name, column) for name, column in mapped if column is not None)


def _check(source: Source, where: str) -> None:
    from copydesk.dataset.ingest.readers import readers  # not at import: readers import this module

    if not source.name or not source.paths:
        raise BadConfig(where, "name and paths must not be empty")
    if any(storage.holds_password(path) for path in source.paths):
        raise BadConfig(where, "a path holds a password, which every record would tell", "put it into the environment")
    if not source.license:
        raise BadConfig(where, "rights need a license", 'write license = "unknown" when it is not cleared')
    known = readers()
    if source.reader is not None and source.reader not in known:
        raise BadConfig(where, f"reader {source.reader!r} is not known", f"one of: {', '.join(sorted(known))}")
    if min(source.limits.article_mb, source.limits.ratio) < 1:
        raise BadConfig(where, "limits must be at least 1")


def inputs(source: Source, dataset: Path) -> list[Input]:
    """The files that a source's paths name, each once, by path; what must not be opened says why."""
    found = {each.path: each for pattern in source.paths for each in _expand(pattern, dataset)}
    return [found[path] for path in sorted(found)]


def nothing_read(source: Source) -> Issue:
    """The warning for a source whose paths match no file: they are mistyped, or its files are still to come."""
    return Issue(
        "no-input",
        f"source {source.name}",
        f"no file matches {', '.join(source.paths)}",
        path="$.paths",
        hint="put raw files there, or correct `paths`, which are relative to dataset/",
        severity="warning",
    )


def of_no_source(sources: Mapping[Source, Sequence[Input]], dataset: Path) -> Iterator[Issue]:
    """The warning for files in ``raw/`` that no source names: somebody put them there to be read."""
    if any(_ADDRESS.match(path) and dataset.as_posix() in path for source in sources for path in source.paths):
        return  # such as an archive, whose files are named in place of it
    named = {each.path for inputs in sources.values() for each in inputs}
    others = [path for path in _raw(dataset) if path not in named]
    if others:
        kinds = Counter(Path(path).suffix or "without a suffix" for path in others)
        counted = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())[:KINDS])
        belong = "1 file belongs" if len(others) == 1 else f"{len(others)} files belong"
        message = f"{belong} to no source ({counted}), such as {min(others)}"
        hint = "name them in `paths` of a file in dataset/sources/, or keep them elsewhere"
        yield Issue("no-source", "dataset/raw", message, "$", hint, "warning")


def _raw(dataset: Path) -> Iterator[str]:
    """The files below ``raw/`` but hidden ones, as an input is called."""
    for folder, below, names in os.walk(dataset / "raw"):
        below[:] = [name for name in below if not name.startswith(".")]
        at = Path(folder).relative_to(dataset).as_posix()
        yield from (_name(f"{at}/{name}") for name in names if not name.startswith("."))


def _name(path: str) -> str:
    """``path``, with its bytes written out where they are not UTF-8."""
    return path if path.isascii() else path.encode("utf-8", "backslashreplace").decode()


def changed(source: str, path: str) -> Issue:
    """What was built of this file may be neither what it held before nor what it holds now."""
    where = f"{source}: {path}"
    return Issue("changed-input", where, "was written to while the build read it", hint="run `copydesk build` again")


def _expand(pattern: str, dataset: Path) -> Iterator[Input]:
    if _ADDRESS.match(pattern):
        yield from _remote(pattern)
    elif Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        yield Input(pattern, f"leads out of dataset/; {_INSIDE}")
    elif _WILD.search(pattern):
        for path in dataset.glob(pattern):
            is_hidden = _is_hidden(path.relative_to(dataset)) and not _is_hidden(Path(pattern))
            if not is_hidden and (not path.is_dir() or path.is_symlink()):
                yield _local(path, dataset)
    else:
        yield _local(dataset / pattern, dataset)


def _is_hidden(path: Path) -> bool:
    """Whether a name in it starts with a dot: what git and desktops leave in folders."""
    return any(part.startswith(".") for part in path.parts)


def _local(path: Path, dataset: Path) -> Input:
    name = path.relative_to(dataset).as_posix()
    if (shown := _name(name)) != name:
        return Input(shown, "has a name that is not UTF-8; rename it", "unreadable")
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(dataset)):  # resolve() fails on links in a ring
        return Input(name, f"is a link that leads out of dataset/; {_INSIDE}")
    return Input(name)


def _remote(pattern: str) -> Iterator[Input]:
    if not _WILD.search(pattern):
        yield Input(pattern)
        return
    yield from map(Input, storage.matching(pattern))
