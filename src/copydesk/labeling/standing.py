"""Where answers and articles stand: which answers count today, and how far each article is in each layer.

In:  latest annotations, articles, gold, disputes of one layer.
Out: the answers that belong to today's text and layer version, issues for the others, a status per article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from copydesk.issues import Issue
from copydesk.labeling.annotations import TRAINING, instant
from copydesk.labeling.layers import Layer

Record = Mapping[str, Any]
Task = tuple[str, str | None]  #: article_id, target

#: Disputes that leave an answer complete: evidence may be missing, the label stands without it.
NOT_HOLDING_BACK = frozenset({"evidence"})


def current(
    layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record]
) -> tuple[list[Record], list[Issue]]:
    """The submitted answers on the texts and the layer version of today; stale ones as issues.

    Of several answers of one person to one task the newest counts. Order: article, target, annotator. Answers from a
    training round are none of them.
    """
    return _answers_of_today(layer, (each for each in annotations if not is_training(each)), articles)


def skipped(layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record]) -> dict[Task, set[str]]:
    """Who passed over which task of today, and did not answer it all the same; a training round aside."""
    records = [each for each in annotations if not is_training(each)]
    given = {(*_task(each), each["annotator"]) for each in _answers_of_today(layer, records, articles)[0]}
    found: dict[Task, set[str]] = defaultdict(set)
    for each in records:
        if each["layer"] != layer.name or each["status"] != "skipped" or each["role"] != "human":
            continue
        if not _stale(layer, each, articles) and (*_task(each), each["annotator"]) not in given:
            found[_task(each)].add(each["annotator"])
    return dict(found)


def practised(layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record]) -> list[Record]:
    """The answers from a training round, chosen and ordered like those that count."""
    return _answers_of_today(layer, (each for each in annotations if is_training(each)), articles)[0]


def is_training(answer: Record) -> bool:
    """Whether it was given at a training desk. What an adjudicator says there is the key, and counts."""
    at: str = answer["source"]["project"]
    return answer["role"] == "human" and f"/{TRAINING}:" in at


def _answers_of_today(
    layer: Layer, annotations: Iterable[Record], articles: Mapping[str, Record]
) -> tuple[list[Record], list[Issue]]:
    newest: dict[tuple[str, str, str], Record] = {}
    issues = []
    for answer in sorted(annotations, key=lambda each: (instant(each["updated_at"]), each["annotation_id"])):
        if answer["layer"] != layer.name or answer["status"] != "submitted":
            continue
        if why := _stale(layer, answer, articles):
            issues.append(why)
        else:
            newest[answer["article_id"], answer["target"] or "", answer["annotator"]] = answer
    return [newest[key] for key in sorted(newest)], sorted(issues, key=lambda each: each.where)


def _stale(layer: Layer, answer: Record, articles: Mapping[str, Record]) -> Issue | None:
    article = articles.get(answer["article_id"])
    if article is None:
        problem = f"article {answer['article_id']} is not in the build"
    elif article["text_sha256"] != answer["text_sha256"]:
        problem = f"the text of {answer['article_id']} has changed since it was labelled"
    elif answer["layer_version"] != layer.version:
        problem = f"it answers version {answer['layer_version']} of {layer.name}; today's is {layer.version}"
    elif answer["target"] not in layer.target_ids:
        problem = f"{layer.name} has no target {answer['target']!r}"
    else:
        return None
    hint = "`copydesk push` asks again, with the old labels re-anchored"
    return Issue("stale-answer", answer["annotation_id"], problem, hint=hint, severity="warning")


def tasks_of(answers: Iterable[Record]) -> dict[Task, list[Record]]:
    """Answers by what they answer."""
    tasks: dict[Task, list[Record]] = defaultdict(list)
    for answer in answers:
        tasks[_task(answer)].append(answer)
    return tasks


def _task(answer: Record) -> Task:
    return answer["article_id"], answer["target"]


def tasks_by_status(
    articles: Mapping[str, Record],
    layer: Layer,
    annotations: Iterable[Record],
    gold: Iterable[Record],
    disputes: Iterable[Record],
) -> dict[Task, str]:
    """Status of every article (and target): unlabelled, annotated, disputed, or gold (decided whole)."""
    status: dict[Task, str] = {
        (article_id, target): "unlabelled" for article_id in articles for target in layer.target_ids
    }
    answers, _ = current(layer, annotations, articles)
    status |= dict.fromkeys(tasks_of(answers), "annotated")
    for unit in gold:
        if unit["kind"] == "answer" and _today(unit, layer, articles):
            status[unit["article_id"], unit["target"]] = "gold"
    for dispute in disputes:
        if dispute["kind"] not in NOT_HOLDING_BACK and _today(dispute, layer, articles):
            status[dispute["article_id"], dispute["target"]] = "disputed"
    return status


def whole(
    layer: Layer,
    annotations: Iterable[Record],
    gold: Iterable[Record],
    disputes: Iterable[Record],
    articles: Mapping[str, Record],
) -> set[Task]:
    """The tasks that are gold."""
    standing = tasks_by_status(articles, layer, annotations, gold, disputes)
    return {task for task, status in standing.items() if status == "gold"}


def layers_of(
    articles: Mapping[str, Record] | Iterable[Record],
    layer: Layer,
    annotations: Iterable[Record],
    gold: Iterable[Record],
    disputes: Iterable[Record],
) -> dict[str, str]:
    """Status of every article in one layer; with several targets, gold only when each of them is."""
    by_id = articles if isinstance(articles, Mapping) else {article["article_id"]: article for article in articles}
    statuses: dict[str, set[str]] = {article_id: set() for article_id in by_id}
    for (article_id, _), status in tasks_by_status(by_id, layer, annotations, gold, disputes).items():
        statuses[article_id].add(status)
    return {article_id: _together(found) for article_id, found in statuses.items()}


def _together(statuses: set[str]) -> str:
    if "disputed" in statuses:
        return "disputed"
    return next(iter(statuses)) if len(statuses) == 1 else "annotated"


def _today(unit: Record, layer: Layer, articles: Mapping[str, Record]) -> bool:
    """Whether a gold unit or dispute belongs to today's text and layer version."""
    article = articles.get(unit["article_id"])
    return (
        article is not None
        and article["text_sha256"] == unit["text_sha256"]
        and unit["layer_version"] == layer.version
        and unit["target"] in layer.target_ids
    )
