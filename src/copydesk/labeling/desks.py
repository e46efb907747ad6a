"""Desks: the Label Studio projects that belong to this project, one per layer version and annotator.

Blind work needs a Label Studio project of one's own, since the free edition lets everyone see everything. A desk is
known by a line in its description, so its title may be changed and other projects on the server are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.errors import CopydeskError
from copydesk.files import sha256
from copydesk.labeling import review_page
from copydesk.labeling.annotators import EVERYONE, Annotator
from copydesk.labeling.layers import Layer
from copydesk.labeling.studio import Json, Studio
from copydesk.project import Project

WORK, REVIEW = "work", "review"  #: what a desk is for, beside a training round
CLOSED = "(old) "  #: before the title of a desk that is not wanted any more
TITLE_LENGTH = 50  #: what Label Studio allows
_MARKER = re.compile(r"\[copydesk ([\w.-]+)/(\w+)@([\w.+-]+)/(?:(review|training):)?([\w-]+) page=([0-9a-f]{12})\]")


class PageDrift(CopydeskError):
    """A labelling page on the server is not the one that was pushed: answers to it might mean something else."""

    def __init__(self, title: str, layer: str) -> None:
        self.title, self.layer = title, layer
        super().__init__(
            f"the labelling page of {title!r} was changed on the server; nothing was pushed",
            f"put labeling/{layer}/config.xml back there (Settings → Labeling Interface), "
            f"or take the change into that file and raise the version in labeling/{layer}/layer.toml",
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """One layer version's page for one annotator, or for everyone.

    At a review desk an adjudicator sees the answers; at a training desk somebody answers what is known already.
    """

    project: str  #: name in copydesk.toml: how a server knows the project
    layer: str
    version: str
    annotator: str | None
    purpose: str = WORK

    @property
    def review(self) -> bool:
        return self.purpose == REVIEW

    @property
    def name(self) -> str:
        who = self.annotator or EVERYONE if self.purpose == WORK else f"{self.purpose}:{self.annotator}"
        return f"{self.project}/{self.layer}@{self.version}/{who}"


@dataclass(frozen=True, slots=True)
class Place:
    """A desk as it stands on a server."""

    desk: Desk
    project_id: int
    page: str  #: digest of the labelling page that we put there
    record: Json  #: the server's own record


def plan(project: Project, layer: Layer, annotators: Sequence[Annotator]) -> list[Desk]:
    """The desks that ``layer`` wants: one per human annotator when blind, else one for everyone."""
    humans = [each.name for each in annotators if each.role == "human"]
    names = humans if humans and project.labeling_settings.blind else [None]
    return [Desk(project.name, layer.name, layer.version, name) for name in names]


def find(project: Project, records: Iterable[Json]) -> dict[Desk, list[Place]]:
    """This project's desks among a server's projects, also of older layer versions; the oldest place first.

    Two machines that push for the first time at once make two places of one desk; both count.
    """
    found: dict[Desk, list[Place]] = {}
    for record in sorted(records, key=lambda record: int(record["id"])):
        marker = _MARKER.search(record.get("description") or "")
        if marker and marker[1] == project.name:
            annotator = None if marker[5] == EVERYONE else marker[5]
            desk = Desk(marker[1], marker[2], marker[3], annotator, marker[4] or WORK)
            found.setdefault(desk, []).append(Place(desk, int(record["id"]), marker[6], record))
    return found


def check_pages(places: Iterable[Place]) -> None:
    """Raises PageDrift for a desk whose page on the server is not the one that we put there."""
    for place in places:
        if page_digest(place.record.get("label_config") or "") != place.page:
            raise PageDrift(str(place.record.get("title")), place.desk.layer)


def open_desk(project: Project, layer: Layer, desk: Desk, places: Sequence[Place], studio: Studio) -> list[Place]:
    """The desk's places on the server, made or brought up to date where needed."""
    wanted = _fields(project, layer, desk)
    if not places:
        record = studio.create_project(wanted)
        return [Place(desk, int(record["id"]), page_digest(wanted["label_config"]), record)]
    for place in places:
        changed = {name: value for name, value in wanted.items() if place.record.get(name) != value}
        if not str(place.record.get("title")).startswith(CLOSED):  # else it may be changed on the server
            changed.pop("title", None)
        if changed:
            studio.update_project(place.project_id, changed)
    return list(places)


def close_desk(places: Iterable[Place], studio: Studio) -> None:
    """Say in the title that a desk is of an older version, or of someone who left; answers in it stay."""
    for place in places:
        title = str(place.record.get("title"))
        if not title.startswith(CLOSED):
            studio.update_project(place.project_id, {"title": f"{CLOSED}{title}"[:TITLE_LENGTH]})


def page_digest(config: str) -> str:
    """A short digest of a labelling page; the server strips white space at its ends."""
    return sha256(config.strip().encode())[:12]


def _fields(project: Project, layer: Layer, desk: Desk) -> Mapping[str, Any]:
    config = review_page.page(layer) if desk.review else layer.config
    who = desk.annotator or EVERYONE if desk.purpose == WORK else f"{desk.purpose} · {desk.annotator}"
    title = f"{layer.title} · {who} · {project.title or project.name}"
    return {
        "title": title[:TITLE_LENGTH].strip(),
        "description": f"Made by Copydesk, which finds it by the next line; leave it as it is.\n"
        f"[copydesk {desk.name} page={page_digest(config)}]",
        "label_config": config.strip(),
        "expert_instruction": _html(layer.guidelines).strip(),
        "show_instruction": True,
        "show_skip_button": True,
        "enable_empty_annotation": True,
        "maximum_annotations": 1 if desk.annotator else project.labeling_settings.redundancy,
    }


def _html(markdown: str) -> str:
    """Guidelines as Label Studio shows them. Markup inside them stays text."""
    from markdown_it import MarkdownIt

    rendered: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return rendered
