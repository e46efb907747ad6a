"""A disk that gets full in any stage of a build: the file is named, nothing is half done, and with room it goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.dataset.shelf import Shelf
from copydesk.project import Project

from .test_build_again import a_corpus, digests

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ALONE = (shutil.which("unshare") or "unshare", "-rm")  # a disk of one's own needs no rights there
SHARES = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99)  #: of what a build takes
PAGE = 4096
# Build where the disk is small, look at what is left, and once more where it is large; the outcome is copied out.
SCRIPT = """
out="$1"; disk="$2"; size="$3"; shift 3
mount -t tmpfs -o size=$size small "$disk" || exit 99
"$@" > /dev/null 2> "$out/said"
echo $? > "$out/code"
find "$disk" -name "*.tmp" -o -name stats.json > "$out/left"
mount -o remount,size=100m "$disk" && "$@" > /dev/null 2>&1
cp "$disk"/*.* "$out"
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The corpus, built where there is room, with what a build clears up at its end."""
    project = stocked(tmp_path_factory.mktemp("whole") / "corpus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shelf, "clear", lambda shelf, but=(): None)
        build(project, jobs=1, progress=quiet)
    return project


def stocked(folder: Path) -> Project:
    """Synthetic articles, and some of them edited, so that there are links to describe."""
    project = a_corpus(folder, 30)
    raw = project.root / "dataset/raw/articles"
    for n in range(12):
        text = (raw / f"a{n}.txt").read_text()
        (raw / f"e{n}.txt").write_text(f"{text[:-40].replace('struck', 'touched')} It rained.")
    return project


def taken(project: Project) -> int:
    """Bytes of disk that a build has taken, by whole pages."""
    paths = [path for path in project.build.rglob("*") if path.is_file()]
    return sum(-(-path.stat().st_size // PAGE) * PAGE for path in paths)


def test_a_full_disk_is_named_in_every_stage_and_nothing_is_half_done(
    whole: Project, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if subprocess.run([*ALONE, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no mount namespace, which a small disk needs")
    expected, stages = digests(whole), set[str]()
    for share in SHARES if request.config.getoption("--all") else SHARES[-3::2]:
        project, out = stocked(tmp_path / f"of-{share}" / "corpus"), tmp_path / f"out-{share}"
        out.mkdir()
        project.build.mkdir()
        size = int(taken(whole) * share) // PAGE * PAGE
        command = [sys.executable, "-m", "copydesk", "-C", project.root, "build", "--jobs", "1"]
        script = [*ALONE, "sh", "-c", SCRIPT, "sh", out, project.build, str(size), *command]
        subprocess.run(script, check=True, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, timeout=300)
        said = (out / "said").read_text().splitlines()
        assert (out / "code").read_text() == "3\n", said
        stage, problem, hint = said[-3:]
        assert problem.startswith(f"copydesk: cannot write {project.build}/") and "No space left" in problem
        assert "make room" in hint
        assert (out / "left").read_text() == ""
        stages.add(stage)
        outcome = Project.load(project.root)
        shutil.copytree(out, project.build, dirs_exist_ok=True)
        assert {name: sums for name, sums in digests(outcome).items() if name in expected} == expected
    assert len(stages) > 1, "it was meant to be full in several stages"
