"""What a record file is held against: the articles of its build or release, the layers, the people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.dataset.parquet import NotParquet
from copydesk.files import read_jsonl
from copydesk.labeling.layers import Layer
from copydesk.project import Project
from copydesk.schemas.catalogue import Schemas

Record = Mapping[str, Any]
_COLUMNS = ["article_id", "text", "n_chars", "text_sha256", "family_id", "split"]


@dataclass(frozen=True)
class Surroundings:
    """Where one record file stands."""

    path: Path  #: the file, absolute
    shown: str  #: what messages call it
    schemas: Schemas
    articles_at: tuple[Path, ...]  #: Parquet files with the articles; none when nothing was built
    removed: frozenset[str]  #: articles that were taken out: their labels stay in the history
    roles: Mapping[str, str] | None  #: annotator → role; None when the project lists nobody

    @classmethod
    def of(cls, path: Path, project: Project | None, schemas: Schemas) -> Surroundings:
        """Those of ``path``: a file of a project or of a release."""
        path = path.resolve()
        return cls(
            path=path,
            shown=_shown(path, project),
            schemas=schemas,
            articles_at=_articles(path, project),
            removed=frozenset(_removed(project)),
            roles=annotator_roles(project) if project else None,
        )

    @property
    def folder(self) -> str:
        """Name of its folder: a layer's, or a config's."""
        return self.path.parent.name

    @property
    def layers(self) -> Mapping[str, Layer]:
        return self.schemas.layers

    def articles(self, ids: Iterable[str]) -> dict[str, Record] | None:
        """Text, digest, length, family and split of the articles named; None when there are no articles here.

        Raises: NotParquet.
        """
        if not self.articles_at:
            return None
        import pyarrow as pa
        import pyarrow.dataset as pads

        wanted = pads.field("article_id").isin(pa.array(sorted(set(ids)), pa.string()))
        try:
            table = pads.dataset([str(path) for path in self.articles_at]).to_table(columns=_COLUMNS, filter=wanted)
        except (OSError, pa.ArrowException) as error:
            raise NotParquet(self.articles_at[0], str(error).splitlines()[0]) from error
        return {row["article_id"]: row for row in table.to_pylist()}


def annotator_roles(project: Project) -> dict[str, str] | None:
    """Annotator → role; None when the project lists nobody. Raises BadConfig, UnknownKey."""
    from copydesk.labeling import annotators  # knows the server's client: not for those who check without a project

    return {each.name: each.role for each in annotators.read(project)} or None


def _shown(path: Path, project: Project | None) -> str:
    if project and path.is_relative_to(project.root):
        return path.relative_to(project.root).as_posix()
    return str(path)


def _articles(path: Path, project: Project | None) -> tuple[Path, ...]:
    if path.match("data/*/*.parquet"):
        return tuple(sorted((path.parents[1] / "articles").glob("*.parquet")))
    built = project.build / "articles.parquet" if project else None
    return (built,) if built and built.is_file() else ()


def _removed(project: Project | None) -> Iterable[str]:
    try:
        removals = read_jsonl(project.dataset / "removals.jsonl") if project else []
    except ValueError:  # not JSON: an issue of that file, not of this one
        removals = []
    return (row["article_id"] for row in removals if isinstance(row, dict) and isinstance(row.get("article_id"), str))
