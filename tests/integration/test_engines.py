"""Whatever runs a build, the bytes are the same: this process, a Ray cluster, one that loses a node.

Of the pool test_build_again.py says the same.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from copydesk import ray_engine
from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.executor import Engine
from copydesk.project import Project

from .test_build_again import ALL, a_corpus, digests

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ARTICLES = 80


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    project = a_corpus(tmp_path_factory.mktemp("here") / "corpus", ARTICLES)
    build(project, jobs=1, progress=quiet)
    return digests(project)


def test_a_cluster_writes_the_bytes_that_this_process_writes(tmp_path: Path, expected: dict[str, str]) -> None:
    project = a_corpus(tmp_path / "corpus", ARTICLES)
    build(project, engine=Engine("ray", jobs=2), progress=quiet)
    assert digests(project) == expected


def test_a_cluster_with_another_copydesk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_corpus(tmp_path / "corpus", 4)
    monkeypatch.setattr(ray_engine, "__version__", "9.9.9")  # here; its processes import the real one
    with pytest.raises(ray_engine.UnfitCluster, match=r"has copydesk 0.*this machine copydesk 9\.9\.9"):
        build(project, engine=Engine("ray", jobs=1), progress=quiet)
    assert not (project.build / "stats.json").exists()


def test_a_cluster_with_another_library_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "version", lambda name: "0.1" if name == "trafilatura" else version(name))
    refused = r"^node \S+ has trafilatura [1-9.]\S*, this machine trafilatura 0\.1$"
    with pytest.raises(ray_engine.UnfitCluster, match=refused), ray_engine.cluster(None, 1):
        pass


def test_a_node_lost_at_any_moment_costs_nothing(
    tmp_path: Path, expected: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--all"):
        pytest.skip("only under --all: two nodes start slowly on a busy machine")
    alone = [shutil.which("unshare") or "unshare", "-rn"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no network namespace, which two nodes need")
    projects = [a_corpus(tmp_path / f"corpus{seed}", ARTICLES) for seed in ALL]
    asked = [str(said) for seed, project in zip(ALL, projects, strict=True) for said in (seed, project.root)]
    script = Path(__file__).with_name("two_nodes.py")
    done = subprocess.run([*alone, sys.executable, script, *asked], capture_output=True, text=True, timeout=3000)
    print(done.stdout)
    assert done.stdout.count("1 of 2 nodes left") == len(ALL), done.stdout + done.stderr[-2000:]
    for seed, project in zip(ALL, projects, strict=True):
        assert digests(Project.load(project.root)) == expected, seed
