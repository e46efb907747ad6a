"""Searches every file of a release for who is behind the pseudonyms. A hit blocks, and nothing waives it.

In:  a finished release folder; ``people.json`` of the project's private folder.
Out: issues that name the file and the pseudonym, never what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk import files
from copydesk.issues import Issue
from copydesk.project import Project

if TYPE_CHECKING:
    import pyarrow as pa

PEOPLE = "people.json"
SHORTEST = 5  #: bytes; a shorter word would be found everywhere
ID_COLUMNS = ("annotator", "completed_by")  #: a user id is too short to be searched for anywhere else


def search(folder: Path, project: Project) -> Iterator[Issue]:
    """Every file that holds an annotator's address or name, or a user id in place of a pseudonym."""
    people = _people(project)
    if not people:
        return
    needles = [(name, word) for name, known in people.items() for word in sorted(_words(known))]
    ids = {str(known["user_id"]) for known in people.values() if known.get("user_id")}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = path.relative_to(folder).as_posix()
        parts = _parquet(path) if path.suffix == ".parquet" else iter([path.read_bytes().lower()])
        for name in sorted({name for part in parts for name, word in needles if word in part}):
            yield _issue(place, f"holds an address or name of the person behind {name!r}")
        if path.suffix == ".parquet" and ids & _values(path):
            yield _issue(place, "holds a user id where a pseudonym belongs")


def _issue(place: str, message: str) -> Issue:
    hint = "find it in the project's own files (raw, labels, settings) and take it out; this cannot be waived"
    return Issue("annotator-named", place, message, hint=hint)


def _people(project: Project) -> dict[str, dict[str, Any]]:
    """What is known of each annotator, on all servers together."""
    path = project.private / PEOPLE
    found: dict[str, dict[str, Any]] = {}
    for server, everyone in (files.read_json(path) if path.exists() else {}).items():
        for name, known in everyone.items():
            found[f"{name} on {server}"] = known
    return found


def _words(known: dict[str, Any]) -> set[bytes]:
    """Lower-case words that give a person away: addresses and names; a password, too, must be nowhere."""
    words = {str(value).lower().encode() for key, value in known.items() if value and key != "user_id"}
    return {word for word in words if len(word) >= SHORTEST}


def _parquet(path: Path) -> Iterator[bytes]:
    """The characters of every text column, lower case, a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for column in file.read_row_group(group).itercolumns():
                for leaf in _leaves(pa.chunked_array(column.chunks, column.type)):
                    yield leaf.lower()


def _leaves(column: pa.ChunkedArray) -> Iterator[bytes]:
    import pyarrow as pa

    for chunk in column.chunks:
        if pa.types.is_struct(chunk.type):
            for part in chunk.flatten():
                yield from _leaves(pa.chunked_array([part]))
        elif pa.types.is_list(chunk.type):
            yield from _leaves(pa.chunked_array([chunk.flatten()]))
        elif pa.types.is_string(chunk.type) and chunk.buffers()[2] is not None:
            yield chunk.buffers()[2].to_pybytes()


def _values(path: Path) -> set[str]:
    """Distinct values of the columns that name annotators."""
    import pyarrow.parquet as pq

    names = [name for name in pq.read_schema(path).names if name in ID_COLUMNS]
    table = pq.read_table(path, columns=names)
    return {str(value) for name in names for value in table[name].unique().to_pylist()}
