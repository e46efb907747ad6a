"""From the built wheel, far from this checkout: ``init`` gives a project that builds and checks articles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel holds; its dependencies come from this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("copydesk-*.whl")
    site = folder / "site"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    return site


@pytest.fixture
def copydesk(installed: Path, tmp_path: Path) -> Run:
    """Runs a verb with ``--json`` in an empty folder and gives its answer."""

    def run(*args: str, folder: Path = tmp_path, code: int = 0) -> Any:
        environ = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "copydesk", "--json", *args], cwd=folder, env=environ, capture_output=True, text=True
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    return run


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import copydesk; print(copydesk.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed)


def test_a_project_from_the_wheel_builds_any_text_files(copydesk: Run, tmp_path: Path) -> None:
    root = Path(copydesk("init", "mine")["project"])
    story = "The harbour of Oslo was closed on Monday after a storm sank two ferries, police said. "
    for n in range(3):
        (root / f"dataset/raw/articles/{n}.txt").write_text(f"{story * (n + 1)}Ship number {n} was towed away.\n")
    built = copydesk("build", folder=root)
    assert (built["read"], built["kept"], built["rejected"]) == (3, 3, 0)
    assert copydesk("validate", folder=root)["issues"] == []
    assert copydesk("status", folder=root)["articles"] == 3


def test_a_broken_file_is_a_reject_and_the_others_go_on(copydesk: Run, tmp_path: Path) -> None:
    root = Path(copydesk("init", "mine")["project"])
    (root / "dataset/raw/articles/good.txt").write_text("Rain fell in Oslo on Monday, and in Bergen on Tuesday.\n")
    (root / "dataset/raw/articles/bad.txt").write_bytes(b"\xff\xfe\x00")
    built = copydesk("build", folder=root, code=1)
    assert (built["read"], built["kept"], built["rejected"]) == (2, 1, 1)
