"""Links and families agree with the articles they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from copydesk.issues import Issue

Record = Mapping[str, Any]
_BANDS = (("duplicate", 0.9), ("family", 0.5), ("possible", 0.1))  # the least score of each, as schemas/link says


def check_link(link: Record, articles: Mapping[str, Record], where: str | None = None) -> list[Issue]:
    """What is wrong with a link beyond its shape: its articles, its band, its passages."""
    place = where or str(link["link_id"])
    found = [*_ends(link, articles, place), *_passages(link, articles, place)]
    band = next((name for name, least in _BANDS if link["score"] >= least), None)
    if link["decided_by"] == "model" and band != link["band"]:
        message = f"score {link['score']:.3f} is in band {band or 'none'}, not {link['band']}"
        found.append(Issue("wrong-band", place, message, "$.band", "build again"))
    return found


def check_family(family: Record, articles: Mapping[str, Record], where: str | None = None) -> list[Issue]:
    """What is wrong with a family beyond its shape: its members are there, and say that they belong to it."""
    place, found = where or str(family["family_id"]), []
    for n, member in enumerate(family["members"]):
        path = f"$.members[{n}]"
        if member not in articles:
            found.append(Issue("unknown-article", place, f"there is no article {member}", path, "build again"))
        elif articles[member]["family_id"] != family["family_id"]:
            message = f"article {member} says that its family is {articles[member]['family_id']}"
            found.append(Issue("family-differs", place, message, path, "build again"))
    return found


def _ends(link: Record, articles: Mapping[str, Record], where: str) -> Iterator[Issue]:
    if link["a"] >= link["b"]:
        yield Issue("link-unordered", where, f"a {link['a']} does not come before b {link['b']}", "$.a", "build again")
    for end in ("a", "b"):
        if link[end] not in articles:
            yield Issue("unknown-article", where, f"there is no article {link[end]}", f"$.{end}", "build again")


def _passages(link: Record, articles: Mapping[str, Record], where: str) -> Iterator[Issue]:
    for n, passage in enumerate(link["evidence"]):
        for end in ("a", "b"):
            article = articles.get(link[end])
            start, stop = passage[f"{end}_start"], passage[f"{end}_end"]
            if start > stop or (article is not None and stop > article["n_chars"]):
                message = f"{start}:{stop} is no range of {link[end]}"
                yield Issue("span-out-of-range", where, message, f"$.evidence[{n}].{end}_end", "build again")
