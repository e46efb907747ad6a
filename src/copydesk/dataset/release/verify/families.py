"""Checks across articles and across releases: families, splits, label maps, held-out articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from copydesk.dataset.release import manifest
from copydesk.dataset.release.facts import MANIFEST
from copydesk.dataset.release.verify.opened import Opened
from copydesk.issues import Issue


def families(opened: Opened) -> Iterator[Issue]:
    """No family in two splits; the manifest's families, held-out articles and label maps are those of the rows."""
    members: dict[str, list[str]] = defaultdict(list)
    for article_id, article in opened.articles.items():
        members[article["family_id"]].append(article_id)

    def places(family_id: str) -> list[str]:
        return sorted({opened.articles[member]["split"] for member in members[family_id]})

    for family_id in sorted(family_id for family_id in members if len(places(family_id)) > 1):
        yield Issue("leak", str(family_id), f"is in the splits {', '.join(places(family_id))}")
    stated = {row["family_id"]: row for row in opened.manifest["families"]}
    for family_id in sorted(stated.keys() | members.keys(), key=str):
        row, found = stated.get(family_id), members.get(family_id)
        said = row and (row["split"], set(row["members"]))
        if said != (found and (places(family_id)[0], set(found))):
            yield Issue("family-listed", MANIFEST, f"lists {family_id} otherwise than the rows have it", "$.families")
    for held in opened.facts.held_out:
        if held.article_id in opened.articles:
            yield Issue("held-out", held.article_id, "is held out, but is in a split", "$.held_out")
    if opened.manifest["labels"] != manifest.label_maps(opened.schemas, opened.facts.configs):
        yield Issue("label-map", MANIFEST, "its label maps are not those of the layers", "$.labels")


def earlier(opened: Opened) -> Iterator[Issue]:
    """No article that an earlier release had in one split is in another one now."""
    for record in opened.earlier():
        for family in record["families"]:
            for article_id in family["members"]:
                now = opened.articles.get(article_id)
                if now is not None and now["split"] != family["split"]:
                    message = f"was in {family['split']} in {record['version']}, is in {now['split']} now"
                    yield Issue("split-moved", article_id, message, "$.split")
