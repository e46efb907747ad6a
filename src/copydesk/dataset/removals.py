"""Take an article out of every later release, and remember that it must not come back.

In:  an article id and a reason.
Out: lines in ``dataset/removals.jsonl``, and where something of the article remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from copydesk import files
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError
from copydesk.issues import Issue
from copydesk.labeling import layers
from copydesk.labeling.annotations import history, latest
from copydesk.project import Project
from copydesk.schemas import records

Removal = dict[str, Any]
Article = dict[str, Any]


class UnknownArticle(CopydeskError):
    """No article of the last build has this id."""

    def __init__(self, article_id: str) -> None:
        self.article_id = article_id
        super().__init__(f"no article {article_id!r} in the last build", "`copydesk --json families` lists the ids")


@dataclass(frozen=True, slots=True)
class Remains:
    """A place that still holds something of a removed article."""

    where: str
    what: str
    clear: str  #: how to clear it


@dataclass(frozen=True, slots=True)
class Removed:
    """What ``remove`` did."""

    article_id: str
    articles: tuple[str, ...]  #: every id removed, its own first
    families: tuple[str, ...]
    labels: int  #: individual answers that go with them
    twins: tuple[str, ...]  #: articles that stay, though their text or bytes are those of one removed
    kin: tuple[str, ...]  #: other articles of the families that stay: reprints, cuts and the like
    remains: tuple[Remains, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read(project: Project) -> list[Removal]:
    """Removal records, one per article, sorted by id; the earliest line of an article counts."""
    found: dict[str, Removal] = {}
    for record in records.read("removal", project.dataset / "removals.jsonl"):
        known = found.get(record["article_id"])
        if known is None or record["removed_at"] < known["removed_at"]:
            found[record["article_id"]] = record
    return [found[article_id] for article_id in sorted(found)]


def remove(
    project: Project, article_id: str, *, reason: str, now: str, family: bool = False, twins: bool = False
) -> Removed:
    """Take the article out of all later releases; with ``family`` its family, with ``twins`` every copy of its text.

    Raises: UnknownArticle; CopydeskError, when no reason is given.
    """
    if not reason.strip():
        raise CopydeskError("a removal needs a reason", "--reason TEXT")
    store = Store(project)
    article = store.by_id.get(article_id)
    if article is None:
        raise UnknownArticle(article_id)
    members = {article_id}
    if family and article["family_id"]:
        members |= {other["article_id"] for other in store.by_id.values() if other["family_id"] == article["family_id"]}
    if twins:
        members |= {twin["article_id"] for twin in same(store.by_id.values(), [store.by_id[each] for each in members])}
    known = {removal["article_id"] for removal in read(project)}
    ids = (article_id, *sorted(members - {article_id}))
    new = [_record(store.by_id[each], reason, now) for each in ids if each not in known]
    with files.locked(project.build / "removals.lock", "dataset/removals.jsonl"):
        files.append_jsonl(project.dataset / "removals.jsonl", new)
    families = {store.by_id[each]["family_id"] for each in ids} - {None}
    twin = _left(project, store)
    out = {*known, *ids, *twin}
    return Removed(
        article_id,
        ids,
        families=tuple(sorted(families)),
        labels=_labels(project, ids),
        twins=twin,
        kin=tuple(sorted(key for key, row in store.by_id.items() if row["family_id"] in families and key not in out)),
        remains=_remains(project, store, ids),
    )


def same(articles: Iterable[Article], removed: Iterable[Mapping[str, Any]]) -> list[Article]:
    """Articles with the text or the bytes of one that was removed: no release may hold them either."""
    gone = {digest for each in removed for digest in _digests(each)}
    return [article for article in articles if gone & _digests(article)]


def blocking(articles: Iterable[Article], removed: Iterable[Mapping[str, Any]]) -> Iterator[Issue]:
    """An issue for each article that is still there with the text or the bytes of a removed one."""
    gone = list(removed)
    for article in same(articles, gone):
        original = next(each["article_id"] for each in gone if _digests(each) & _digests(article))
        message = f"has the text or the bytes of {original}, which was removed"
        hint = f"`copydesk remove {article['article_id']} --reason TEXT`; next time `remove --twins`"
        yield Issue("removed-twin", article["article_id"], message, hint=hint)


def _digests(record: Mapping[str, Any]) -> set[str]:
    """What tells an article, or the removal of one, whatever its identity."""
    raw = record["provenance"]["raw_sha256"] if "provenance" in record else record["raw_sha256"]
    return {digest for digest in (record["text_sha256"], raw) if digest}


def _left(project: Project, store: Store) -> tuple[str, ...]:
    removed = read(project)
    out = {removal["article_id"] for removal in removed}
    there = (article for article_id, article in store.by_id.items() if article_id not in out)
    return tuple(sorted(article["article_id"] for article in same(there, removed)))


def _record(article: Mapping[str, Any], reason: str, now: str) -> Removal:
    return {
        "schema_version": 1,
        "article_id": article["article_id"],
        "raw_sha256": article["provenance"]["raw_sha256"],
        "text_sha256": article["text_sha256"],
        "reason": reason.strip(),
        "removed_at": now,
    }


def _labels(project: Project, ids: tuple[str, ...]) -> int:
    gone = set(ids)
    return sum(
        record["article_id"] in gone and record["status"] != "withdrawn"
        for layer in layers.load(project)
        for record in latest(history(layer))
    )


def _remains(project: Project, store: Store, ids: tuple[str, ...]) -> tuple[Remains, ...]:
    """Where words or labels of the articles still stand; Copydesk does not delete what people keep."""
    raw = sorted({f"dataset/{store.by_id[each]['provenance']['path']}" for each in ids})
    places = [Remains(path, "its raw bytes", "delete the file, and its history in git if it must go") for path in raw]
    for layer in layers.load(project):
        if any(record["article_id"] in ids for record in history(layer)):
            where = f"labeling/{layer.name}/annotations.jsonl"
            places.append(Remains(where, "answers about it", "delete its lines, and their history in git"))
    for folder in sorted(project.dist.glob("*/manifest.json")):
        manifest = files.read_json(folder)
        if any(each in row["members"] for row in manifest["families"] for each in ids):
            where = folder.parent.relative_to(project.root).as_posix()
            places.append(Remains(where, "its rows", "delete the folder and every copy handed out"))
    if project.hub_repo:
        places.append(
            Remains(project.hub_repo, "its rows in published revisions", "ask the Hub to delete the revisions")
        )
    places.append(Remains("build/", "its record", "delete the raw file, then run `copydesk build`"))
    places.append(
        Remains(
            str(project.private),
            "tasks, exports and backups of the server",
            "delete its tasks on the server and the files here",
        )
    )
    return tuple(places)
