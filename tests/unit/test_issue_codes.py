"""``docs/issues.md`` lists every code that the engine can give, and none that it cannot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKERS = {"Issue", "reject", "Reject", "report"}


def given() -> Iterator[str]:
    """Codes written out in calls that make issues and rejects, or in ``"code": "…"`` of a record."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MAKERS:
                first = next((k.value for k in node.keywords if k.arg == "code"), node.args[0] if node.args else None)
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value
            if isinstance(node, ast.Dict):  # a reject written as a record
                for key, value in zip(node.keys, node.values, strict=True):
                    if (
                        isinstance(key, ast.Constant)
                        and key.value == "code"
                        and isinstance(value, ast.Constant)
                        and value.value
                    ):
                        yield str(value.value)


def listed() -> list[str]:
    """Codes at the head of a line, before its colon: ``- `one`, `another`: meaning``."""
    lines = (ROOT / "docs/issues.md").read_text(encoding="utf-8").splitlines()
    heads = (line.partition(":")[0] for line in lines if line.startswith("- `"))
    return [code for head in heads for code in re.findall(r"`([a-z0-9.<>-]+)`", head)]


def test_every_code_given_is_listed() -> None:
    codes = set(given())
    assert len(codes) > 10
    assert sorted(codes - set(listed())) == []


def test_no_code_is_listed_twice() -> None:
    codes = listed()
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


def test_every_listed_code_stands_in_the_source() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert [code for code in listed() if f'"{code}"' not in source] == []
