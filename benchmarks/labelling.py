"""How long push and pull take beside the bare server, on a real Label Studio of its own.

    python benchmarks/labelling.py [--tasks N] [--rounds N]

Push is held against importing the same tasks with nothing else, pull against the server's own JSON export of the same
project; both side by side, A B A B. Everything stands in a temporary folder; only the installed server is reused.
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
from pathlib import Path
from typing import Any

from copydesk.console import quiet
from copydesk.dataset.store import Store
from copydesk.labeling import annotators, desks, layers, server, tasks
from copydesk.labeling.layers import Layer
from copydesk.labeling.pull import pull
from copydesk.labeling.push import push
from copydesk.labeling.studio import EXPORT_S, Studio
from copydesk.project import Project
from copydesk.schemas import Schemas
from copydesk.testing import a_project, an_article

NOW = "2031-01-01T00:00:00Z"
LETTERS = 3400  #: of one article
SPANS = 20  #: of one answer
WORDS = "rain snow fog wind Oslo Bergen Rome police minister said on Monday that two men had left the town"


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
            os.environ["LABEL_STUDIO_URL"] = str(server.status(host).url)
            os.environ["LABEL_STUDIO_API_KEY"] = server.keys(host).token
            _push(Path(scratch), options.tasks, options.rounds)
            _pull(Path(scratch), options.tasks, options.rounds)
        finally:
            server.stop(host)


def _push(scratch: Path, n_tasks: int, rounds: int) -> None:
    raw, first, again, reconciled = [], [], [], []
    for number in range(rounds):
        project = _project(scratch / f"push-{number}", n_tasks)
        layer, studio = layers.load(project, ["entities"])[0], Studio.connect(project)
        bare = studio.create_project({"title": "bare", "label_config": layer.config})["id"]
        data = [{"data": tasks.render(each, layer, None, None)} for each in Store(project).articles()]
        raw.append(_timed(lambda: studio.import_tasks(bare, data)))  # noqa: B023
        studio.delete_project(bare)
        first.append(_timed(lambda: _check(push(project, [layer], studio=studio, progress=quiet), n_tasks)))  # noqa: B023
        again.append(_timed(lambda: _check(push(project, [layer], studio=Studio.connect(project), progress=quiet), 0)))  # noqa: B023
        reconciled.append(
            _timed(lambda: _check(push(project, [layer], studio=studio, progress=quiet, reconcile=True), 0))  # noqa: B023
        )
    _row(f"import {n_tasks} tasks, nothing else", raw)
    _row(f"push {n_tasks} tasks", first, raw)
    _row("push again, nothing new", again, first)
    _row("push again --reconcile", reconciled, first)


def _pull(scratch: Path, n_tasks: int, rounds: int) -> None:
    project = _project(scratch / "pull", n_tasks)
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
    theirs, first, again, changed = [], [], [], []
    ids = [task["id"] for task in studio.tasks(place, ("id",))]
    for number in range(rounds):
        path = f"api/projects/{place}/export"
        theirs.append(_timed(lambda: studio._call("GET", path, params={"exportType": "JSON"}, timeout=EXPORT_S)))  # noqa: B023
        for kept in (project.private / "pulled.json", layer.annotations):
            kept.unlink(missing_ok=True)
        shutil.rmtree(project.private / "exports", ignore_errors=True)
        first.append(_timed(lambda: _pulled(project, layer, studio, "new", n_tasks)))
        again.append(_timed(lambda: _pulled(project, layer, studio, "new", 0)))
        for few in (1, 10):  # the import gave a thousand tasks one instant; real answers come one by one
            for task_id in ids[number * 20 + few : number * 20 + few * 2]:
                answer = (studio.task(task_id) or {})["annotations"][0]
                studio.update_annotation(answer["id"], {"result": answer["result"][:-1]})
            time_s = _timed(lambda: _pulled(project, layer, studio, "changed", few))  # noqa: B023
            time.sleep(6)
        changed.append(time_s)
    _row(f"the server's JSON export of {n_tasks} answers", theirs)
    _row(f"pull {n_tasks} answers", first, theirs)
    _row("pull again, nothing new", again, first)
    _row("pull again, 10 changed", changed, first)


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


def _check(pushed: dict[str, Any], created: int) -> None:
    assert pushed["entities"].created == created, pushed


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _row(what: str, times: list[float], beside: list[float] | None = None) -> None:
    ratio = f"  × {statistics.median(times) / statistics.median(beside):.3f}" if beside else ""
    print(
        f"{what:48} {statistics.median(times):8.2f} s  ({', '.join(f'{each:.2f}' for each in times)}){ratio}",
        flush=True,
    )


if __name__ == "__main__":
    main()
