"""Refer what people disagree on to an adjudicator: tasks on Label Studio that show each answer and the disagreement.

In:  disputed tasks (``adjudicate.review``), the annotators with role ``adjudicator``, and what the server holds.
Out: one live task per dispute on a review desk, exactly once, by the key that every task has; those that are settled
     without an adjudicator are superseded. What is submitted there comes back through ``pull``, and then decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copydesk.console import Progress
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError
from copydesk.files import digest, locked
from copydesk.labeling import annotators, desks, page, results, review_page, tasks
from copydesk.labeling.adjudicate import Adjudication
from copydesk.labeling.adjudicate.review import Review, passed_over, reviews
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.assignment import assign
from copydesk.labeling.desks import Desk, Place
from copydesk.labeling.layers import Layer
from copydesk.labeling.ledger import Entry, Ledger, ids_by_project
from copydesk.labeling.push import EXCHANGE, Pushed, Pushing
from copydesk.labeling.standing import Task, current
from copydesk.labeling.studio import Json, Studio
from copydesk.project import Project

AGREED = "what is agreed"  #: the prediction that the page starts from; no pseudonym has a blank


class NoAdjudicator(CopydeskError):
    """Nobody is there to decide."""

    def __init__(self) -> None:
        hint = "`copydesk annotators add NAME --role adjudicator`"
        super().__init__("nobody in labeling/annotators.toml is an adjudicator", f"add one: {hint}")


def refer(
    project: Project,
    layers: Sequence[Layer],
    decided: Mapping[str, Adjudication],
    *,
    studio: Studio,
    progress: Progress,
) -> dict[str, Pushed]:
    """Make the server hold one live task for each disputed article and target; ``decided`` is what `adjudicate` gave.

    Raises: NoAdjudicator; else as `push` does.
    """
    for layer in layers:
        page.require(layer)
    people = annotators.read(project)
    names = [each.name for each in people if each.role == "adjudicator"]
    if not names:
        raise NoAdjudicator
    with locked(project.private / "exchange.lock", EXCHANGE):
        found = {desk: places for desk, places in desks.find(project, studio.projects()).items() if desk.review}
        chosen = {layer.name for layer in layers}
        desks.check_pages(place for desk, places in found.items() if desk.layer in chosen for place in places)
        work = Pushing(
            project, Store(project).by_id, people, found, studio, Ledger(project, studio), progress, look=False
        )
        return {layer.name: _layer(work, layer, names, decided[layer.name]) for layer in layers}


def _layer(work: Pushing, layer: Layer, names: Sequence[str], decided: Adjudication) -> Pushed:
    """Bring one layer's review desks up to date."""
    answers = latest(history(layer))
    heirs = annotators.heirs(work.people)
    people = [each.name for each in work.people if each.role == "human" and each.name not in heirs]
    wanted_answers = work.project.labeling_settings.redundancy
    to_decide = reviews(layer, answers, work.articles, decided)
    to_decide += passed_over(layer, answers, work.articles, people, wanted_answers)
    disputed = {(each.article_id, each.target): each for each in to_decide}
    settled = {
        (answer["article_id"], answer["target"])
        for answer in current(layer, answers, work.articles)[0]
        if answer["role"] == "adjudicator"
    }
    wanted = [Desk(work.project.name, layer.name, layer.version, name, desks.REVIEW) for name in names]
    old = [desk for desk in work.found if desk.layer == layer.name and desk not in wanted]
    done = Pushed()
    for desk in old:
        entry = work.ledger.entry(work.found[desk])
        done += Pushed(superseded=work.retire(entry, list(entry.live)))
        desks.close_desk(work.found[desk], work.studio)
    if not disputed and not any(desk in work.found for desk in wanted):
        return done  # nothing to decide, and no desk to clear
    places = {
        desk: desks.open_desk(work.project, layer, desk, work.found.get(desk, []), work.studio) for desk in wanted
    }
    entries = {desk: work.ledger.entry(places[desk]) for desk in wanted}
    shares = _shares(disputed, names, entries, heirs)
    for desk in wanted:
        mine = [each for each in disputed.values() if desk.annotator in shares[each.article_id]]
        done += _desk(work, layer, places[desk], entries[desk], mine, settled)
    return done


def _shares(
    disputed: Mapping[Task, Review], names: Sequence[str], entries: Mapping[Desk, Entry], heirs: Mapping[str, str]
) -> Mapping[str, Sequence[str | None]]:
    """The one adjudicator of each article; who holds it already keeps it, or hands it over to an heir."""
    held: dict[str, list[str]] = {}
    for desk, entry in entries.items():
        for task in entry.live.values():
            name = desk.annotator or ""
            held.setdefault(task.article_id, []).append(heirs.get(name, name))
    first = {article_id: sorted(whose)[:1] for article_id, whose in held.items()}
    return assign({article_id for article_id, _ in disputed}, names, 1, first, leaving=set(heirs))


def _desk(
    work: Pushing,
    layer: Layer,
    places: Sequence[Place],
    entry: Entry,
    disputed: Sequence[Review],
    settled: set[Task],
) -> Pushed:
    """Import what is missing on one review desk, show anew what changed, retire what people settled."""
    name = places[0].desk.annotator
    rendered = [_render(work.articles[review.article_id], layer, review, name) for review in disputed]
    wanted = {task["data"][tasks.KEY]: task for task in rendered}
    answered = {
        tasks.key(tasks.parts(work.articles[article_id], layer, target, name)) for article_id, target in settled
    }
    entry = _drop_outdated(work, places, entry, wanted)
    work.revive(entry, [key for key in entry.superseded if key in wanted and key not in entry.live])
    missing = [task for key, task in wanted.items() if key not in entry.live]
    with work.progress(f"referring {layer.name} to {name}", len(missing)) as step:
        entry = work.bring(places, entry, missing, step)
    _start_from_agreed(work, places, entry)
    retired = work.retire(entry, [key for key in entry.live if key not in wanted and key not in answered])
    return Pushed(len(missing), len(wanted) - len(missing), retired, len(wanted))


def _render(article: Mapping[str, Any], layer: Layer, review: Review, name: str | None) -> Json:
    """The task: its data, what is agreed as a prediction, and each answer as one under its pseudonym."""
    data = tasks.render(article, layer, review.target, name)
    data[review_page.NOTE] = "\n".join(["To decide:", *review.disagreements])
    data[tasks.REVIEW] = digest(
        [data[review_page.NOTE], [[each["annotator"], each["value"]] for each in review.answers]], 16
    )
    values = [(AGREED, review.agreed), *((each["annotator"], each["value"]) for each in review.answers)]
    values.reverse()  # the page shows the last one first
    shown = [{"model_version": who, "result": results.result(layer, value, article["text"])} for who, value in values]
    return {"data": data, "predictions": shown}


def _start_from_agreed(work: Pushing, places: Sequence[Place], entry: Entry) -> None:
    """Let the page open with what is agreed; with nobody's own answer, which would weigh more than the others'.

    The server would take the last prediction that it got. It refuses a version that no task has.
    """
    held = set(ids_by_project(entry.live.values()))
    for place in places:
        if place.project_id in held and place.record.get("model_version") != AGREED:
            work.studio.update_project(place.project_id, {"model_version": AGREED})


def _drop_outdated(work: Pushing, places: Sequence[Place], entry: Entry, wanted: Mapping[str, Json]) -> Entry:
    """Delete tasks that show answers which have changed since, so that they are made anew.

    One that the adjudicator has answered, or begun to, stays as it is.
    """
    outdated = []
    held = {**entry.superseded, **entry.live}
    for place in places:
        for task in work.studio.tasks(place.project_id, ("id", "data")):
            if not tasks.is_intact(data := task.get("data")) or (key := data[tasks.KEY]) not in wanted:
                continue
            if key in held and data.get(tasks.REVIEW) != wanted[key]["data"][tasks.REVIEW]:
                now = work.studio.task(task["id"])
                if now and not now.get("annotations") and not now.get("drafts"):
                    outdated.append(key)
    if not outdated:
        return entry
    work.ledger.doubt(entry)
    for project_id, task_ids in ids_by_project(held[key] for key in outdated).items():
        work.studio.delete_tasks(project_id, task_ids)
    return work.ledger.entry(places, look=True)
