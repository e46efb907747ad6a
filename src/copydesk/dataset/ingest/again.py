"""Read one article's raw input again: for showing the bytes behind its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copydesk.dataset import sources
from copydesk.dataset.ingest.opening import Unreadable, opened
from copydesk.dataset.ingest.raw import Raw
from copydesk.dataset.ingest.readers import readers
from copydesk.dataset.sources import Input
from copydesk.errors import CopydeskError
from copydesk.files import sha256
from copydesk.project import Project


class RawChanged(CopydeskError):
    """The raw input of an article is not what it was built from."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}", "run `copydesk build` again, or put the raw file back")


def read_again(project: Project, article: Mapping[str, Any]) -> Raw:
    """The raw article that ``article`` was built from. Raises RawChanged."""
    origin = article["provenance"]
    path: str = origin["path"]
    source = next((each for each in sources.load(project) if each.name == origin["source"]), None)
    if source is None:
        raise RawChanged(path, f"its source {origin['source']!r} is gone")
    file_path = path if (project.dataset / path).exists() else path.rpartition("#")[0] or path
    try:
        with opened(Input(file_path), project.dataset) as file:
            for raw in readers()[origin["reader"]](file, file_path, source):
                if isinstance(raw, Raw) and raw.path == path:
                    return _unchanged(raw, origin["raw_sha256"])
    except (Unreadable, OSError) as error:
        raise RawChanged(path, f"cannot be read: {error}") from error
    raise RawChanged(path, "is not there any more")


def _unchanged(raw: Raw, digest: str) -> Raw:
    if sha256(raw.data) != digest:
        raise RawChanged(raw.path, "has changed since the last build")
    return raw
