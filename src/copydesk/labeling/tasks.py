"""What Label Studio shows: one task per article, layer, target and annotator, with a key that makes it exact once.

The server has no unique task key, so ours stands in the task's data: a digest of the readable parts beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from copydesk.files import digest
from copydesk.labeling.layers import Layer

KEY = "copydesk_key"  #: the digest of the parts
REVIEW = "copydesk_review"  #: stands in a task that shows an adjudicator a dispute: a digest of what it shows
SUPERSEDED = "copydesk_superseded"  #: why the task is no longer wanted; absent or empty while it is
PARTS = ("article_id", "text_sha256", "layer", "layer_version", "target", "annotator")

Data = dict[str, Any]


def parts(article: Mapping[str, Any], layer: Layer, target: str | None, annotator: str | None) -> Data:
    """What tells one task from every other."""
    values = (article["article_id"], article["text_sha256"], layer.name, layer.version, target, annotator)
    return dict(zip(PARTS, values, strict=True))


def key(task_parts: Mapping[str, Any]) -> str:
    """The digest under which a task exists once."""
    return _key([task_parts[part] for part in PARTS])


def render(article: Mapping[str, Any], layer: Layer, target: str | None, annotator: str | None) -> Data:
    """The task's data: text, what the page shows beside it, the key and its parts."""
    identity = parts(article, layer, target, annotator)
    titles = {each.target_id: each.title for each in layer.targets}
    return {
        KEY: key(identity),
        **identity,
        "text": article["text"],
        "title": article["title"] or "",
        "publisher": article["publisher"]["name"] or article["publisher"]["domain"] or "",
        "published": article["published"] or "",
        "target_title": titles.get(target or "", ""),
    }


def is_intact(data: object) -> TypeGuard[Data]:
    """Whether task data from a server holds a key that its parts give: ours, and nobody has edited the parts."""
    if not isinstance(data, Mapping):
        return False
    try:
        values = [data[part] for part in PARTS]
    except KeyError:
        return False
    return all(value is None or isinstance(value, str) for value in values) and data.get(KEY) == _key(values)


def _key(values: Sequence[Any]) -> str:
    return digest(values, 32)
