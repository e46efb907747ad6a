"""Show one record with its evidence, down to the raw bytes.

In:  an id: ``art-…`` of the last build, ``ann-…`` of an annotation, ``unit-…`` of a gold unit.
Out: the record; for an article each reading with the raw words it rests on, for a label its trail (``trail``);
     :func:`render` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from copydesk.dataset import removals
from copydesk.dataset.ingest.again import RawChanged, read_again
from copydesk.dataset.ingest.traced import Segment, raw_span
from copydesk.dataset.store import Store
from copydesk.dataset.trail import draw, trail
from copydesk.errors import CopydeskError
from copydesk.labeling import layers
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.layers import Layer
from copydesk.project import Project
from copydesk.schemas import records

if TYPE_CHECKING:
    from rich.console import Console

Record = Mapping[str, Any]
CONTEXT = 60  #: code points of raw text shown of a long reading
KINDS = {"art-": "article", "ann-": "annotation", "unit-": "gold"}


class UnknownId(CopydeskError):
    """No record has this id."""

    def __init__(self, record_id: str) -> None:
        self.record_id = record_id
        known = ", ".join(f"{prefix}… ({kind})" for prefix, kind in KINDS.items())
        super().__init__(
            f"no record {record_id!r}", f"ids look like {known}; `copydesk --json families` lists articles"
        )


class NoRaw(CopydeskError):
    """A stretch of text does not lead back to raw bytes."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "give a range inside the text, as START:END in code points")


def show(project: Project, record_id: str) -> dict[str, Any]:
    """The record, what it is, and what it rests on: an article's evidence, a label's people, article and raw words.

    Raises: UnknownId, NotBuilt.
    """
    kind = next((kind for prefix, kind in KINDS.items() if record_id.startswith(prefix)), None)
    if kind is None:
        raise UnknownId(record_id)
    if kind == "article":
        article = Store(project).by_id.get(record_id)
        if article is None:
            raise UnknownId(record_id)
        out = next((each for each in removals.read(project) if each["article_id"] == record_id), None)
        return {"kind": kind, "record": article, "removal": out, **_evidence(project, article)}
    layer, record = _labelled(project, kind, record_id)
    return {"kind": kind, "record": record, **trail(project, layer, record)}


def _labelled(project: Project, kind: str, record_id: str) -> tuple[Layer, dict[str, Any]]:
    """The latest annotation or the gold unit of this id, and its layer."""
    key = "annotation_id" if kind == "annotation" else "unit_id"
    for layer in layers.load(project):
        stored = latest(history(layer)) if kind == "annotation" else records.read("gold", layer.gold)
        found = [record for record in stored if record[key] == record_id]
        if found:
            return layer, found[-1]
    raise UnknownId(record_id)


def _evidence(project: Project, article: Record) -> dict[str, list[dict[str, Any]]]:
    """Findings and removed stretches, each with the raw words; without them where the raw input is gone."""
    try:
        decoded = read_again(project, article).decoded
    except RawChanged:
        decoded = ""
    origin = article["provenance"]
    return {
        "evidence": [{**each, "quote": _quote(decoded, each)} for each in origin["findings"]],
        "removed": [{**each, "quote": _quote(decoded, each)} for each in origin["removed"]],
    }


def _quote(decoded: str, reading: Record) -> str | None:
    start, end = reading["start"], reading["end"]
    return decoded[start:end] if decoded and start is not None else None


def raw(project: Project, article: Record, start: int, end: int) -> bytes:
    """The raw bytes behind ``text[start:end]``. Raises NoRaw, RawChanged."""
    segments = [Segment(**each) for each in article["provenance"]["segments"]]
    if not 0 <= start < end <= article["n_chars"]:
        raise NoRaw(f"{start}:{end} is no range of a text of {article['n_chars']} code points")
    if not segments:
        raise NoRaw("this article's format does not lead back to raw characters")
    span, origin = raw_span(segments, start, end), read_again(project, article)
    return origin.decoded[span.start : span.end].encode(origin.encoding, "replace")


def raw_behind(project: Project, shown: Record, wanted: str) -> bytes:
    """The raw bytes behind ``START:END`` of a shown article. Raises NoRaw, RawChanged."""
    start, colon, end = wanted.partition(":")
    if shown["kind"] != "article":
        raise NoRaw(f"an {shown['kind']} has no text of its own; name its article")
    if not (colon and start.isdecimal() and end.isdecimal()):
        raise NoRaw(f"{wanted!r} is no range")
    return raw(project, shown["record"], int(start), int(end))


def render(shown: Record, console: Console) -> None:
    """Print what :func:`show` gave: fields, evidence, and the text."""
    if shown["kind"] == "article":
        _render_article(shown, console)
    else:
        console.print_json(data=shown["record"])
        draw(shown, console)


def _render_article(shown: Record, console: Console) -> None:
    from rich.text import Text

    article = shown["record"]
    console.print(Text(article["title"] or "(no title)", style="bold"))
    console.print(Text(f"{article['article_id']}  {article['provenance']['path']}", style="dim"))
    if out := shown["removal"]:
        console.print(Text(f"removed from all later releases at {out['removed_at']}: {out['reason']}", style="red"))
    console.print(_fields(article))
    for title, rows in (("evidence", shown["evidence"]), ("left out", shown["removed"])):
        if rows:
            console.print(_readings(title, rows))
    console.print(Text(article["text"] or "(withheld)"))


def _fields(article: Record) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table("field", "value", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name, value in _flat(article):
        table.add_row(name, Text("–", style="dim") if value is None else Text(value))
    return table


_SHOWN_ELSEWHERE = {"article_id", "title", "text", "provenance"}


def _flat(article: Record) -> list[tuple[str, str | None]]:
    rows = list[tuple[str, str | None]]()
    for name, value in article.items():
        if name in _SHOWN_ELSEWHERE:
            continue
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        for part, inner in parts:
            listed = ", ".join(inner) or None if isinstance(inner, Sequence) and not isinstance(inner, str) else inner
            word = str(listed).lower() if isinstance(listed, bool) else listed
            rows.append((f"{name}.{part}".rstrip("."), None if word is None else str(word)))
    return rows


def _readings(title: str, rows: Sequence[Record]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(title, "reads", "rule", "sure", "raw", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for row in rows:
        place = "–" if row["start"] is None else f"{row['start']}:{row['end']}"
        sure = f"{row['confidence']:.2f}" if "confidence" in row else ""
        words = " ".join((row["quote"] or "").split())
        words = words if len(words) <= CONTEXT else words[: CONTEXT - 1] + "…"
        colour = "green" if "field" in row else "red"
        table.add_row(
            Text(row.get("field") or row["kind"], style="cyan"),
            Text(row.get("value") or ""),
            Text(row["rule"]),
            sure,
            Text.assemble((place, "dim"), " ", (words, colour)),
        )
    return table
