"""Fixtures that several suites share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.project import Project
from copydesk.testing import a_project

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the long suites in full instead of seeded samples")
    parser.addoption("--golden", action="store_true", help="write the expected results anew; review them as a diff")


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Makes a fresh project: ``project(rain="Rain in Oslo.")``."""
    return lambda **raw: a_project(tmp_path / "corpus", **raw)
