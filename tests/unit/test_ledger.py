"""What the ledger believes after a look at every task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from copydesk.labeling import layers, tasks
from copydesk.labeling.desks import Desk, Place
from copydesk.labeling.ledger import Ledger
from copydesk.testing import a_project, an_article

PLACE = Place(Desk("corpus", "entities", "1.0.0", None), 7, "", {"id": 7, "created_at": "2030-01-01T00:00:00Z"})


class Changing:
    """A server that somebody else works on while its tasks are listed."""

    place = "local"

    def __init__(self, project: Any, n_tasks: int, n_arriving: int = 0) -> None:
        layer = layers.load(project, ["entities"])[0]
        articles = [an_article(f"Rain {n}.", article_id=f"art-{n:016x}") for n in range(n_tasks + n_arriving)]
        self._tasks = [{"id": n, "data": tasks.render(each, layer, None, None)} for n, each in enumerate(articles)]
        self._n_there = n_tasks
        self.n_listings = 0

    def extent(self, project_id: int) -> tuple[int, str]:
        return self._n_there, f"2030-01-01T00:00:{self.n_listings:02}.000000Z"

    def tasks(self, project_id: int, include: Sequence[str], since: str | None = None) -> Iterator[dict[str, Any]]:
        self._n_there = len(self._tasks)
        self.n_listings += 1
        yield from self._tasks


def test_what_changes_during_a_look_is_looked_at_the_next_time(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    server: Any = Changing(project, 3)
    looked = Ledger(project, server).entry([PLACE], look=True)
    assert (looked.sure, len(looked.live), server.n_listings) == (True, 3, 1)
    assert looked.extent != [list(server.extent(7))]


def test_a_look_during_which_tasks_arrive_is_made_again(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    server: Any = Changing(project, 2, n_arriving=1)
    looked = Ledger(project, server).entry([PLACE], look=True)
    assert (looked.sure, len(looked.live), server.n_listings) == (True, 3, 2)
