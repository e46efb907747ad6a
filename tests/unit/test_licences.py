"""Everything that a plain ``pip install copydesk`` brings along may be used freely: permissive, or MPL."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|MIT-CMU|BSD|0BSD|Apache|ISC|ISCL|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|HPND"
    r"|Historical Permission|Zlib|CNRI|Public Domain|CC0|DFSG)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?L?GPL|General Public|CC-BY-SA|CC-BY-NC)", re.IGNORECASE)

#: Packages whose metadata name no licence, with what their LICENSE file says.
READ_BY_HAND = {"label-studio-sdk": "Apache-2.0"}


def runtime_packages() -> list[str]:
    """Every package that Copydesk needs at run time on this machine, transitively."""
    seen: set[str] = set()
    waiting = needed(tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["dependencies"])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += needed(metadata.requires(name) or [])
    return sorted(seen)


def needed(lines: list[str]) -> list[str]:
    """Normalised names of the requirements that hold here, extras aside."""
    found = [Requirement(line) for line in lines]
    return [
        re.sub(r"[-_.]+", "-", each.name).lower()
        for each in found
        if each.marker is None or each.marker.evaluate({"extra": ""})
    ]


def licence(name: str) -> str:
    """What the installed metadata says: the SPDX expression, else classifiers, else the first lines of the field."""
    about = metadata.metadata(name)
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return about.get("License-Expression") or "; ".join(classifiers) or (about.get("License") or "")[:200]


def test_there_is_something_to_check() -> None:
    assert {"datasets", "pyarrow", "label-studio-sdk"} <= set(runtime_packages())


@pytest.mark.parametrize("name", runtime_packages())
def test_a_dependency_is_permissive(name: str) -> None:
    said = licence(name) or READ_BY_HAND.get(name, "")
    choices = re.split(r"\bOR\b", said)
    assert any(PERMISSIVE.search(choice) and not COPYLEFT.search(choice) for choice in choices), f"{name}: {said!r}"
