"""Whatever breaks between Copydesk and the server: no task twice, no answer lost. Each failure has its seed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.errors import CopydeskError
from copydesk.labeling import desks, studio
from copydesk.labeling.annotations import history, latest
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import KEY, SUPERSEDED
from copydesk.project import Project

from . import desk
from .conftest import Served
from .faults import Faults, proxy

pytestmark = [pytest.mark.studio, pytest.mark.slow]

ALL, SAMPLE = range(200), range(0, 200, 40)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", ALL if metafunc.config.getoption("--all") else SAMPLE)


COMMAND = """
import resource, sys
from pathlib import Path
from copydesk.errors import CopydeskError
from copydesk.labeling import push, studio
from copydesk.project import Project
from integration import desk
push.BATCH_TASKS, studio.WRITE_S, room = 3, float(sys.argv[3]), int(sys.argv[4])
project = Project.load(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))  # the system refuses to write more into any file
print("go", flush=True)
try:
    getattr(desk, sys.argv[2])(project)
except CopydeskError as error:
    sys.exit(error.exit_code)
"""
PLENTY = 1 << 40


class Machine:
    """A checkout of the project, and what one may do with it: every act may fail, none may harm."""

    def __init__(self, project: Project, chance: random.Random, patience_s: float) -> None:
        self.project, self._chance, self._patience_s = project, chance, patience_s

    def act(self, verb: str) -> None:
        with_fault = self._chance.choice(["none", "none", "none", "killed", "disk-full"])
        if with_fault == "killed":
            process = self._start(verb, PLENTY)
            time.sleep(self._chance.uniform(0.2, 2.5))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        elif with_fault == "disk-full":
            process = self._start(verb, self._chance.choice([0, 40, 200, 1000, 3000]))
            _, said = process.communicate()
            assert process.returncode in (0, 3), said
        else:
            try:
                getattr(desk, verb)(self.project)
            except CopydeskError as error:
                assert error.exit_code == 3, error

    def _start(self, verb: str, room: int) -> subprocess.Popen[str]:
        """The verb in a process of its own, where no file may become longer than ``room``."""
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", COMMAND, str(self.project.root), verb, str(self._patience_s), str(room)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        return process


def test_nothing_is_there_twice_and_nothing_is_lost(
    seed: int, on_server: Callable[..., Project], studio_server: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    project = on_server(f"fault-{seed}")
    texts = {f"art-{n:016x}": f"Rain no. {n} fell on Oslo on Monday." for n in range(8)}
    desk.stock(project, texts)
    desk.people(project, "ann-a", "ann-b")
    people = {name: desk.user_id(project, name) for name in ("ann-a", "ann-b")}
    straight = Studio(studio_server.url, studio_server.keys.token)
    shutil.copytree(project.root, tmp_path / "elsewhere" / project.root.name)
    patience_s = 1.5
    machines = [Machine(project, chance, patience_s)]
    machines.append(Machine(Project.load(tmp_path / "elsewhere" / project.root.name), chance, patience_s))

    given: dict[str, str] = {}  # what people did, straight on the server: status by the answer's unique id
    faults = Faults(seed, rate=0.35, client_patience_s=patience_s)
    monkeypatch.setattr(studio, "WRITE_S", faults.client_patience_s)
    with proxy(studio_server.url, faults) as address:
        monkeypatch.setenv("LABEL_STUDIO_URL", address)
        for _ in range(6):
            act = chance.choice(["push", "push", "pull", "both", "label", "label", "edit"])
            if act == "both":
                threads = [threading.Thread(target=_quietly, args=(each.project,)) for each in machines]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            elif act == "label":
                _label(project, straight, people, chance, given)
            elif act == "edit":
                article_id = chance.choice(sorted(texts))
                texts[article_id] += " More rain."
                for each in machines:
                    desk.stock(each.project, texts)
            else:
                chance.choice(machines).act(act)
        faults.stop()
        monkeypatch.setattr(studio, "WRITE_S", 300.0)  # a busy machine is no fault
        for each in machines:
            desk.push(each.project)
        desk.push(project)
        desk.pull(project)
    monkeypatch.setenv("LABEL_STUDIO_URL", studio_server.url)

    live = [task["data"][KEY] for task in desk.live(project)]
    assert len(live) == len(set(live)) == 2 * len(texts), faults.happened
    assert {task["data"]["text"] for task in desk.live(project)} == set(texts.values())
    assert desk.push(project).as_json() == {"created": 0, "unchanged": len(live), "superseded": 0, "total": len(live)}
    states = [record for record in latest(history(desk.layer(project))) if record["status"] != "withdrawn"]
    assert len(states) == len(given), faults.happened
    assert sorted(record["status"] for record in states) == sorted(given.values())
    for places in desks.find(project, straight.projects()).values():
        for place in places:
            straight.delete_project(place.project_id)


def _quietly(project: Project) -> None:
    try:
        desk.push(project)
    except CopydeskError as error:
        assert error.exit_code == 3, error


def _label(
    project: Project, straight: Studio, people: dict[str, int], chance: random.Random, given: dict[str, str]
) -> None:
    """Somebody answers a few tasks, whatever state the desks are in."""
    for places in desks.find(project, straight.projects()).values():
        for place in places:
            tasks = list(straight.tasks(place.project_id, ("id", "data", "total_annotations")))
            for task in chance.sample(tasks, min(2, len(tasks))):
                if place.desk.annotator is None or task["data"].get(SUPERSEDED):
                    continue
                skip = chance.random() < 0.3
                made = straight.annotate(task["id"], [], completed_by=people[place.desk.annotator], was_cancelled=skip)
                given[str(made["id"])] = "skipped" if skip else "submitted"
