"""A release against the project it was cut in: the record of the cut, and the raw files its articles were read from.

In:  a release, and a project that the checker trusts.
Out: issues. These two see what no look at the folder alone can: a change that is consistent in itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from copydesk.dataset import sources
from copydesk.dataset.ingest.extract import read
from copydesk.dataset.ingest.raw import Reject
from copydesk.dataset.release import history, sums
from copydesk.dataset.release.audience import withhold
from copydesk.dataset.release.diff import ASIDE
from copydesk.dataset.release.shards import as_stored
from copydesk.dataset.release.verify.opened import MOST, Opened
from copydesk.files import canonical, sha256
from copydesk.issues import Issue, Severity
from copydesk.project import Project
from copydesk.schemas import records

Row = dict[str, Any]
TOGETHER = 1024  #: articles held at a time
LATER = ("family_id", "split", "layers")  #: of an article: not from its raw file


def record(opened: Opened) -> Iterator[Issue]:
    """The digest of this folder is the one that ``dataset/releases/VERSION.json`` of the project keeps."""
    if opened.project is None:
        return
    facts, where = opened.facts, f"dataset/releases/{opened.facts.version}.json"
    path, hint = opened.project.root / where, "do not use this copy"
    if not path.is_file():
        yield Issue("record-missing", where, "the project keeps no record of this version", hint=hint)
        return
    known = records.read_one("release", path)
    expected = history.digest_of(known, facts.audience)
    if facts.hydrated or expected is None:  # this very folder was not cut there, its rows were
        if opened.manifest["configs"] != known["configs"] and not facts.withheld:
            yield Issue("record-differs", where, "keeps other logical digests", hint=hint)
    elif expected != sums.digest(opened.folder):
        yield Issue("record-differs", where, "keeps another digest of this release", hint=hint)


def raw(opened: Opened) -> Iterator[Issue]:
    """Every article is what its raw file gives, read once more: title, text, url, dates, publisher and all."""
    if opened.project is None:
        return
    near = {row["article_id"] for row in opened.facts.reanchored}
    rows = (row for row in opened.facts.rows("articles") if row["article_id"] not in near)
    waiting = {row["article_id"]: (row["text"] is None, _digest(row)) for row in rows}
    other: dict[str, Row] = {}
    for fresh in _fresh(opened, opened.project):
        article_id = fresh["article_id"]
        if article_id in waiting:
            wordless, expected = waiting[article_id]
            found = withhold("articles", fresh) if wordless else fresh
            if _digest(found) == expected:
                del waiting[article_id]
                other.pop(article_id, None)
            elif len(other) < MOST:
                other[article_id] = found
    for row in opened.facts.rows("articles") if waiting else ():
        if row["article_id"] in waiting:
            yield _differs(row, other.get(row["article_id"]), opened.is_of_this_version)


def _fresh(opened: Opened, project: Project) -> Iterator[Row]:
    """Articles as the project's raw files give them now, in the types of the rows."""
    schema = opened.schemas.arrow("rows/articles")
    layers = project.labeling_settings.layers
    for source in sources.load(project):
        made = read(project.dataset, source, sources.inputs(source, project.dataset), layers)
        articles = ({**each, **dict.fromkeys(LATER)} for each in made if not isinstance(each, Reject))
        while batch := list(islice(articles, TOGETHER)):
            yield from as_stored(batch, schema)


def _digest(row: Row) -> str:
    return sha256(canonical(_comparable(row)))


def _comparable(row: Row) -> Row:
    origin = {key: part for key, part in row["provenance"].items() if key not in ASIDE}
    return {key: part for key, part in row.items() if key not in LATER} | {"provenance": origin}


def _differs(row: Row, fresh: Row | None, is_ours: bool) -> Issue:
    """What is wrong with an article that no raw file gives; another version of Copydesk may read files otherwise."""
    severity: Severity = "error" if is_ours else "warning"
    path, hint = row["provenance"]["path"], "put the raw file back, or do not use this copy"
    if fresh is None:
        return Issue("raw-missing", row["article_id"], f"no raw file gives it; it was read from {path}", hint=hint)
    was, now = _comparable(row), _comparable(fresh)
    fields = [f"$.{key}" for key in was if key != "provenance" and was[key] != now[key]]
    fields += [f"$.provenance.{key}" for key in now["provenance"] if was["provenance"][key] != now["provenance"][key]]
    message = f"{path} gives other values for {', '.join(fields)}"
    return Issue("raw-differs", row["article_id"], message, fields[0], hint, severity)
