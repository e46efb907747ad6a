"""A build that was killed goes on where it was, and ends in the same bytes, however often it is killed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.files import sha256_file
from copydesk.project import Project
from copydesk.testing import a_project

SAMPLE, ALL = range(1), range(20)
ARTICLES = 200
STORY = "The harbour of {0} was closed on Tuesday after the ferry {1} struck the pier at 14:2{2}. Captain {3} said so."


def a_corpus(folder: Path, articles: int) -> Project:
    """Articles of made-up words, every tenth a copy, some broken."""
    chance, project = random.Random(1), a_project(folder)
    word = lambda: "".join(chance.choices("bdfgklmnrst aeiou", k=9)).title()  # noqa: E731
    texts = list[str]()
    for n in range(articles):
        told = " ".join(STORY.format(word(), word(), n % 10, word()) for _ in range(8))
        texts.append(chance.choice(texts) if n % 10 == 9 else told)
    for name, part in (("a", texts[::2]), ("b", texts[1::2])):
        rows = [json.dumps({"id": f"{name}{n}", "text": text}) for n, text in enumerate(part)]
        (project.root / f"dataset/raw/articles/{name}.jsonl").write_text("\n".join([*rows, "{broken"]))
        for n, text in enumerate(part[:40]):
            (project.root / f"dataset/raw/articles/{name}{n}.txt").write_text(f"{text} {n}")
    return Project.load(project.root)


def start(project: Project, jobs: int = 2) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "copydesk", "-C", str(project.root), "build", "--jobs", str(jobs)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def digests(project: Project) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in sorted(project.build.glob("*.*")) if path.name != ".lock"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", ALL if metafunc.config.getoption("--all") else SAMPLE)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    project = a_corpus(tmp_path_factory.mktemp("whole") / "corpus", ARTICLES)
    began = time.monotonic()
    assert start(project, jobs=1).wait() == 1  # two broken lines
    return digests(project), time.monotonic() - began


@pytest.mark.slow
def test_a_build_with_some_more_articles_equals_a_fresh_one(
    tmp_path: Path, expected: tuple[dict[str, str], float]
) -> None:
    project = a_corpus(tmp_path / "corpus", ARTICLES)
    raw = project.root / "dataset/raw/articles"
    later = {path.name: path.read_bytes() for path in sorted(raw.glob("a1*.txt"))}
    lines = (raw / "a.jsonl").read_text().splitlines(keepends=True)
    for name in later:
        (raw / name).unlink()
    (raw / "a.jsonl").write_text("".join(lines[:-5]))
    build(project, jobs=1, progress=quiet)
    for name, data in later.items():
        (raw / name).write_bytes(data)
    (raw / "a.jsonl").write_text("".join(lines))
    build(project, jobs=1, progress=quiet)
    assert later and digests(project) == expected[0]


@pytest.mark.slow
def test_a_killed_parent_goes_on_and_leaves_nothing_behind(
    seed: int, tmp_path: Path, expected: tuple[dict[str, str], float]
) -> None:
    chance, project = random.Random(seed), a_corpus(tmp_path / "corpus", ARTICLES)
    killed, wait = 0, chance.uniform(0.3, 0.8) * expected[1]
    while killed < 2:
        running = start(project)
        time.sleep(wait)
        if running.poll() is not None:  # quicker than when the time was taken: earlier, and from the start
            shutil.rmtree(project.build)
            wait /= 2
            continue
        children = psutil.Process(running.pid).children(recursive=True)
        running.kill()
        running.wait()
        assert not psutil.wait_procs(children, timeout=20)[1]
        killed += 1
    assert start(project).wait() == 1
    assert digests(project) == expected[0]
    assert not list(project.build.rglob(".*.tmp"))


@pytest.mark.slow
def test_a_killed_child_costs_nothing(seed: int, tmp_path: Path, expected: tuple[dict[str, str], float]) -> None:
    chance, project = random.Random(seed), a_corpus(tmp_path / "corpus", ARTICLES)
    wait = chance.uniform(0.3, 0.8) * expected[1]
    while not killed_child(running := start(project), wait):
        running.wait()
        shutil.rmtree(project.build)
        wait /= 2
    assert running.wait() == 1
    assert digests(project) == expected[0]


def killed_child(running: subprocess.Popen[bytes], wait: float) -> bool:
    """Kill a worker of the build after ``wait`` seconds, or as soon as there is one; False when it ended first."""
    time.sleep(wait)
    while running.poll() is None:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(running.pid).children():
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()
                    return True
        time.sleep(0.01)
    return False
