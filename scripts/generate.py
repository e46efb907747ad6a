#!/usr/bin/env python3
"""Write what follows from ``schemas/*.schema.json``; with ``--check``, name what is out of date and exit 1.

In:  the schemas, the starter layers, ``tests/examples/valid/``.
Out: row schemas, Python types, tables of fields, an example that breaks each rule; what ``copydesk --help`` says.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from copydesk import __main__ as program  # noqa: E402
from copydesk import files  # noqa: E402
from copydesk.cli import app  # noqa: E402
from copydesk.schemas import RECORDS, Field, Schemas  # noqa: E402
from copydesk.testing.broken import broken  # noqa: E402
from copydesk.testing.types import types_module  # noqa: E402

SCHEMAS = Schemas.packaged()
OWN = (*RECORDS, *SCHEMAS.layers)  # those with a file of their own; rows are derived
BY_HAND = "~by-hand"  # in the name of an invalid example that is not generated


def outputs() -> Iterator[tuple[str, str]]:
    """Every generated file: its path, and what it should hold."""
    for name in SCHEMAS:
        if name.startswith("rows/"):
            yield f"schemas/{name}.schema.json", json.dumps(SCHEMAS[name], indent=2) + "\n"
    yield "src/copydesk/schemas/types.py", types_module({name: SCHEMAS[name] for name in OWN})
    yield "src/copydesk/help.txt", _help()
    for page in ("schemas/README.md", "docs/records.md"):
        yield page, filled((ROOT / page).read_text(encoding="utf-8"))
    for name in OWN:
        record = json.loads((ROOT / f"tests/examples/valid/{name}/full.json").read_bytes())
        for each in broken(SCHEMAS[name], record):
            text = json.dumps(each.record, ensure_ascii=False, sort_keys=True)
            yield f"tests/examples/invalid/{name}/{each.rule}.json", text + "\n"


def stale() -> Iterator[str]:
    """Generated examples of rules that are no more."""
    known = {path for path, _ in outputs()}
    for path in sorted((ROOT / "tests/examples/invalid").rglob("*.json")):
        shown = path.relative_to(ROOT).as_posix()
        if shown not in known and BY_HAND not in path.name:
            yield shown


def filled(page: str) -> str:
    """The page with the text between each pair of markers written anew; the rest is people's."""
    block = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return block.sub(lambda found: f"{found[1]}{_table(found[2])}{found[3]}", page)


def _help() -> str:
    return CliRunner().invoke(app, ["--help"], prog_name="copydesk", env={"COLUMNS": str(program.WIDTH)}).output


def _table(what: str) -> str:
    if what == "schemas":
        links = {name: f"[`{name}`]({name}.schema.json)" if name in OWN else f"`{name}`" for name in SCHEMAS}
        rows = [f"| {link} | {SCHEMAS[name]['description']} |" for name, link in links.items()]
        return "\n".join(["| schema | one record is |", "|---|---|", *rows]) + "\n"
    rows = [f"| `{field.name}` | {field.type} | {_described(field)} |" for field in SCHEMAS.fields(what)]
    return "\n".join([f"{SCHEMAS[what]['description']}\n", "| field | type | what |", "|---|---|---|", *rows]) + "\n"


def _described(field: Field) -> str:
    """The description; the closed set too, where the words do not already name its members."""
    values = "" if all(value in field.description for value in field.values) else f" One of: {', '.join(field.values)}."
    return f"{field.description}{values}".replace("|", "\\|")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is out of date")
    check = parser.parse_args(arguments).check
    differing = [(path, text) for path, text in outputs() if not _holds(ROOT / path, text)]
    leftover = list(stale())
    for path, text in differing if not check else ():
        files.write_text(ROOT / path, text)
    for path in leftover if not check else ():
        (ROOT / path).unlink()
    for path in [*(path for path, _ in differing), *leftover]:
        print(f"{'out of date' if check else 'written'}: {path}")
    if check and (differing or leftover):
        print("run scripts/generate.py and review what changes")
    return int(check and bool(differing or leftover))


def _holds(path: Path, text: Any) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
