"""What people answered: the append-only history of a layer, and its latest view.

In:  ``labeling/NAME/annotations.jsonl``, where each line is one state of one answer.
Out: annotation records. A later state repeats the ``annotation_id``; nothing is ever taken out of the history.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from copydesk.errors import CopydeskError
from copydesk.files import canonical
from copydesk.labeling.layers import Layer
from copydesk.schemas import records

Annotation = dict[str, Any]

TRAINING = "training"  #: where newcomers practise: in ``source.project``, ``corpus/entities@1.0.0/training:ann-a``


class BrokenHistory(CopydeskError):
    """A line of ``annotations.jsonl`` is not an annotation record."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(f"{where}: {problem}", "see `copydesk validate`; an older copy of the file is in git")


def history(layer: Layer) -> list[Annotation]:
    """Every state of every answer in ``layer``, in file order; a line that stands twice counts once.

    A union merge in git may repeat lines, so identical ones are the same state.

    Raises: BrokenHistory, NewerRecord, naming the line.
    """
    if not layer.annotations.exists():
        return []
    return states(layer, enumerate(layer.annotations.read_bytes().split(b"\n"), 1))


def states(layer: Layer, lines: Iterable[tuple[int, bytes]]) -> list[Annotation]:
    """The same of some numbered lines of it."""
    found: list[Annotation] = []
    firsts: dict[tuple[str, str], Annotation] = {}  # by answer and instant: only those of one can be the same state
    twins: dict[tuple[str, str], set[bytes]] = {}
    for number, line in lines:
        if line.strip():
            record = _record(line, f"labeling/{layer.name}/annotations.jsonl:{number}")
            when = record["annotation_id"], record["updated_at"]
            if (first := firsts.setdefault(when, record)) is not record:
                said = twins.setdefault(when, {canonical(first)})
                if (state := canonical(record)) in said:
                    continue
                said.add(state)
            found.append(record)
    return found


def latest(history: Iterable[Annotation]) -> list[Annotation]:
    """The newest state of each answer, ordered by ``annotation_id``; the order of ``history`` does not matter.

    The greatest ``updated_at`` wins; at equal instants a withdrawal wins, then the greater canonical JSON.
    """
    newest: dict[str, Annotation] = {}
    for record in history:
        known = newest.get(record["annotation_id"])
        if known is None or _age(record) > _age(known):
            newest[record["annotation_id"]] = record
    return [newest[annotation_id] for annotation_id in sorted(newest)]


def instant(text: str) -> str:
    """A UTC instant in a form that sorts by time: always six digits of a second, so ``.5Z`` follows ``Z``."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return f"{seconds}.{fraction:0<6}Z"


def _age(record: Annotation) -> tuple[str, bool, bytes]:
    return instant(record["updated_at"]), record["status"] == "withdrawn", canonical(record)


def _record(line: bytes, where: str) -> Annotation:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BrokenHistory(where, f"is not JSON ({error})") from None
    if not isinstance(record, dict):
        raise BrokenHistory(where, "is not a JSON object")
    for key in ("annotation_id", "updated_at", "status"):
        if not isinstance(record.get(key), str):
            raise BrokenHistory(where, f"has no {key!r}")
    return records.current("annotation", record, where)
