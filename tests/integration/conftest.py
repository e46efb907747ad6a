"""The real Label Studio server that integration tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from copydesk.console import quiet
from copydesk.labeling import server
from copydesk.project import Project
from copydesk.testing import a_project

from . import desk


@dataclass(frozen=True)
class Served:
    """A running server and who owns it."""

    project: Project  #: the project whose server it is
    url: str
    keys: server.Keys


@pytest.fixture(scope="session")
def studio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server on the environment in the user's cache; ended by process id whatever happens.

    Its data stands in a temporary folder, so nothing of the user's is touched.
    """
    folder = tmp_path_factory.mktemp("studio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        project = a_project(folder / "corpus")
        try:
            running = server.start(project, quiet)
            yield Served(project, str(running.url), server.keys(project))
        finally:
            patch.setenv("XDG_DATA_HOME", str(folder / "data"))
            server.stop(project)


@pytest.fixture
def on_server(studio_server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    """Makes a fresh project that works with the shared server: ``on_server("corpus", rain="Rain in Oslo.")``.

    A project is known to a server by its name, so tests take different ones.
    """
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LABEL_STUDIO_URL", studio_server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio_server.keys.token)
    return lambda name, **raw: a_project(tmp_path / name, **raw)


@pytest.fixture
def corpus(on_server: Callable[..., Project], request: pytest.FixtureRequest) -> Project:
    """A project of two articles and two annotators, with a name that no other test uses."""
    project = on_server(request.node.name.replace("[", "-").replace("]", "")[:60])
    desk.stock(project, {"art-0000000000000001": desk.RAIN, "art-0000000000000002": desk.SNOW})
    desk.people(project, "ann-a", "ann-b")
    return project
