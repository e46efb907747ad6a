"""The stage ``build``: raw articles in, ``build/`` out.

In:  what ``dataset/sources/*.toml`` names, and people's word in ``dataset/families.toml``.
Out: articles, links, families, rejects and counts. Door 1: an article that breaks its schema becomes a reject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from copydesk import files
from copydesk.console import Progress
from copydesk.dataset import families, ingest, parquet
from copydesk.dataset.articles import PASSING
from copydesk.dataset.shelf import Shelf
from copydesk.dataset.storage import BadStorage
from copydesk.dataset.store import Store
from copydesk.executor import Engine, Executor, Here, Pool, interrupts_held
from copydesk.issues import Issue
from copydesk.project import Project
from copydesk.schemas import Schemas, records

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

ELSEWHERE = "a folder, or an address such as s3://bucket/folder"
LINKS = 16_384  #: that are written at a time


@dataclass(frozen=True, slots=True)
class Built:
    """How a build went; ``read = kept + rejected`` and ``kept = articles``."""

    read: int
    kept: int
    rejected: int
    articles: int
    families: int  #: singles counted
    links: int
    grouping: Row  #: what merged with a released family, joined one, or was kept apart
    rejects: tuple[Row, ...]
    issues: tuple[Issue, ...]
    since: Row | None = None  #: what joined or merged since the last build; None: there was none

    def as_json(self) -> Row:
        shown = {key: value for key, value in asdict(self).items() if key not in ("rejects", "issues", "grouping")}
        return shown | self.grouping | {"issues": [asdict(issue) for issue in self.issues]}


def build(project: Project, *, progress: Progress, jobs: int | None = None, engine: Engine | None = None) -> Built:
    """Make ``build/`` anew. Raises BadConfig, BadStorage, OutsideError, Locked; NoRay, UnfitCluster."""
    schemas, engine = Schemas.of(project), engine or Engine(jobs=jobs)
    # a slip in these must not show after hours
    word, released = families.PeoplesWord.load(project), records.checked("split", project.dataset / "splits.jsonl")
    shelf = _shelf(project, engine.storage)
    _load_arrow()
    with files.locked(project.build / ".lock", "build/"), engine.running() as workers:
        taken = ingest.ingest(project, executor=workers, progress=progress, shelf=shelf)
        cache = project.build / "cache"
        found = families.find(taken.held, executor=workers, progress=progress, cache=cache)
        homes = families.settle(found, word=word, released=released)
        links = families.records(found, homes.recorded, executor=workers, progress=progress, cache=cache)
        tally = Tally()
        link_tables = _links(homes.links(links), tally, schemas.arrow("link"))
        first = next(link_tables)
        built = Built(
            read=taken.read,
            kept=len(taken.held),
            rejected=len(taken.rejects),
            articles=len(taken.held),
            families=len(homes),
            links=homes.n_links,
            grouping=homes.grouping.report(),
            rejects=tuple(taken.rejects),
            issues=(*taken.issues, *homes.grouping.issues()),
            since=families.since(Store(project), homes),
        )
        with progress("writing", len(taken.held)) as step:
            tables = {
                "article": _at_home(homes, tally, schemas.arrow("article"), step, workers),
                "link": chain([first], link_tables),
                "family": homes.tables(schemas.arrow("family")),
            }
            Store(project).replace(tables, taken.rejects, partial(_stats, built, tally), schemas.arrow)
        shelf.part(PASSING).clear()
    return built


def _load_arrow() -> None:
    """At its first array Arrow looks for pandas, and swallows a Ctrl-C that comes just then."""
    import pyarrow as pa

    with interrupts_held():
        pa.array([0])


def _shelf(project: Project, storage: str | None) -> Shelf:
    """Where articles stand between stages. Raises BadStorage."""
    if storage is None:
        return Shelf.at(project.build / "cache" / "articles")
    if not storage.strip():  # as from a variable that is not set
        raise BadStorage("--storage names no place", ELSEWHERE)
    shelf = Shelf.at(storage)
    if storage.lower().startswith("memory:"):
        raise BadStorage("what stands in memory:// is seen by one process alone", ELSEWHERE)
    return shelf.part(f"copydesk/{project.name}/articles")


class Tally:
    """Counts what articles say as they pass."""

    FIELDS = ("language", "published_basis", "quality", "source")

    def __init__(self) -> None:
        self._counts = {field: Counter[str | None]() for field in self.FIELDS}
        self.bands = Counter[str | None]()  #: of links

    def __getitem__(self, field: str) -> dict[str, int]:
        return _sorted(self._counts[field])

    def see(self, group: pa.Table) -> None:
        """Count a group of articles."""
        import pyarrow.compute as pc

        for field in self.FIELDS:
            column = group["provenance"].combine_chunks().field(field) if field == "source" else group[field]
            values = pc.value_counts(pc.list_flatten(column) if field == "quality" else column)
            self._counts[field].update({each["values"]: each["counts"] for each in values.to_pylist()})


def _at_home(
    homes: families.Homes, tally: Tally, schema: pa.Schema, step: Callable[[int], None], workers: Executor
) -> Iterator[pa.Table]:
    """The articles with their families, a group at a time."""
    import pyarrow as pa

    at = schema.get_field_index("family_id")
    # each process that merges would hold as much as this one, which writes; to start it takes longer than its share
    merging = Here() if isinstance(workers, Pool) else workers
    articles = homes.articles.merged(merging, homes.articles.shelf.part(f"{PASSING}/merged"))
    for rows in articles.groups():
        group = articles.take(rows).table()
        tally.see(group)
        yield group.set_column(at, schema.field(at), pa.array(homes.of(rows), pa.string())).cast(schema)
        step(len(rows))


def _links(links: Iterable[Row], tally: Tally, schema: pa.Schema) -> Iterator[pa.Table]:
    """Links as tables, a group at a time, whose records are let go; without any, an empty one."""
    waiting = iter(links)

    def group() -> pa.Table:
        return parquet.table(_banded(list(islice(waiting, LINKS)), tally), schema)

    made = group()
    yield made
    while made.num_rows == LINKS and (made := group()).num_rows:
        yield made


def _banded(group: list[Row], tally: Tally) -> list[Row]:
    tally.bands.update(link["band"] for link in group)
    return group


def _sorted(counts: Mapping[str | None, int]) -> dict[str, int]:
    return dict(sorted(("null" if value is None else value, count) for value, count in counts.items()))


def _stats(built: Built, tally: Tally) -> Row:
    return {
        "read": built.read,
        "kept": built.kept,
        "rejected": built.rejected,
        "articles": built.articles,
        "families": built.families,
        "links": _sorted(tally.bands),
        "rejects": _sorted(Counter(reject["code"] for reject in built.rejects)),
        "languages": tally["language"],
        "sources": tally["source"],
        "published_basis": tally["published_basis"],
        "quality": tally["quality"],
        "grouping": built.grouping,
    }
