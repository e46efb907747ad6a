"""The stage ``build``: raw articles in, ``build/`` out.

In:  what ``dataset/sources/*.toml`` names, and people's word in ``dataset/families.toml``.
Out: articles, links, families, rejects and counts. Door 1: an article that breaks its schema becomes a reject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from copydesk import files
from copydesk.console import Progress
from copydesk.dataset import families, ingest
from copydesk.dataset.store import Store
from copydesk.executor import executor
from copydesk.project import Project
from copydesk.schemas import Schemas, records

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Built:
    """How a build went; ``read = kept + rejected`` and ``kept = articles``."""

    read: int
    kept: int
    rejected: int
    articles: int
    families: int  #: singles counted
    links: int
    rejects: tuple[Row, ...]

    def as_json(self) -> Row:
        return {key: value for key, value in asdict(self).items() if key != "rejects"}


def build(project: Project, *, jobs: int | None, progress: Progress) -> Built:
    """Make ``build/`` anew. Raises BadConfig, OutsideError, Locked."""
    schemas = Schemas.of(project)
    with files.locked(project.build / ".lock", "build/"):
        workers = executor(jobs)
        taken = ingest.ingest(project, executor=workers, progress=progress)
        articles, refused = _door(schemas, taken.articles)
        rejects = sorted([*taken.rejects, *refused], key=lambda reject: (reject["where"], reject["code"]))
        links = families.link(articles, executor=workers, progress=progress, cache=project.build / "cache")
        grouping = families.group(
            articles,
            links,
            word=families.PeoplesWord.load(project),
            released=records.read("split", project.dataset / "splits.jsonl"),
        )
        built = Built(
            read=taken.read,
            kept=len(articles),
            rejected=len(rejects),
            articles=len(articles),
            families=len(grouping.families),
            links=len(grouping.links),
            rejects=tuple(rejects),
        )
        Store(project).write(
            articles=_at_home(articles, grouping.family_of()),
            links=grouping.links,
            families=grouping.families,
            rejects=rejects,
            stats=_stats(built, articles, grouping.links),
            arrow=schemas.arrow,
        )
    return built


def _door(schemas: Schemas, articles: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Articles that keep their schema, and rejects for those that do not."""
    broken: dict[str, str] = {}
    for issue in schemas.check_all("article", articles, lambda n, article: article["article_id"]):
        broken.setdefault(issue.where, f"{issue.path}: {issue.message}")
    kept = [article for article in articles if article["article_id"] not in broken]
    rejects = [
        {
            "code": "invalid-article",
            "where": f"{article['provenance']['source']}:{article['provenance']['path']}",
            "raw_sha256": article["provenance"]["raw_sha256"],
            "message": broken[article["article_id"]],
        }
        for article in articles
        if article["article_id"] in broken
    ]
    return kept, rejects


def _at_home(articles: Iterable[Row], home: Mapping[str, str]) -> list[Row]:
    return [{**article, "family_id": home[article["article_id"]]} for article in articles]


def _stats(built: Built, articles: Iterable[Row], links: Iterable[Mapping[str, Any]]) -> Row:
    def tally(values: Iterable[Any]) -> dict[str, int]:
        return dict(sorted(Counter("null" if value is None else str(value) for value in values).items()))

    rows = list(articles)
    return {
        "read": built.read,
        "kept": built.kept,
        "rejected": built.rejected,
        "articles": built.articles,
        "families": built.families,
        "links": tally(link["band"] for link in links),
        "rejects": tally(reject["code"] for reject in built.rejects),
        "languages": tally(article["language"] for article in rows),
        "sources": tally(article["provenance"]["source"] for article in rows),
        "published_basis": tally(article["published_basis"] for article in rows),
        "quality": tally(mark for article in rows for mark in article["quality"]),
    }
