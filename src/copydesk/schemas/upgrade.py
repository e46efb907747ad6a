"""Read records that an older Copydesk wrote: pure steps from one ``schema_version`` to the next.

A changed schema raises its ``x-version`` and adds a step here; a record is never changed in its file, only as read.
All schemas stand at version 1, so there is no step yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from copydesk.errors import CopydeskError

Record = dict[str, Any]
Step = Callable[[Record], Record]

#: record kind → version → the step from that version to the next.
STEPS: dict[str, Mapping[int, Step]] = {}


class NewerRecord(CopydeskError):
    """A record was written by a Copydesk newer than this one."""

    def __init__(self, name: str, version: int, known: int, where: str = "") -> None:
        self.name, self.version, self.known = name, version, known
        place = f"{where}: " if where else ""
        super().__init__(
            f"{place}{name} has schema_version {version}; this Copydesk reads up to {known}",
            "update Copydesk to read it",
        )


def upgrade(
    name: str,
    record: Record,
    known: int,
    version: int | None = None,
    steps: Mapping[str, Mapping[int, Step]] | None = None,
    where: str = "",
) -> Record:
    """``record`` as version ``known`` of its schema has it; ``where`` names its file in an error.

    ``version`` is the file's own for kinds whose records do not carry one (Parquet metadata). What is no version at
    all is left to the schema to refuse. Raises NewerRecord.
    """
    found = version
    if found is None and isinstance(record, dict):
        found = record.get("schema_version")
    if not isinstance(found, int) or isinstance(found, bool):
        return record
    if found > known:
        raise NewerRecord(name, found, known, where)
    known_steps = STEPS if steps is None else steps
    for each in range(found, known):
        step = known_steps.get(name, {}).get(each)
        if step is None:
            return record
        record = step(record)
        if "schema_version" in record:
            record = record | {"schema_version": each + 1}
    return record
