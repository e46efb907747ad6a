"""Shards in a real store of objects that lists late: the same bytes as in a folder, whoever builds and is killed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

import fsspec
import psutil
import pytest

from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.errors import OutsideError
from copydesk.executor import Engine
from copydesk.project import Project

from . import object_store
from .object_store import ObjectStore
from .test_build_again import a_corpus, digests

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ARTICLES, BUCKET = 80, "corpora"
STARTS = 4  #: in all: where the machine is busy, parts of a new Ray cluster lose patience with one another


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store.running(tmp_path_factory.mktemp("swift")) as store, pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        forget()
        fsspec.filesystem("s3").mkdir(BUCKET)
        yield store
    forget()


@pytest.fixture
def storage(store: ObjectStore, request: pytest.FixtureRequest) -> str:
    """An address where nothing is yet."""
    forget()
    return f"s3://{BUCKET}/{request.node.name.partition('[')[0]}"


def forget() -> None:
    """A client that was made before is not asked again: it would have the keys of then."""
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def stocked(folder: Path) -> Project:
    """The synthetic articles, and this project's own five."""
    project = a_corpus(folder, ARTICLES)
    for path in (ROOT / "dataset/raw/samples").glob("*.txt"):
        shutil.copy(path, project.root / "dataset/raw/articles")
    return project


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    project = stocked(tmp_path_factory.mktemp("here") / "corpus")
    build(project, jobs=1, progress=quiet)
    return digests(project)


def listed(storage: str) -> set[str]:
    """What the listing shows by now."""
    system, path = fsspec.core.url_to_fs(storage)
    system.invalidate_cache()
    return set(system.find(path))


def test_nothing_rests_on_listings(tmp_path: Path, store: ObjectStore, storage: str, expected: dict[str, str]) -> None:
    project, engine = stocked(tmp_path / "corpus"), Engine(jobs=1, storage=storage)
    late = tmp_path / "late"
    shutil.copytree(project.root / "dataset/raw/articles", late)
    (project.root / "dataset/raw/articles/a.jsonl").write_text("")
    build(project, engine=engine, progress=quiet)
    assert listed(storage) == set(), "the store lists late"
    store.publish()
    before = listed(storage)
    shutil.copytree(late, project.root / "dataset/raw/articles", dirs_exist_ok=True)
    build(project, engine=engine, progress=quiet)
    assert digests(project) == expected
    store.publish()
    assert {Path(name).parent.name for name in before - listed(storage)} > {"articles"}, "what it showed was cleared up"


def test_a_killed_cluster_goes_on_from_what_is_stored(
    tmp_path: Path, store: ObjectStore, storage: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="ray-") as logs:  # a short path, as the names of sockets must be
        monkeypatch.setenv("RAY_TMPDIR", logs)
        project, engine = stocked(tmp_path / "corpus"), ("--engine", "ray", "--jobs", "2")
        finished = killed_and_again(project, storage, store, 6, *engine)
        texts = [path.read_bytes() for folder in (project.root, Path(logs)) for path in files_in(folder)]
    assert digests(project) == expected
    assert finished >= 4, "what was stored was made again"
    assert len(texts) > 20 and not any(store.secret.encode() in text for text in texts)


def test_killed_processes_go_on_from_what_is_stored(
    tmp_path: Path, store: ObjectStore, storage: str, expected: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--all"):
        pytest.skip("only under --all: as with a cluster, which is tested always")
    for seed in range(3):
        project = stocked(tmp_path / f"corpus{seed}")
        killed_and_again(project, f"{storage}/{seed}", store, random.Random(seed).randint(1, 25), "--jobs", "2")
        assert digests(project) == expected, seed


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def killed_and_again(project: Project, storage: str, store: ObjectStore, objects: int, *options: str) -> int:
    """Kill a build that has put so many objects, and build again: how many of them stand as they were put first."""
    command = [sys.executable, "-m", "copydesk", "-C", str(project.root), "build", "--storage", storage, *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    others, starts = store.held(), count(1)
    start = partial(subprocess.Popen, command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = start()
    while len(before := store.held() - others) < objects:
        if running.poll() is not None:
            assert next(starts) < STARTS, "it ended before it was killed"
            running = start()
        time.sleep(0.02)
    children = psutil.Process(running.pid).children(recursive=True)
    running.kill()
    for child in children:  # as when a machine is lost; some of Ray's processes outlive their cluster for a while
        with suppress(psutil.NoSuchProcess):
            child.kill()
    running.wait()
    run = partial(subprocess.run, command, env=environment, capture_output=True, text=True, timeout=300)
    again = run()
    while again.returncode == 3 and "no Ray cluster" in again.stderr and next(starts) < STARTS:
        again = run()
    assert again.returncode == 1, again.stderr  # two broken lines
    return len(before & store.held())


REFUSED = {
    "no keys": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "", "Unable to locate credentials"),
    "nobody there": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "", "Could not connect"),
    "no bucket": ({}, "s3://gone/x", "there is no such place"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_store_refuses_is_said_without_secrets(
    case: str, tmp_path: Path, store: ObjectStore, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, address, message = REFUSED[case]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget()
    project = stocked(tmp_path / "corpus")
    with pytest.raises(OutsideError, match=message) as refused:
        build(project, engine=Engine(jobs=1, storage=address or storage), progress=quiet)
    said = f"{refused.value.message} {refused.value.hint}"
    assert store.secret not in said
    assert not (project.build / "stats.json").exists()


def test_wrong_keys_end_a_command_and_are_not_shown(
    tmp_path: Path, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    project = stocked(tmp_path / "corpus")
    command = [sys.executable, "-m", "copydesk", "-v", "-C", str(project.root), "build", "--jobs", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([*command, "--storage", storage], env=environment, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "the storage refused: Forbidden" in done.stderr
    assert "not-the-secret" not in done.stderr + done.stdout
