"""Turn an export into states of answers: the second door of the schema.

In:  one kept export, the layer, and the newest known state of each answer.
Out: the states that are new, and an issue for whatever cannot be believed. Anything that a server could return may
     stand in an export; the server itself checks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from copydesk.files import canonical, digest, sha256
from copydesk.issues import Issue
from copydesk.labeling import results, review_page
from copydesk.labeling.annotations import Annotation, instant
from copydesk.labeling.annotators import UNKNOWN
from copydesk.labeling.exports import OPERATOR, Export, Sheet
from copydesk.labeling.layers import Layer
from copydesk.labeling.tasks import KEY, REVIEW, is_intact

SYSTEM = "label-studio"
_ZERO = timedelta(0)

Task = tuple[str, int | None]  #: a desk, and the task's number on the server
Check = Callable[[Annotation, Mapping[str, Any], str], list[Issue]]  #: record, its article as shown, place


@dataclass(slots=True)
class Reading:
    """What one export says that was not known."""

    states: list[Annotation] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unsettled: set[int] = field(default_factory=set)  #: Label Studio projects to look at in whole the next time
    unread: set[Task] = field(default_factory=set)  #: tasks that say nothing but a number
    untold: set[Task] = field(default_factory=set)  #: tasks that do not say which answers they have
    #: numbers of answers that are there but say no instant of their making, which they would be known by
    undated: dict[Task, set[int | None]] = field(default_factory=dict)


def read(export: Export, layer: Layer, known: Mapping[str, Annotation], check: Check) -> Reading:
    """The new states in ``export``, in a stable order; ``known`` is the newest state of each answer so far.

    The same export and history give the same states. ``check`` is schema and meaning.
    """
    reading = Reading()
    found: dict[str, Annotation] = {}
    seen: set[str] = set()
    for sheet in export.sheets:
        for task in sheet.tasks:
            for record in _task(task, sheet, export, layer, reading, seen):
                issues = check(record, _shown(task), _place(sheet, task, record["source"]["annotation_id"]))
                reading.issues += issues
                if not [issue for issue in issues if issue.severity == "error"]:
                    found[record["annotation_id"]] = record
    for annotation_id, record in found.items():
        state = _newer(record, known.get(annotation_id), export)
        if state is not None:
            reading.states.append(state)
    for sheet in export.sheets:
        reading.states += _withdrawn(sheet, known, seen, export, reading)
    unique = {canonical(state): state for state in reading.states}
    reading.states = sorted(unique.values(), key=lambda state: (state["annotation_id"], canonical(state)))
    return reading


def _task(
    task: object, sheet: Sheet, export: Export, layer: Layer, reading: Reading, seen: set[str]
) -> Iterator[Annotation]:
    """The answers to one task. ``seen`` collects the id of every answer that is there, good or not."""
    place = _place(sheet, task)
    task_id = _id(task.get("id")) if isinstance(task, dict) else None
    if task_id is None or not isinstance(task, dict) or not isinstance(task.get("annotations"), list):
        reading.unread.add((sheet.desk, task_id))
        reading.unsettled.add(sheet.project_id)
        reading.issues.append(_unread(task, place))
        return
    if not task["annotations"]:
        return
    data = task.get("data")
    if not is_intact(data) or data["layer"] != layer.name or not isinstance(data.get("text"), str):
        message = "somebody answered a task that is not Copydesk's, or whose key was edited; it is left where it is"
        reading.issues.append(Issue("foreign-task", place, message, "$.data", "ask who made it", "warning"))
        reading.untold.add((sheet.desk, task_id))
        return
    given = [each if isinstance(each, dict) else {} for each in task["annotations"]]
    if undated := {_id(each.get("id")) for each in given if not _utc(each.get("created_at"))}:
        reading.undated[sheet.desk, task_id] = undated
    ids = _annotation_ids(task["annotations"], data)
    seen.update(ids)
    if sha256(data["text"].encode("utf-8", "surrogatepass")) != data["text_sha256"]:
        message = "the text on the server was edited: its answers may point at other words"
        hint = "`copydesk push --reconcile` does not repair it; put the text back there"
        reading.issues.append(Issue("task-text-edited", place, message, "$.data.text", hint))
        return
    for n, answer in enumerate(task["annotations"]):
        if not isinstance(answer, dict):
            reading.issues.append(Issue("export-shape", place, "is no annotation", f"$.annotations[{n}]"))
        elif (record := _answer(answer, ids[n], task, sheet, export, layer, reading)) is not None:
            yield record


def _unread(task: object, place: str) -> Issue:
    if isinstance(task, dict) and set(task) == {"id"}:  # all that `Studio.answered` could get
        message = "Label Studio fails when asked for this task's answers; what is known of them stays"
        hint = "one holds what it cannot show, such as half an emoji: delete the task's annotations in its Data Manager"
        return Issue("unreadable-task", place, message, "$.annotations", hint)
    return Issue("export-shape", place, "is no exported task")


def _answer(
    answer: Mapping[str, Any],
    annotation_id: str,
    task: Mapping[str, Any],
    sheet: Sheet,
    export: Export,
    layer: Layer,
    reading: Reading,
) -> Annotation | None:
    """One answer as a record; None, and an issue, when it cannot be one."""
    place, data = _place(sheet, task, answer.get("id")), task["data"]
    annotator, created, updated = (
        answer.get("completed_by"),
        _utc(answer.get("created_at")),
        _utc(answer.get("updated_at")),
    )
    if created is None or updated is None:
        reading.issues.append(Issue("export-shape", place, "says no instant of its making or change", "$.updated_at"))
        return None
    if not isinstance(annotator, str) or annotator.startswith(UNKNOWN):
        reading.unsettled.add(sheet.project_id)
        who = "the user whose key Copydesk works with" if annotator == OPERATOR else annotator
        message = f"{who or 'a user who was deleted'} is no annotator of this project"
        hint = "say who it is, `copydesk annotators add NAME --user EMAIL`; the answer stays on the server until then"
        reading.issues.append(Issue("unknown-user", place, message, "$.completed_by", hint))
        return None
    reading.issues += _people(answer, annotator, sheet, place)
    skipped = answer.get("was_cancelled") is True
    value = said = None
    if not skipped:
        reviews = review_page.QUESTIONS if data.get(REVIEW) else ()
        value, issues = results.value(layer, answer.get("result"), data["text"], reviews)
        if reviews:
            said, more = review_page.judgement(layer, answer.get("result"))
            issues += more
        reading.issues += [_at(place, issue) for issue in issues]
    return {
        "schema_version": 1,
        "annotation_id": annotation_id,
        "article_id": data["article_id"],
        "text_sha256": data["text_sha256"],
        "layer": layer.name,
        "layer_version": data["layer_version"],
        "target": data["target"],
        "annotator": annotator,
        "role": export.roles.get(annotator, "human"),
        "status": "skipped" if skipped else "submitted",
        "created_at": created,
        "updated_at": max(created, updated, key=instant),
        "lead_time_s": _seconds(answer.get("lead_time")),
        "with_predictions": bool(task.get("total_predictions") or answer.get("parent_prediction")),
        "review": said,
        "source": {
            "system": SYSTEM,
            "project": sheet.desk,
            "task_id": _id(task.get("id")),
            "annotation_id": _id(answer.get("id")),
        },
        "value": value,
    }


def _people(answer: Mapping[str, Any], annotator: str, sheet: Sheet, place: str) -> Iterator[Issue]:
    """The free edition lets everyone into every project; what it shows of that is reported."""
    if sheet.annotator is not None and annotator != sheet.annotator:
        message = f"{annotator} answered at the desk of {sheet.annotator}; it counts as {annotator}'s"
        yield Issue("wrong-annotator", place, message, "$.completed_by", "blind work needs one's own desk", "warning")
    editor = answer.get("updated_by")
    if isinstance(editor, str) and editor not in (annotator, OPERATOR):
        message = f"{editor} changed the answer of {annotator}"
        yield Issue("edited-by-other", place, message, "$.updated_by", "ask both; the change is kept", "warning")


def _newer(record: Annotation, known: Annotation | None, export: Export) -> Annotation | None:
    """The state to add for what the server shows; None when that is known."""
    if known is None or instant(record["updated_at"]) > instant(known["updated_at"]):
        return record
    if record["annotator"] == known["annotator"]:  # whose role may be another by now, but was not when they answered
        record = record | {"role": known["role"]}
    if _content(record) == _content(known) or _is_forgotten(known, export):
        return None
    # The server went back in time, such as after a backup was put back: what it shows now is the newest state.
    return record | {"updated_at": _after(known["updated_at"], export.at)}


def _content(record: Annotation) -> dict[str, Any]:
    return {name: record[name] for name in record if name not in ("updated_at", "source")}


def _withdrawn(
    sheet: Sheet, known: Mapping[str, Annotation], seen: set[str], export: Export, reading: Reading
) -> Iterator[Annotation]:
    """Answers that were there and are not any more: of the exported tasks, or with a whole sheet of the desk."""
    changed = {_id(task.get("id")): _utc(task.get("updated_at")) for task in sheet.tasks if isinstance(task, dict)}
    mine = [record for record in known.values() if record["source"]["project"] == sheet.desk]
    missing = [record for record in mine if record["annotation_id"] not in seen and record["status"] != "withdrawn"]
    if missing and not sheet.familiar and not [record for record in mine if record["annotation_id"] in seen]:
        message = f"none of {len(missing)} known answers is on this server; they are not taken for withdrawn"
        hint = "is it another server? put its backup back, or go on: known answers stay"
        reading.issues.append(Issue("other-server", sheet.desk, message, hint=hint, severity="warning"))
        return
    if forgotten := [record for record in missing if _is_forgotten(record, export)]:
        missing = [record for record in missing if record not in forgotten]
        message = f"the server has lost {len(forgotten)} answers, since an older backup was put back; they are kept"
        hint = "whoever answers again there gives a newer answer, which then counts"
        reading.issues.append(Issue("restored-server", sheet.desk, message, hint=hint, severity="warning"))
    numbers = {(sheet.desk, record["source"]["task_id"]) for record in mine}
    if any(task not in numbers for task in reading.unread | reading.undated.keys() if task[0] == sheet.desk):
        return  # on a server that moved and numbers anew it may be the task of any of them
    silent = reading.unread | reading.untold | _unclear(reading.undated, missing)
    for record in missing:
        task_id, number = record["source"]["task_id"], record["source"]["annotation_id"]
        if (sheet.desk, task_id) in silent or number in reading.undated.get((sheet.desk, task_id), ()):
            continue
        if sheet.whole or task_id in changed:
            when = changed.get(task_id) or export.at
            when = max(when, record["updated_at"], key=instant)
            yield record | {"status": "withdrawn", "value": None, "review": None, "updated_at": when}


def _is_forgotten(record: Annotation, export: Export) -> bool:
    """Whether it was made or changed while the server, by its own memory, was not there."""
    return any(instant(after) < instant(record["updated_at"]) <= instant(before) for after, before in export.gaps)


def _unclear(undated: Mapping[Task, set[int | None]], missing: Iterable[Annotation]) -> set[Task]:
    """Tasks with an undated answer that none of the missing ones has the number of: it may be any of them."""
    theirs = {
        (each["source"]["project"], each["source"]["task_id"], each["source"]["annotation_id"]) for each in missing
    }
    return {task for task, numbers in undated.items() if any((*task, number) not in theirs for number in numbers)}


def _annotation_ids(given: Sequence[object], data: Mapping[str, Any]) -> list[str]:
    """An id for each answer to a task, from the task's key and the instant when the answer was made.

    Both stay when the server moves, while its numbers may change; they only tell answers of one instant apart.
    """
    found: list[str] = []
    twins: dict[str, list[str]] = {}
    for answer in given:
        each = answer if isinstance(answer, dict) else {}
        made = _utc(each.get("created_at")) or str(each.get("created_at"))
        numbers = twins.setdefault(made, [])
        if (number := str(each.get("id"))) not in numbers:
            numbers.append(number)
        found.append(f"ann-{digest([SYSTEM, data[KEY], made, numbers.index(number)], 16)}")
    return found


def _shown(task: Mapping[str, Any]) -> dict[str, Any]:
    """The article as the task shows it: what offsets are checked against."""
    data = task["data"]
    return {name: data[name] for name in ("article_id", "text", "text_sha256")} | {"n_chars": len(data["text"])}


def _place(sheet: Sheet, task: object, annotation_id: object = None) -> str:
    task_id = task.get("id") if isinstance(task, dict) else None
    place = f"{sheet.desk} task {task_id}"
    return place if annotation_id is None else f"{place} annotation {annotation_id}"


def _at(place: str, issue: Issue) -> Issue:
    return Issue(issue.code, place, issue.message, issue.path, issue.hint, issue.severity)


def _utc(value: object) -> str | None:
    """An instant as records write it; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat().replace("+00:00", "Z")


def _after(known: str, at: str) -> str:
    """``at``, or just after ``known`` where this machine's clock is behind."""
    if instant(at) > instant(known):
        return at
    later = datetime.fromisoformat(known) + timedelta(microseconds=1)
    return later.isoformat().replace("+00:00", "Z")


def _seconds(value: object) -> float | None:
    """A lead time; null when the server says none that could be one."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    return None


def _id(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
