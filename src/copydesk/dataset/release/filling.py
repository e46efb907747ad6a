"""The rows of one parcel: a pure function, so that parcels are filled side by side on all cores.

In:  a parcel, the split of its articles, what the project settles.
Out: rows of every config in the parcel's folder, and what must be known of them: digests, counts, findings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.cycles import unsearched
from copydesk.dataset import removals
from copydesk.dataset.release import labels, leaks, parcels, personal, rows
from copydesk.dataset.release.audience import PUBLIC, UNLABELLED, is_cleared, withhold
from copydesk.dataset.release.labels import Labels
from copydesk.dataset.release.papers.tally import Tally
from copydesk.dataset.release.personal import Scan
from copydesk.dataset.release.shards import RowDigests
from copydesk.issues import Issue
from copydesk.project import Waiver
from copydesk.schemas import Schemas

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """What is the same for all parcels."""

    schemas: Schemas
    audience: str
    withheld: tuple[str, ...]  #: splits whose labels stay out
    removals: list[Row]
    waivers: tuple[Waiver, ...]

    @property
    def gone(self) -> frozenset[str]:
        return frozenset(removal["article_id"] for removal in self.removals)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One to fill."""

    folder: Path
    splits: Mapping[str, str]  #: of its articles, and of those that their links lead to
    known: Mapping[str, Row]  #: earlier searches of its texts for personal data
    settled: Settled


@dataclass
class Filled:
    """What came of one parcel."""

    tally: Tally
    full: RowDigests = field(default_factory=RowDigests)  #: of all rows, whatever the audience may see
    published: RowDigests = field(default_factory=RowDigests)  #: of the same rows, withheld labels aside
    answers: dict[str, Counter[str]] = field(default_factory=dict)  #: by layer: how many are given, how many fit
    disputes: list[Row] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    scan: Scan = field(default_factory=Scan)
    searched: dict[str, Row] = field(default_factory=dict)  #: texts searched for personal data just now
    passages: leaks.Keys = field(default_factory=leaks.Keys)


@unsearched()
def fill(parcel: Parcel) -> Filled:
    """Join the records of a parcel to rows. Raises BrokenHistory, BrokenLine, NewerRecord."""
    settled = parcel.settled
    built = parcels.rows(parcel.folder / "articles.arrow")
    articles = {row["article_id"]: row for row in built if row["article_id"] not in settled.gone}
    found = Filled(Tally(tuple(settled.schemas.layers.values())))
    found.issues += removals.blocking(articles.values(), settled.removals)
    _search(parcel, built, articles, found)
    said = [labels.read(parcel.folder, layer, articles, settled.gone) for layer in settled.schemas.layers.values()]
    for each in said:
        found.answers[each.layer.name] = Counter(given=each.given, fit=each.fit)
    joined = _Joined(parcel, articles, said)
    published = {article_id: row for article_id, row in articles.items() if article_id in parcel.splits}
    for split in sorted({parcel.splits[article_id] for article_id in published}):
        _write(parcel, split, joined.rows_in(split), found)
    shown = {article_id for article_id in published if parcel.splits[article_id] not in settled.withheld}
    disputed = (unit for each in said for key in each.disputes if key in shown for unit in each.disputes[key])
    found.disputes = [_dispute(unit) for unit in disputed]
    found.tally.close()
    return found


def _dispute(dispute: Row) -> Row:
    """A disputed unit as the manifest lists it."""
    return {key: dispute[key] for key in ("layer", "article_id", "target", "kind", "name", "reason")}


def _search(parcel: Parcel, built: list[Row], articles: Mapping[str, Row], found: Filled) -> None:
    """Look for personal data in what is published, and for words that stand where they should not."""
    published = [row for article_id, row in articles.items() if article_id in parcel.splits]
    known = dict(parcel.known)
    found.scan = personal.scan(published, parcel.settled.waivers, known)
    found.searched = {key: record for key, record in known.items() if key not in parcel.known}
    places = {row["article_id"]: parcel.splits[row["article_id"]] for row in published}
    places |= {row["article_id"]: leaks.REMOVED for row in built if row["article_id"] not in articles}
    found.passages = leaks.keys(built, places)


@dataclass(frozen=True)
class _Joined:
    """The records of a parcel, by article."""

    parcel: Parcel
    articles: Mapping[str, Row]
    labels: list[Labels]

    def rows_in(self, split: str) -> dict[str, list[list[Row]]]:
        """Rows by config, those about one article together; articles in the order of their ids."""
        links: dict[str, list[Row]] = defaultdict(list)
        for link in parcels.rows(self.parcel.folder / "links.arrow"):
            links[link["a"]].append(link)
        found: dict[str, list[list[Row]]] = defaultdict(list)
        for article_id in sorted(self.articles):
            if self.parcel.splits.get(article_id) == split:
                for config, own in self._rows_of(article_id, split, links.get(article_id, [])):
                    found[config].append(own)
        return found

    def _rows_of(self, article_id: str, split: str, links: list[Row]) -> Iterator[tuple[str, list[Row]]]:
        """All rows of one article, by config."""
        status = {each.layer.name: each.status[article_id] for each in self.labels}
        article = self.articles[article_id] | {"split": split, "layers": status}
        yield "articles", [article]
        answers = [answer for each in self.labels for answer in each.answers.get(article_id, ())]
        yield "annotations", rows.answer_rows(article, answers)
        yield "families", rows.link_rows(article, links, self.parcel.splits)
        for each in self.labels:
            yield each.layer.name, rows.gold_rows(each.layer, article, each.gold.get(article_id, []))


def _write(parcel: Parcel, split: str, by_config: Mapping[str, list[list[Row]]], found: Filled) -> None:
    """Put the rows of one split into the parcel's folder, as its audience may see them."""
    settled = parcel.settled
    bundles: list[dict[str, list[Row]]] = [{} for _ in by_config["articles"]]
    for config, groups in by_config.items():
        flat = [row for group in groups for row in group]
        if not flat:
            continue
        schema = settled.schemas.arrow(f"rows/{config}")
        table = _table(flat, schema)
        stored: list[Row] = table.to_pylist()  # as Parquet gives them back: every number in its column's type
        found.full.add(config, split, stored)
        if split in settled.withheld and config not in UNLABELLED:
            continue
        found.published.rows[config, split] = found.full.rows[config, split]
        if settled.audience == PUBLIC:
            stored = _shown(config, stored, {row["article_id"]: row for (row,) in by_config["articles"]})
            table = _table(stored, schema)
        _put(parcel.folder / f"{config}.{split}.arrow", table)
        rest = iter(stored)
        for bundle, group in zip(bundles, groups, strict=True):
            bundle[config] = [next(rest) for _ in group]
    for bundle in bundles:
        found.tally.add(bundle)


def _shown(config: str, stored: list[Row], articles: Mapping[str, Row]) -> list[Row]:
    about = "a" if config == "families" else "article_id"
    return [row if is_cleared(articles[row[about]]) else withhold(config, row) for row in stored]


def _table(found: list[Row], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist(found, schema=schema)


def _put(path: Path, table: pa.Table) -> None:
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema, options=options) as writer:
        writer.write_table(table)
