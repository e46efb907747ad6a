"""Checks of rows, all in one pass: each looks at everything the release says about one article."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from copydesk.cycles import unsearched
from copydesk.dataset.release import leaks, personal
from copydesk.dataset.release.audience import PUBLIC, QUOTE, UNLABELLED, is_cleared, withhold
from copydesk.dataset.release.diff import key_of
from copydesk.dataset.release.facts import Shard
from copydesk.dataset.release.papers.tally import Tally
from copydesk.dataset.release.personal import Scan
from copydesk.dataset.release.shards import Digests
from copydesk.dataset.release.verify.gold import gold
from copydesk.dataset.release.verify.opened import Found, Opened
from copydesk.dataset.release.verify.pieces import pieces
from copydesk.dataset.release.verify.walk import Bundle, walk
from copydesk.executor import Executor, Here, renewed
from copydesk.files import digest
from copydesk.issues import Issue
from copydesk.schemas import meaning

Row = dict[str, Any]
RowCheck = Callable[[Opened, Bundle], Iterator[Issue]]
SMALL = 20_000  #: rows that one process checks sooner than others are started

#: Which check a code of ``copydesk.schemas.meaning`` belongs to; all others are about the article itself.
MEANT = {
    **dict.fromkeys(("span-drift", "span-out-of-range", "context-drift", "text-changed"), "slices"),
    **dict.fromkeys(("duplicate-span", "spans-overlap", "spans-unordered"), "slices"),
    **dict.fromkeys(("label-differs", "unknown-label", "unknown-layer", "unknown-target"), "labels"),
    **dict.fromkeys(("no-value", "value-left"), "labels"),
    **dict.fromkeys(("split-differs", "unknown-article", "link-unordered", "wrong-band"), "splits"),
}


def schema(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """Every row against its schema, every answer's value against its layer's; keeps the answers for other checks."""
    for config, rows in bundle.rows.items():
        where = f"{config}/{bundle.split} {bundle.article_id}"
        yield from opened.schemas.check_all(f"rows/{config}", rows, _numbered(where))
    for answer in bundle.rows.get("annotations", ()):
        try:
            value = orjson.loads(answer["value"] or b"null")
        except (orjson.JSONDecodeError, TypeError):
            yield Issue("value-not-json", answer["annotation_id"], "its value is not JSON", "$.value")
            continue
        bundle.answers.append(answer | {"value": value})
        if answer["layer"] not in opened.schemas.layers:
            yield Issue("unknown-layer", answer["annotation_id"], f"there is no layer {answer['layer']!r}", "$.layer")
        elif value is not None:
            yield from opened.schemas.check_all(answer["layer"], [value], _numbered(answer["annotation_id"]))


def _numbered(where: str) -> Callable[[int, Any], str]:
    return lambda n, _: f"{where} row {n}"


def meant(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """What a schema cannot say: texts, slices, label sets, and rows against their article."""
    article, layers = bundle.article, opened.schemas.layers
    for config, row in bundle.all_rows():
        if config == "articles":
            yield from meaning.check_article(row)
        elif config == "families":
            yield from meaning.check_link(row, opened.articles)
        elif config != "annotations":
            yield from meaning.check_row(row, layers[config], article)
    for answer in bundle.answers:
        yield from meaning.check_annotation(answer, layers[answer["layer"]], article)


def labels(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """Gold rests on answers that are published; shares of a distribution name known labels."""
    answers = {row["annotation_id"] for row in bundle.rows.get("annotations", ())}
    for config, row in bundle.all_rows():
        for unit in _units(row) if config not in ("annotations", *UNLABELLED) else ():
            for missing in sorted(set(unit["annotation_ids"]) - answers):
                where = f"{config} {bundle.article_id}"
                yield Issue("gold-without-answer", where, f"rests on {missing}, which is not published")


def _units(row: Row) -> Iterator[Row]:
    """A row of gold, or the spans in it: what says which answers it rests on."""
    if "annotation_ids" in row:
        yield row
    yield from row.get("spans", ())


def splits(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """Every row in the split and family of its article; nothing doubled, nothing across splits."""
    article = bundle.article
    if article is None or len(bundle.rows["articles"]) > 1:
        message = "rows are out of order, doubled, or about an article that is not in this split"
        yield Issue("row-orphan", f"{bundle.split} {bundle.article_id}", message)
        return
    for config, row in bundle.all_rows():
        if row["split"] != bundle.split or row["family_id"] != article["family_id"]:
            message = f"a row of {config} says {row['family_id']} in {row['split']}"
            yield Issue("split-differs", f"{bundle.split} {bundle.article_id}", message, "$.split")
    for config, rows in bundle.rows.items():
        if len({key_of(config, row) for row in rows}) < len(rows):
            yield Issue("row-doubled", f"{config} {bundle.article_id}", "two rows have the same id")
    for link in bundle.rows.get("families", ()):
        if link["link_id"] != f"link-{digest([link['a'], link['b']], 16)}":
            yield Issue("link-renamed", link["link_id"], "its id is not that of its two articles", "$.link_id")
        other = opened.articles.get(link["b"])
        if other is None or other["split"] != bundle.split:
            yield Issue("leak", link["link_id"], f"links {link['a']} to {link['b']} across splits", "$.b")


def audience(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """Words stand where they may, and only there; labels of withheld splits stand nowhere."""
    public = opened.facts.audience == PUBLIC
    cleared = bundle.article is not None and is_cleared(bundle.article)
    for config, row in bundle.all_rows():
        where = f"{config} {bundle.article_id}"
        if public and not cleared and not opened.facts.hydrated and withhold(config, row) != row:
            yield Issue("words-released", where, "holds words of a source that is not cleared")
        elif (cleared or not public) and _is_wordless(config, row):
            yield Issue("words-missing", where, "lacks words that this release should hold")
        if bundle.split in opened.facts.withheld and config not in UNLABELLED:
            yield Issue("label-released", where, f"labels of {bundle.split} are withheld")


def _is_wordless(config: str, row: Row) -> bool:
    if config == "articles":
        return row["text"] is None
    return any(part is None for key, part in row.items() if key in QUOTE)


def removed(opened: Opened, bundle: Bundle) -> Iterator[Issue]:
    """No removed article, neither by id nor by the digest of its text or bytes."""
    article = bundle.article
    if article is None:
        return
    for name, found in (
        ("article_id", article["article_id"]),
        ("text_sha256", article["text_sha256"]),
        ("raw_sha256", article["provenance"]["raw_sha256"]),
    ):
        if found in opened.gone:
            message = f"was removed from the dataset, by its {name}"
            yield Issue(
                "removed",
                article["article_id"],
                message,
                hint="do not use this copy; whoever cuts it: `copydesk remove` this one, too",
            )


ROW_CHECKS: dict[str, RowCheck] = {
    "articles": meant,
    "labels": labels,
    "gold": gold,
    "splits": splits,
    "audience": audience,
    "removed": removed,
}
NAMES = ("schema", "articles", "slices", "labels", "gold", "splits", "audience", "removed", "digests")


def run(opened: Opened) -> Found:
    """What all row checks find, from one pass over the rows, part by part. What breaks its schema is looked at no more.

    Nothing that other processes find depends on how many there are.
    """
    few = sum(shard.rows for shard in opened.facts.shards) < SMALL
    workers: Executor = Here() if few else opened.workers
    together = Found({name: [] for name in NAMES})
    scans, digests = [], Digests()
    tally: Tally | None = Tally(opened.facts.layers)
    parts = opened.facts.parts() if few else pieces(opened.facts)
    for found in workers.map(_checked, ((opened, part.shards, part.between) for part in parts)):
        for name, issues in found.issues.items():
            together.issues[name] += issues
        digests.extend(found.digests)
        if tally is not None and found.tally is not None:
            tally.take(found.tally)
        else:
            tally = None
        scans.append(found.scan)
        together.sentences += found.sentences
        if together.is_full:
            return together
    renewed(workers)  # checks to come are made here: what these processes hold is not in their way
    together.issues["digests"] += _digests(opened, digests)
    together.tally = tally
    if all(scan is not None for scan in scans):
        together.scan = sum((scan for scan in scans if scan is not None), Scan())
    return together


@unsearched()
def _checked(task: tuple[Opened, tuple[Shard, ...], tuple[str, str | None] | None]) -> Found:
    """All row checks of one part."""
    opened, shards, between = _here(task[0]), *task[1:]
    found, scanned, sentences = Found({name: [] for name in NAMES}), Scan(), leaks.Keys()
    wanted = opened.documents is None
    tally = Tally(opened.facts.layers) if wanted else None
    scan = scanned if wanted and opened.facts.scans.get("personal_rules") == personal.rules() else None
    for bundle in walk(replace(opened.facts, shards=shards, between=between)):
        for config, rows in bundle.rows.items():
            found.digests.add(config, bundle.split, rows)
        broken = list(schema(opened, bundle))
        found.issues["schema"] += broken
        if broken:
            tally = scan = None
        for name, check in ROW_CHECKS.items() if not broken else ():
            for issue in check(opened, bundle):
                found.issues[MEANT.get(issue.code, name)].append(issue)
        if found.is_full:
            return found
        if tally:
            tally.add(bundle.rows)
        if scan is not None:
            scan = _scanned(scan, bundle, sentences)
    found.tally, found.scan, found.sentences = tally and tally.close(), scan, [sentences]
    return found


def _here(opened: Opened) -> Opened:
    """The same release, which a process opens once, whatever parts of it come."""
    if not opened.is_sent:
        return opened
    if _OPENED and _OPENED[0].folder == opened.folder:
        return _OPENED[0]
    _OPENED[:] = [opened]
    return opened


_OPENED: list[Opened] = []  # of a process that was started for one release


def _scanned(scan: Scan, bundle: Bundle, sentences: leaks.Keys) -> Scan | None:
    """With what its article holds; None where words are withheld."""
    for article in bundle.rows.get("articles", ()):
        if article["text"] is None:
            return None
        scan += personal.scan([article])
        sentences.add(article["text"], bundle.split)
    return scan


def _digests(opened: Opened, digests: Digests) -> Iterator[Issue]:
    """Logical digests of the rows. A public release's are those of the full rows: only a hydrated copy proves them."""
    stated = {config["name"]: config for config in opened.manifest["configs"]}
    counted = {config["name"]: config for config in digests.configs()}
    wordless = opened.facts.audience == PUBLIC and not all(map(is_cleared, opened.articles.values()))
    for name in sorted(stated.keys() | counted.keys()):
        if (name not in stated or name not in counted) and not opened.facts.reanchored:
            yield Issue("rows-differ", name, "the manifest and the shards do not have the same configs", "$.configs")
        elif not wordless and stated[name] != counted[name]:
            yield Issue("rows-differ", name, "its rows are not those of the manifest's logical digest", "$.configs")
        elif wordless and not opened.facts.reanchored and _sizes(stated[name]) != _sizes(counted[name]):
            yield Issue("rows-differ", name, "has another number of rows than the manifest says", "$.configs")


def _sizes(config: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(split["split"], split["rows"]) for split in config["splits"]]
