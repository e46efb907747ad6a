"""How long push and pull take beside the bare server, on a real Label Studio of its own.

    python benchmarks/labelling.py [--tasks N] [--rounds N]

Push is held against importing the same tasks with nothing else, pull against the server's own JSON export of the same
project; both side by side, A B A B. On a busy machine the seconds of processor time, server's and ours, tell more than
those on the clock. Everything stands in a temporary folder; only the installed server is reused.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from copydesk.console import quiet
from copydesk.dataset.store import Store
from copydesk.labeling import annotators, desks, layers, server, tasks
from copydesk.labeling.layers import Layer
from copydesk.labeling.pull import pull
from copydesk.labeling.push import push
from copydesk.labeling.studio import Studio
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import a_project, an_article

NOW = "2031-01-01T00:00:00Z"
LETTERS = 3400  #: of one article
SPANS = 20  #: of one answer
WORDS = "rain snow fog wind Oslo Bergen Rome police minister said on Monday that two men had left the town"


@dataclass(frozen=True)
class Cost:
    """Seconds of one act: on the clock, and of processor time in the server and here."""

    wall: float
    cpu: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tasks", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=2)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_DATA_HOME"] = str(Path(scratch) / "data")
        for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
            os.environ.pop(name, None)
        host = a_project(Path(scratch) / "host")
        server.start(host, quiet)
        try:
            running = server.status(host)
            os.environ["LABEL_STUDIO_URL"] = str(running.url)
            os.environ["LABEL_STUDIO_API_KEY"] = server.keys(host).token
            clock = _Clock(psutil.Process(running.pid))
            _push(Path(scratch), options.tasks, options.rounds, clock)
            _pull(Path(scratch), options.tasks, options.rounds, clock)
        finally:
            server.stop(host)


def _push(scratch: Path, n_tasks: int, rounds: int, clock: _Clock) -> None:
    costs = [_push_once(_project(scratch / f"push-{number}", n_tasks), n_tasks, clock) for number in range(rounds)]
    raw, first, again, reconciled = (list(column) for column in zip(*costs, strict=True))
    _row(f"import {n_tasks} tasks, nothing else", raw)
    _row(f"push {n_tasks} tasks", first, raw)
    _row("push again, nothing new", again, first)
    _row("push again --reconcile", reconciled, first)


def _push_once(project: Project, n_tasks: int, clock: _Clock) -> tuple[Cost, ...]:
    layer, studio = layers.load(project, ["entities"])[0], Studio.connect(project)
    bare = studio.create_project({"title": "bare", "label_config": layer.config})["id"]
    data = [{"data": tasks.render(each, layer, None, None)} for each in Store(project).articles()]
    raw = clock.time(lambda: studio.import_tasks(bare, data))
    studio.delete_project(bare)

    def push_and_check(created: int, **options: bool) -> Cost:
        def act() -> None:
            pushed = push(project, [layer], studio=Studio.connect(project), progress=quiet, **options)
            assert pushed["entities"].created == created, pushed

        return clock.time(act)

    return raw, push_and_check(n_tasks), push_and_check(0), push_and_check(0, reconcile=True)


def _pull(scratch: Path, n_tasks: int, rounds: int, clock: _Clock) -> None:
    project = _project(scratch / "pull", n_tasks)
    place = _answer_all(project, n_tasks)
    costs = [_pull_once(project, place, n_tasks, number, clock) for number in range(rounds)]
    theirs, first, again, changed = (list(column) for column in zip(*costs, strict=True))
    _row(f"the server's JSON export of {n_tasks} answers", theirs)
    _row(f"pull {n_tasks} answers", first, theirs)
    _row("pull again, nothing new", again, first)
    _row("pull again, 10 changed", changed, first)


def _answer_all(project: Project, n_tasks: int) -> int:
    """A desk on which somebody has answered everything; the id of its Label Studio project."""
    layer, studio = layers.load(project, ["entities"])[0], Studio.connect(project)
    annotators.add(project, "ann-a", studio)
    person = next(iter(annotators.users(project, studio)))
    push(project, [layer], studio=studio, progress=quiet)
    place = next(iter(desks.find(project, studio.projects()).values()))[0].project_id
    studio.delete_tasks(place, [task["id"] for task in studio.tasks(place, ("id",))])
    articles = Store(project).articles()
    for start in range(0, n_tasks, 1000):
        studio.import_tasks(place, [_answered(each, layer, person) for each in articles[start : start + 1000]])
    push(project, [layer], studio=studio, progress=quiet)
    return place


def _pull_once(project: Project, place: int, n_tasks: int, number: int, clock: _Clock) -> tuple[Cost, ...]:
    layer, studio = layers.load(project, ["entities"])[0], Studio.connect(project)
    path = f"api/projects/{place}/export"
    theirs = clock.time(lambda: studio._call("GET", path, params={"exportType": "JSON"}, timeout=1800))
    for kept in (project.private / "pulled.json", layer.annotations):
        kept.unlink(missing_ok=True)
    shutil.rmtree(project.private / "exports", ignore_errors=True)
    first = clock.time(lambda: _pulled(project, layer, studio, "new", n_tasks))
    again = clock.time(lambda: _pulled(project, layer, studio, "new", 0))
    ids = [task["id"] for task in studio.tasks(place, ("id",))][number * 20 :]
    for few in (1, 10):  # the import gave a thousand tasks one instant; real answers come one by one
        for task_id in ids[few : few * 2]:
            answer = (studio.task(task_id) or {})["annotations"][0]
            studio.update_annotation(answer["id"], {"result": answer["result"][:-1]})
        changed = clock.time(partial(_pulled, project, layer, studio, "changed", few))
        time.sleep(6)
    return theirs, first, again, changed


def _project(folder: Path, n_articles: int) -> Project:
    project = a_project(folder)
    chance = random.Random(folder.name)
    articles = []
    for number in range(n_articles):
        words = chance.choices(WORDS.split(), k=LETTERS // 5)
        text = f"No. {number}: " + " ".join(words)
        articles.append(an_article(text[:LETTERS].strip(), article_id=f"art-{number:016x}"))
    Store(project).write(
        articles=articles, links=[], families=[], rejects=[], stats={}, arrow=Schemas.packaged().arrow
    )  # fmt: skip
    return project


def _answered(article: dict[str, Any], layer: Layer, person: int) -> dict[str, Any]:
    text, result = article["text"], []
    for start in range(10, LETTERS - 100, (LETTERS - 100) // SPANS):
        begin = text.index(" ", start) + 1
        end = text.index(" ", begin)
        value = {
            "start": begin,
            "end": end,
            "text": text[begin:end],
            "labels": [layer.labels[start % len(layer.labels)]],
        }
        result.append({"id": f"r{begin}", "from_name": "label", "to_name": "text", "type": "labels", "value": value})
    answer = {"result": result, "completed_by": person, "lead_time": 60.0}
    return {"data": tasks.render(article, layer, None, "ann-a"), "annotations": [answer]}


def _pulled(project: Project, layer: Layer, studio: Studio, count: str, wanted: int) -> None:
    got = pull(project, [layer], studio=studio, now=NOW, progress=quiet)
    assert not got.issues, got.issues[:3]
    assert got.layers[layer.name][count] == wanted, got.layers


class _Clock:
    """Times an act, and counts the processor time that the server and this process spend on it."""

    def __init__(self, server_process: psutil.Process) -> None:
        self._processes = (server_process, psutil.Process())

    def time(self, act: Callable[[], object]) -> Cost:
        start, before = time.perf_counter(), self._cpu()
        act()
        return Cost(time.perf_counter() - start, self._cpu() - before)

    def _cpu(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self._processes)


def _row(what: str, costs: list[Cost], beside: list[Cost] | None = None) -> None:
    columns = [f"{what:48}"]
    for unit in ("wall", "cpu"):
        all_s = [getattr(cost, unit) for cost in costs]
        ratio = ""
        if beside:
            ratio = f"× {statistics.median(all_s) / statistics.median(getattr(cost, unit) for cost in beside):.3f}"
        columns.append(
            f"{unit} {statistics.median(all_s):8.2f} s ({', '.join(f'{each:.2f}' for each in all_s)}) {ratio:8}"
        )
    print("  ".join(columns), flush=True)


if __name__ == "__main__":
    main()
