"""Links to families: every article in exactly one, singles counted.

In:  articles, links, people's word, the families that releases have fixed.
Out: a :class:`Grouping`: family records, the links as people amended them, and what merged or was refused.

The strongest links speak first. What people parted and what releases put in different splits never comes together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from copydesk.dataset.families.amended import FAMILY_LEAST, amend
from copydesk.dataset.families.clusters import Clusters
from copydesk.dataset.families.links import Article, Link
from copydesk.dataset.families.people import FILE, PeoplesWord, Rename, root
from copydesk.dataset.families.ties import standing
from copydesk.files import digest
from copydesk.issues import Issue

Family = dict[str, Any]
SplitRecord = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """A released family that went into an older one of the same split."""

    family_id: str  #: the alias from now on
    into: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Two articles that a link or people would join, and why they stay apart."""

    a: str
    b: str
    why: str  #: parted (by people) | released (in different splits)


@dataclass(frozen=True, slots=True)
class Grouping:
    """Families of a corpus."""

    families: list[Family]  #: sorted by id
    links: list[Link]  #: sorted by (a, b), as people amended them; those that ties.py lets stand
    merged: list[Merged] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)  #: article new to a released family, and the family
    refused: list[Refused] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  #: ids in families.toml that the corpus does not have
    not_renamed: list[tuple[Rename, str]] = field(default_factory=list)  #: what families.toml asks in vain, and why

    def family_of(self) -> dict[str, str]:
        """The family of each article."""
        return {article: family["family_id"] for family in self.families for article in family["members"]}

    def issues(self) -> list[Issue]:
        """What people should know: words of theirs that nothing came of, and families that releases keep apart."""
        in_vain = [("family-absent", f"{article} is not in the corpus") for article in self.unknown] + [
            ("family-not-renamed", f"{rename.family} is not renamed to {rename.to}: {why}")
            for rename, why in self.not_renamed
        ]
        where, hint = f"dataset/{FILE}", "correct the id, or drop the entry"
        return [Issue(code, where, said, hint=hint, severity="warning") for code, said in in_vain] + [
            Issue(
                "family-kept-apart",
                f"{each.a} {each.b}",
                "derive from one text, but releases put their families in different splits",
                hint="the link is recorded; a new article that bridges them is held out",
                severity="warning",
            )
            for each in self.refused
            if each.why == "released"
        ]

    def report(self) -> dict[str, list[dict[str, str]]]:
        """What became of families, for ``build/stats.json``."""
        return {
            "merged": [asdict(each) for each in self.merged],
            "joined": [{"article_id": article, "family_id": family} for article, family in self.joined],
            "refused": [asdict(each) for each in self.refused],
        }


def group(
    articles: Sequence[Article], links: Sequence[Link], *, word: PeoplesWord, released: Sequence[SplitRecord]
) -> Grouping:
    """The families of ``articles``. ``released``: records of dataset/splits.jsonl, oldest first."""
    by_id = {article["article_id"]: article for article in articles}
    amended = amend(by_id, links, word)
    clusters = _begun(by_id, word, released)
    clusters.grow((link["a"], link["b"], link["score"]) for link in amended if link["band"] != "parted")
    refused = [
        Refused(link["a"], link["b"], why)
        for link in amended
        if link["score"] >= FAMILY_LEAST and (why := clusters.forbidden(link["a"], link["b"]))
    ]
    families, merged, joined = _named(clusters.members(), released, word)
    not_renamed = list(_in_vain(word.renames, families))
    return Grouping(families, standing(amended, clusters), merged, joined, refused, word.unknown(by_id), not_renamed)


def _begun(by_id: Mapping[str, Article], word: PeoplesWord, released: Sequence[SplitRecord]) -> Clusters:
    """Sets with what is settled: equal texts and released families are whole, people's word is kept."""
    clusters = Clusters(_texts(by_id, word))
    for a, b in word.parted():
        if a in by_id and b in by_id:
            clusters.part(a, b)
    present = [[article for article in record["members"] if article in by_id] for record in released]
    for record, members in zip(released, present, strict=True):
        for article in members:
            clusters.fix(article, record["split"])
    for members in present:
        for article in members[1:]:
            clusters.join(members[0], article)
    for a, b, _ in word.joined():
        if a in by_id and b in by_id:
            clusters.join(a, b)
    first_of: dict[str, str] = {}
    for article_id in sorted(by_id):
        clusters.join(first_of.setdefault(by_id[article_id]["text_sha256"], article_id), article_id)
    return clusters


def _texts(by_id: Mapping[str, Article], word: PeoplesWord) -> dict[str, str]:
    """The text of each article; those of articles that people joined count as one, so that what either is linked with
    stays with both."""
    leader: dict[str, str] = {}
    for a, b, _ in word.joined():
        if a in by_id and b in by_id:
            one, other = sorted(root(leader, by_id[each]["text_sha256"]) for each in (a, b))
            leader[other] = one
    return {article_id: root(leader, article["text_sha256"]) for article_id, article in by_id.items()}


def new_id(article: str) -> str:
    """The id of a family whose smallest article is this one."""
    return f"fam-{digest(article, 16)}"


def _named(
    clusters: Sequence[Sequence[str]], released: Sequence[SplitRecord], word: PeoplesWord
) -> tuple[list[Family], list[Merged], list[tuple[str, str]]]:
    """Ids for clusters: a released family's stays with the part that holds its smallest member."""
    held = {article: cluster[0] for cluster in clusters for article in cluster}
    past: dict[str, list[str]] = {}  # released families of each cluster, by its first article, oldest first
    family_members: dict[str, set[str]] = {}
    for record in released:
        family_members.setdefault(record["family_id"], set()).update(record["members"])
    for family, members in family_members.items():
        present = sorted(article for article in members if article in held)
        if present:
            past.setdefault(held[present[0]], []).append(family)
    taken, renamed = set(family_members), {rename.family: rename.to for rename in word.renames}
    natural = {new_id(cluster[0]) for cluster in clusters}
    families, merged, joined = [], [], []
    for cluster in clusters:
        old = past.get(cluster[0], [])
        family_id = old[0] if old else _fresh(cluster, taken)
        aliases = old[1:]
        merged += [Merged(alias, family_id) for alias in aliases]
        if old:
            aliases += _former(family_id, cluster, renamed)
            known = set().union(*(family_members[family] for family in old))
            joined += [(article, family_id) for article in cluster if article not in known]
        elif (to := renamed.get(family_id)) and to not in taken and to not in natural:
            aliases, family_id = [family_id], to
        taken.add(family_id)
        families.append({"family_id": family_id, "members": list(cluster), "aliases": sorted({*aliases})})
    return sorted(families, key=lambda family: str(family["family_id"])), merged, joined


def _former(family_id: str, cluster: Sequence[str], renamed: Mapping[str, str]) -> list[str]:
    """The ids that a family had before people renamed it and it was released."""
    former = {old for old, to in renamed.items() if to == family_id}
    return [each for each in map(new_id, cluster) if each in former] if former else []


def _in_vain(renames: Iterable[Rename], families: Sequence[Family]) -> Iterator[tuple[Rename, str]]:
    """The renames that no family took, and why."""
    aliases = {family["family_id"]: family["aliases"] for family in families}
    given = {rename.to for rename in renames}
    for rename in renames:
        if rename.family in aliases.get(rename.to, ()):
            continue
        if rename.family in given:
            yield rename, "another entry gives that id; let it give the new one"
        elif rename.to in aliases:
            yield rename, "another family has that id"
        else:
            yield rename, "it is released" if rename.family in aliases else "no family has that id"


def _fresh(cluster: Sequence[str], taken: set[str]) -> str:
    """An id from the smallest article; from the next one where a released family has that id already."""
    free = (new_id(article) for article in cluster)
    return next((family for family in free if family not in taken), f"fam-{digest(list(cluster), 16)}")
