"""Which schema a file's records follow: by its folder and name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from copydesk.errors import CopydeskError

#: What a path in a project ends with → kind.
IN_PROJECT = (
    ("build/articles.parquet", "article"),
    ("build/links.parquet", "link"),
    ("build/families.parquet", "family"),
    ("build/rejects.jsonl", "reject"),
    ("labeling/*/annotations.jsonl", "annotation"),
    ("labeling/*/gold.jsonl", "gold"),
    ("labeling/*/disputes.jsonl", "dispute"),
    ("labeling/*/layer.toml", "layer"),
    ("labeling/annotators.toml", "annotators"),
    ("dataset/splits.jsonl", "split"),
    ("dataset/removals.jsonl", "removal"),
    ("dataset/releases/*.json", "release"),
    ("dataset/sources/*.toml", "source"),
    ("copydesk.toml", "project"),
)
#: The same in a release; ``rows`` takes the config from the folder.
IN_RELEASE = (
    ("data/*/*.parquet", "rows"),
    ("manifest.json", "manifest"),
    ("removals.jsonl", "removal"),
)
#: Kinds that are settings: read whole by the code that uses them.
SETTINGS = ("layer", "annotators", "source", "project")


SUFFIXES = (".parquet", ".jsonl", ".json")  #: of files that hold records
TABLES = (".csv", ".tsv", ".xlsx")  #: of files that readers of articles may know, and no record stands in


class UnknownKind(CopydeskError):
    """Nothing says what a file holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"cannot tell what {path} holds", "name its schema: `copydesk validate --schema NAME PATH`")


class NoRecords(CopydeskError):
    """What was named holds no records, whatever their schema."""

    def __init__(self, path: Path) -> None:
        self.path = path
        problem = "holds no file that its name tells" if path.is_dir() else "is no record file"
        hint = f"records stand in {', '.join(SUFFIXES)}; name their schema: `copydesk validate --schema NAME PATH`"
        super().__init__(f"{path} {problem}", hint)


class UnknownSchema(CopydeskError):
    """There is no schema of this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        near = get_close_matches(name, self.known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known schemas: {', '.join(self.known)}"
        super().__init__(f"no schema {name!r}", hint)


class NoSuchFile(CopydeskError):
    """A path that was named is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not there")


def kind_of(path: Path) -> str | None:
    """The kind of the records in ``path``: by its place, else by its name; None when neither says."""
    for pattern, kind in IN_PROJECT + IN_RELEASE:
        if path.match(pattern):
            return f"rows/{path.parent.name}" if kind == "rows" else kind
    names = {pattern.rpartition("/")[2]: kind for pattern, kind in IN_PROJECT}
    return names.get(path.name)


def record_files(paths: Iterable[Path], schema: str | None = None) -> Iterator[tuple[Path, str | None]]:
    """Every file named, with its kind; of a folder, those below it that have one. Raises NoSuchFile, NoRecords.

    With ``schema``, that is the kind of all: of a folder, of every file that can hold records.
    """
    for path in paths:
        if path.is_dir():
            found = ((each, _kind(each, schema)) for each in sorted(path.rglob("*")) if each.is_file())
            known = [(each, kind) for each, kind in found if kind]
            if not known:
                raise NoRecords(path)
            yield from known
        elif path.suffix in TABLES:
            raise NoRecords(path)
        elif path.exists():
            yield path, schema or kind_of(path.resolve())
        else:
            raise NoSuchFile(path)


def _kind(path: Path, schema: str | None) -> str | None:
    return kind_of(path.resolve()) if schema is None else schema if path.suffix in SUFFIXES else None


def of_project(root: Path) -> Iterator[tuple[Path, str | None]]:
    """Every file of a project that holds records or settings; releases have ``verify``."""
    for pattern, kind in IN_PROJECT:
        yield from ((path, kind) for path in sorted(root.glob(pattern)) if path.is_file())
