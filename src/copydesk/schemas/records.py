"""The project's own record files, as this Copydesk has their records.

In:  ``removals.jsonl``, ``annotations.jsonl`` and the like, whichever Copydesk wrote them.
Out: records of today's ``schema_version``; older ones went through the upgrade steps. The file stays as it is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from copydesk import resources
from copydesk.errors import CopydeskError
from copydesk.files import read_json, read_jsonl
from copydesk.schemas import upgrade

Record = dict[str, Any]


class BrokenRecord(CopydeskError):
    """A line of a record file is JSON, but no record of its kind."""

    def __init__(self, name: str, where: str, problem: str) -> None:
        self.name, self.where, self.problem = name, where, problem
        super().__init__(
            f"{where} is no {name} record: {problem}",
            "repair the line; `copydesk validate` names all such, and an older copy is in git",
        )


def read(name: str, path: Path) -> list[Record]:
    """Records of kind ``name``; an absent file has none. Raises BrokenLine, NewerRecord."""
    records = read_jsonl(path)
    return [current(name, record, f"{path.parent.name}/{path.name}") for record in records]


def checked(name: str, path: Path) -> list[Record]:
    """The same, each held against its schema: a merge by hand may lose a field. Raises BrokenRecord, too."""
    from copydesk.schemas.catalogue import Schemas

    schemas, place, found = Schemas.packaged(), f"{path.parent.name}/{path.name}", list[Record]()
    for number, record in enumerate(read_jsonl(path), 1):
        where = f"record {number} of {place}"
        if isinstance(record, dict):
            record = current(name, record, place)
        if not schemas.is_valid(name, record):
            raise BrokenRecord(name, where, schemas.check(name, record, where)[0].message)
        found.append(record)
    return found


def read_one(name: str, path: Path) -> Record:
    """The record that is a whole JSON file. Raises NewerRecord."""
    return current(name, read_json(path), f"{path.parent.name}/{path.name}")


def current(name: str, record: Record, where: str) -> Record:
    """``record`` as today's schema ``name`` has it. Raises NewerRecord, naming ``where``."""
    return upgrade.upgrade(name, record, version(name), where=where)


@cache
def version(name: str) -> int:
    """The ``schema_version`` of today's schema ``name``."""
    return int(read_json(resources.folder("schemas") / f"{name}.schema.json").get("x-version", 1))
