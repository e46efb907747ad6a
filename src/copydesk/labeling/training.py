"""A training round: newcomers answer articles whose gold is known, before real work starts.

In:  ``[labeling] training``, the articles; each layer's gold; what the server holds.
Out: one live task at each annotator's training desk for every known answer, exactly once. Where the answer is not known
     yet, the adjudicators are asked: what they say at their training desk becomes the gold.
What comes back is history like any other answer, but counts for nothing except the score (``scores``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.console import Progress
from copydesk.dataset.store import Store
from copydesk.errors import BadConfig, CopydeskError
from copydesk.files import locked
from copydesk.labeling import annotators, desks, page, tasks
from copydesk.labeling.annotations import TRAINING, history, latest
from copydesk.labeling.annotators import Annotator
from copydesk.labeling.desks import Desk
from copydesk.labeling.layers import Layer
from copydesk.labeling.ledger import Ledger
from copydesk.labeling.push import EXCHANGE, Pushed, Pushing
from copydesk.labeling.scores import scores
from copydesk.labeling.standing import Task, current, tasks_by_status
from copydesk.labeling.studio import Studio
from copydesk.project import CONFIG, Project
from copydesk.schemas import records

Article = Mapping[str, Any]


class NothingToTrainOn(CopydeskError):
    """No training article is named, or nobody may say what is right about one."""


def train(project: Project, layers: Sequence[Layer], *, studio: Studio, progress: Progress) -> dict[str, Pushed]:
    """Bring the training articles before whoever has still to answer them.

    Raises: NothingToTrainOn, BadConfig; else as `push` does.
    """
    articles = Store(project).by_id
    chosen = _chosen(project, articles)
    for layer in layers:
        page.require(layer)
    people = annotators.read(project)
    with locked(project.private / "exchange.lock", EXCHANGE):
        found = {k: v for k, v in desks.find(project, studio.projects()).items() if k.purpose == TRAINING}
        names = {layer.name for layer in layers}
        desks.check_pages(place for desk, places in found.items() if desk.layer in names for place in places)
        work = Pushing(project, articles, people, found, studio, Ledger(project, studio), progress, look=False)
        done = {layer.name: _layer(work, layer, chosen) for layer in layers}
    if not any(each.total for each in done.values()) and not any(each.role == "adjudicator" for each in people):
        problem = "the training articles have no gold yet, and nobody is there to say what is right"
        raise NothingToTrainOn(problem, "`copydesk annotators add NAME --role adjudicator`, then this again")
    return done


@dataclass(frozen=True, slots=True)
class Turns:
    """Who is asked in a training round."""

    leads: list[str]  #: adjudicators, while nobody has said what is right about something
    newcomers: list[str]  #: with something known to answer, as far as was pulled
    is_disputed: bool  #: whether those who were asked before disagree about something


def turns(project: Project, layers: Sequence[Layer]) -> Turns:
    """Whose answers the round waits for."""
    by_id, people = Store(project).by_id, annotators.read(project)
    articles = {article_id: by_id[article_id] for article_id in _chosen(project, by_id)}
    newcomers, found = set[str](), set[str]()
    for layer in layers:
        answers = latest(history(layer))
        gold, disputes = records.read("gold", layer.gold), records.read("dispute", layer.disputes)
        standing = tasks_by_status(articles, layer, answers, gold, disputes)
        found.update(standing.values())
        known = [task for task, status in standing.items() if status == "gold"]
        humans = [each.name for each in people if each.role == "human"]
        scored = scores(layer, answers, gold, articles, known, humans)
        newcomers |= {name for name, score in scored.items() if score.answered < score.asked}
    leads = [each.name for each in people if each.role == "adjudicator"] if found - {"gold", "disputed"} else []
    return Turns(leads, sorted(newcomers), "disputed" in found)


def _chosen(project: Project, articles: Mapping[str, Article]) -> list[str]:
    named = project.labeling_settings.training
    if not named:
        some = ", ".join(f'"{article_id}"' for article_id in sorted(articles)[:2])
        hint = f"such as  training = [{some}]  below [labeling] there; `copydesk --json families` lists all ids"
        raise NothingToTrainOn(f"{CONFIG} names no training articles", hint)
    for article_id in named:
        if article_id not in articles:
            problem = f"training names {article_id!r}, which is not in the build"
            raise BadConfig(f"{CONFIG} [labeling]", problem, "`copydesk --json families` lists all ids")
    return sorted(set(named))


def _layer(work: Pushing, layer: Layer, chosen: Iterable[str]) -> Pushed:
    """Bring one layer's training desks up to date."""
    articles = {article_id: work.articles[article_id] for article_id in chosen}
    answers = latest(history(layer))
    gold, disputes = records.read("gold", layer.gold), records.read("dispute", layer.disputes)
    standing = tasks_by_status(articles, layer, answers, gold, disputes)
    given = current(layer, answers, articles)[0]
    wanted = {}
    for person in work.people:
        if person.role != "model":
            desk = Desk(work.project.name, layer.name, layer.version, person.name, TRAINING)
            mine = [answer for answer in given if answer["annotator"] == person.name]
            wanted[desk] = _asked(person, desk, standing, mine)
    done = Pushed()
    for desk, places in work.found.items():
        if desk.layer == layer.name and desk not in wanted:
            entry = work.ledger.entry(places)
            done += Pushed(superseded=work.retire(entry, list(entry.live), queued=True))
            desks.close_desk(places, work.studio)
    for desk, asked in wanted.items():
        if asked or desk in work.found:
            done += _desk(work, layer, desk, asked)
    return done


def _asked(
    person: Annotator, desk: Desk, standing: Mapping[Task, str], mine: Iterable[Mapping[str, Any]]
) -> list[Task]:
    """What ``person`` is asked: an annotator what is known, unless they helped to decide it; an adjudicator the rest.

    Disputes come before an adjudicator by ``referral``. ``mine``: their answers that count.
    """
    if person.role == "adjudicator":
        here = {(answer["article_id"], answer["target"]) for answer in mine if answer["source"]["project"] == desk.name}
        return [task for task, status in standing.items() if status not in ("gold", "disputed") or task in here]
    given = {(answer["article_id"], answer["target"]) for answer in mine}
    return [task for task, status in standing.items() if status == "gold" and task not in given]


def _desk(work: Pushing, layer: Layer, desk: Desk, asked: Iterable[Task]) -> Pushed:
    """Import what is missing at one training desk, retire what is not wanted any more."""
    places = desks.open_desk(work.project, layer, desk, work.found.get(desk, []), work.studio)
    rendered = [tasks.render(work.articles[article_id], layer, target, desk.annotator) for article_id, target in asked]
    wanted = {data[tasks.KEY]: {"data": data, "predictions": []} for data in rendered}
    entry = work.ledger.entry(places)
    work.revive(entry, [key for key in entry.superseded if key in wanted and key not in entry.live])
    missing = [task for key, task in wanted.items() if key not in entry.live]
    with work.progress(f"training {desk.annotator} in {layer.name}", len(missing)) as step:
        entry = work.bring(places, entry, missing, step)
    retired = work.retire(entry, [key for key in entry.live if key not in wanted])
    return Pushed(len(missing), len(wanted) - len(missing), retired, len(wanted))
