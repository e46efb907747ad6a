"""Published rows agree with the published articles: every span quotes its text, every index has its name.

In:  one row of config ``annotations``, ``families`` or a layer's; the article rows of the same release by id.
Out: issues. Rows of config ``articles`` are articles: see :func:`check_article`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from copydesk.issues import Issue
from copydesk.labeling.layers import Layer
from copydesk.schemas.meaning.answers import check_target, check_text
from copydesk.schemas.meaning.spans import check_apart, check_quote

Record = Mapping[str, Any]


def check_row(row: Record, layer: Layer, article: Record | None, where: str | None = None) -> list[Issue]:
    """What is wrong with a row of the config of ``layer`` beyond its shape."""
    place = where or f"{layer.name} {row['article_id']}"
    found = [*_categories(row, layer, place), *_belongs(row, article, place)]
    if "target" in row:
        found += check_target(row["target"], layer, place)
    if "spans" in row:
        found += check_apart(row["spans"], "$.spans", place)
    stale = check_text(row, article, place)
    if article is not None and not stale:
        found += [issue for quote, path in _quotes(row, layer) for issue in check_quote(quote, article, path, place)]
    return found + stale


def _belongs(row: Record, article: Record | None, where: str) -> Iterator[Issue]:
    """Family and split are those of the article."""
    for name in ("family_id", "split") if article is not None else ():
        if row[name] != article[name]:  # type: ignore[index]
            message = f"{name} is {row[name] or 'null'}, the article's is {article[name] or 'null'}"  # type: ignore[index]
            yield Issue("split-differs", where, message, f"$.{name}", "release again")


def _categories(row: Record, layer: Layer, where: str) -> Iterator[Issue]:
    """Index and name of each category say the same."""
    for part, path in _parts(row):
        for name, labels in [("label", layer.labels), *((each.name, each.labels) for each in layer.attributes)]:
            if name in part:
                index, label = part[name], part[f"{name}_name"]
                expected = labels[index] if index is not None and 0 <= index < len(labels) else None
                if label != expected:
                    message = f"{name} {_json(index)} is {_json(expected)}, but {name}_name is {_json(label)}"
                    yield Issue("label-differs", where, message, f"{path}.{name}_name", "release again")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parts(row: Record) -> Iterator[tuple[Record, str]]:
    yield row, "$"
    for n, span in enumerate(row.get("spans", ())):
        yield span, f"$.spans[{n}]"


def _quotes(row: Record, layer: Layer) -> Iterator[tuple[Record, str]]:
    for part, path in _parts(row):
        if "start" in part:
            yield part, path
    for name in (layer.linked, "evidence"):
        if name and row.get(name) is not None:
            yield row[name], f"$.{name}"
