"""What ``build`` made: articles, links, families, rejects and counts under ``build/``.

The files hold no clock times: the same inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk import files
from copydesk.dataset import parquet
from copydesk.errors import NotBuilt
from copydesk.project import Project

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


@dataclass(frozen=True)
class Store:
    """Reads and writes a project's ``build/``. Readers raise NotBuilt when ``copydesk build`` has not run."""

    project: Project

    def articles(self, columns: Sequence[str] | None = None) -> list[Row]:
        """Article records, sorted by ``article_id``; with ``columns``, only those of their fields."""
        return self._read("articles", columns)

    def links(self) -> list[Row]:
        """Link records, sorted by their two article ids."""
        return self._read("links")

    def families(self) -> list[Row]:
        """Family records, singles included, sorted by ``family_id``."""
        return self._read("families")

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """``articles``, ``links`` or ``families``, or some of their columns, a few rows in memory at a time."""
        return parquet.batches(self._built(f"{name}.parquet"), columns)

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """Articles by ``article_id``."""
        return {article["article_id"]: article for article in self.articles()}

    def rejects(self) -> list[Row]:
        """Reject records of the last build."""
        return files.read_jsonl(self._built("rejects.jsonl"))

    def stats(self) -> Row:
        """Counts of the last build."""
        stats: Row = files.read_json(self._built("stats.json"))
        return stats

    def write(
        self,
        *,
        articles: Sequence[Mapping[str, Any]],
        links: Sequence[Mapping[str, Any]],
        families: Sequence[Mapping[str, Any]],
        rejects: Sequence[Mapping[str, Any]],
        stats: Mapping[str, Any],
        arrow: Callable[[str], pa.Schema],
    ) -> None:
        """Replace the build by records. ``arrow`` gives the Arrow schema of a record kind (``Schemas.arrow``)."""
        kinds = {"article": articles, "link": links, "family": families}
        tables = {kind: [parquet.table(rows, arrow(kind))] for kind, rows in kinds.items()}
        self.replace(tables, rejects, lambda: stats, arrow)

    def replace(
        self,
        tables: Mapping[str, Iterable[pa.Table]],
        rejects: Iterable[Mapping[str, Any]],
        stats: Callable[[], Mapping[str, Any]],
        arrow: Callable[[str], pa.Schema],
    ) -> None:
        """Replace the build by ``tables`` of articles, links and families, each a row group, a few in memory at a time.

        ``stats.json`` comes last: it is there when all else is.
        """
        build = self.project.build
        (build / "stats.json").unlink(missing_ok=True)
        for kind, name in (("article", "articles"), ("link", "links"), ("family", "families")):
            parquet.write_groups(build / f"{name}.parquet", tables[kind], arrow(kind))
        files.write_jsonl(build / "rejects.jsonl", rejects)
        files.write_json(build / "stats.json", stats())

    def _built(self, name: str) -> Path:
        path = self.project.build / name
        if not (self.project.build / "stats.json").exists() or not path.exists():
            raise NotBuilt(path)
        return path

    def _read(self, name: str, columns: Sequence[str] | None = None) -> list[Row]:
        return parquet.read(self._built(f"{name}.parquet"), list(columns) if columns else None)
