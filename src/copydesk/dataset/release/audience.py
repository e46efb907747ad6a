"""For whom a release is: *local* holds all words, *public* only those of sources that may be redistributed.

In:  full rows.
Out: rows of the same shape in which every field that carries a withheld source's words is null. Offsets, lengths,
digests and labels stay, so that who holds the source can put the words back and prove them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from copydesk.files import canonical
from copydesk.spans import quoted

LOCAL, PUBLIC = "local", "public"
AUDIENCES = (LOCAL, PUBLIC)
QUOTE = ("text", "prefix", "suffix")  #: the words of a quoted span
UNLABELLED = ("articles", "families")  #: configs without labels

Row = dict[str, Any]


def is_cleared(article: Mapping[str, Any]) -> bool:
    """Whether the article's words may go out."""
    return bool(article["rights"]["redistribute"])


def withhold(config: str, row: Row) -> Row:
    """``row`` of ``config`` without its article's words. Doing it twice changes nothing."""
    if config == "articles":
        provenance = row["provenance"]
        findings = [{**finding, "value": None} for finding in provenance["findings"]]
        wordless = {"title": None, "text": None, "dateline": {**row["dateline"], "text": None}}
        return {**row, **wordless, "provenance": {**provenance, "findings": findings}}
    if config == "annotations":
        return {**row, "value": _quoteless_json(row["value"])}
    quoteless: Row = without_quotes(row)
    return quoteless


def without_quotes(value: Any) -> Any:
    """``value`` with every quoted span in it (whatever has start and end) reduced to its offsets."""
    if isinstance(value, list):
        return [without_quotes(part) for part in value]
    if not isinstance(value, dict):
        return value
    wordless = dict.fromkeys(QUOTE) if "start" in value and "end" in value else {}
    return {key: None if key in wordless else without_quotes(part) for key, part in value.items()}


def put_back(config: str, row: Row, article: Mapping[str, Any]) -> Row:
    """``row`` with the words of ``article``, whose text is at hand: what :func:`withhold` took."""
    if config == "articles":
        findings = article["provenance"]["findings"]
        words = {key: article[key] for key in ("title", "text", "dateline")}
        return {**row, **words, "provenance": {**row["provenance"], "findings": findings}}
    if config == "annotations":
        value = row["value"] and canonical(_requoted(orjson.loads(row["value"]), article["text"])).decode()
        return {**row, "value": value}
    quoted_row: Row = row if config == "families" else _requoted(row, article["text"])
    return quoted_row


def _requoted(value: Any, text: str) -> Any:
    if isinstance(value, list):
        return [_requoted(part, text) for part in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _requoted(part, text) for key, part in value.items()}
    return inner | quoted(text, value["start"], value["end"]) if set(QUOTE) <= value.keys() else inner


def _quoteless_json(text: str | None) -> str | None:
    return None if text is None else canonical(without_quotes(orjson.loads(text))).decode()
