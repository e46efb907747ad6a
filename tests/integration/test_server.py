"""A real server: started once, found again, quiet to the outside, ended exactly."""

from __future__ import annotations

import os
import signal
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest

from copydesk.console import quiet
from copydesk.errors import CopydeskError, OutsideError
from copydesk.labeling import environment, server
from copydesk.labeling import push as pushing
from copydesk.labeling.studio import Studio
from copydesk.labeling.tasks import KEY
from copydesk.project import Project
from copydesk.testing import a_project

from . import desk, installing
from .conftest import Served

pytestmark = [pytest.mark.studio, pytest.mark.slow]

OLDER = "1.20.0"  #: a server whose data is brought up to date


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project that may start a server of its own; it is ended afterwards."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    project = a_project(tmp_path / "corpus")
    try:
        yield project
    finally:
        server.stop(project)


def test_a_server_answers_on_this_machine_only_and_says_its_version(studio_server: Served) -> None:
    running = server.status(studio_server.project)
    assert running.version == environment.VERSION
    assert running.pid is not None
    listening = [each for each in psutil.Process(running.pid).net_connections("tcp") if each.status == "LISTEN"]
    assert {each.laddr.ip for each in listening} == {"127.0.0.1"}
    assert running.url == f"http://127.0.0.1:{listening[0].laddr.port}"


def test_nobody_signs_up_without_the_link(studio_server: Served) -> None:
    page = urlopen(f"{studio_server.url}/user/signup/").read().decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = f"csrfmiddlewaretoken={token}&email=stranger@example.org&password=longenough".encode()
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{studio_server.url}/user/signup/", data=body)


def test_neither_log_nor_record_holds_a_secret(studio_server: Served) -> None:
    for path in studio_server.project.private.glob("server.*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            assert studio_server.keys.token not in text
            assert studio_server.keys.password not in text
    assert stat.S_IMODE(studio_server.project.private.stat().st_mode) == 0o700


def test_start_finds_what_runs_survives_a_taken_port_and_a_backup_brings_everything_back(
    own: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(BaseHTTPRequestHandler):
        """Another program, which even says that it is well."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "UP"}')

        def log_message(self, *_: object) -> None:
            pass

    free, given = server._free_port, list[int]()
    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()

        def taken_at_first() -> int:
            given.append(free() if given else other.server_port)
            return given[-1]

        monkeypatch.setattr(server, "_free_port", taken_at_first)
        running = server.start(own, quiet)
        other.shutdown()
    assert len(given) == 2, "the first port was taken by another program"
    assert running.url == f"http://127.0.0.1:{given[1]}"
    assert server.start(own, quiet) == running, "a running server is found, not started again"

    studio = Studio.connect(own)
    made = studio.create_project({"title": "kept", "description": "before the backup"})
    saved = server.backup(own, tmp_path)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    studio.create_project({"title": "lost"})
    with pytest.raises(CopydeskError, match="runs"):
        server.restore(own, saved, desk.NOW)

    keys = server.keys(own)
    assert server.stop(own) == server.DOWN
    assert not psutil.pid_exists(running.pid or 0) or psutil.Process(running.pid).status() == "zombie"
    aside = server.restore(own, saved, desk.NOW)
    assert (aside / "server").is_dir()
    assert server.keys(own) == keys
    server.start(own, quiet)
    assert [each["title"] for each in Studio.connect(own).projects()] == [made["title"]]


def test_an_older_servers_tasks_and_answers_are_there_after_the_upgrade(
    own: Project, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--all"):
        pytest.skip("only under --all: it installs a second server, 1 GB")
    python = installing.programs(f"label-studio-{OLDER}", f"label-studio=={OLDER}") / "python"
    with monkeypatch.context() as patch:
        patch.setattr(environment, "VERSION", OLDER)
        patch.setattr(environment, "install", lambda progress: python)
        patch.setattr(environment, "empty_data", lambda progress: _empty(own))
        assert server.start(own, quiet).version == OLDER
        desk.stock(own, [f"Rain no. {n} in Oslo." for n in range(6)])
        studio = desk.people(own, "ann-a")
        assert desk.push(own).created == 6
        tasks, ann = desk.live(own), desk.user_id(own, "ann-a")
        for task in tasks[:4]:
            studio.annotate(task["id"], [desk.span(0, 4, "EVENT", task["data"]["text"])], completed_by=ann)
        assert desk.pull(own).issues == []
        studio.annotate(tasks[4]["id"], [], completed_by=ann, was_cancelled=True)  # nobody has pulled this one
        server.stop(own)

    assert server.start(own, quiet).version == environment.VERSION
    assert [path.name for path in (own.private / "backups").iterdir()] == [f"before-{environment.VERSION}-1.tar.gz"]
    assert desk.push(own).as_json() == {"created": 0, "unchanged": 6, "superseded": 0, "total": 6}
    got = desk.pull(own, reconcile=True)
    assert (got.issues, got.layers["entities"]) == ([], {"new": 1, "changed": 0, "withdrawn": 0, "annotations": 5})
    assert len(desk.tasks(own)) == 6


def test_a_server_that_dies_while_starting_is_told_with_its_log(own: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENTRY", ("-c", "import sys; sys.exit('no room on the moon')"))
    monkeypatch.setattr(environment, "empty_data", lambda progress: _empty(own))
    with pytest.raises(CopydeskError, match="no room on the moon"):
        server.start(own, quiet)
    assert server.status(own) == server.DOWN


def test_a_server_that_is_killed_during_a_push_loses_and_doubles_nothing(
    own: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.start(own, quiet)
    desk.stock(own, [f"Rain no. {n} in Oslo." for n in range(40)])
    monkeypatch.setattr(pushing, "BATCH_TASKS", 4)
    whole, sent = Studio.import_tasks, list[int]()

    def import_and_kill(studio: Studio, project_id: int, tasks: list) -> list[int]:
        sent.append(len(tasks))
        if len(sent) == 4:
            threading.Timer(0.05, os.kill, (server.status(own).pid, signal.SIGKILL)).start()
        return whole(studio, project_id, tasks)

    with monkeypatch.context() as patch, pytest.raises(OutsideError):
        patch.setattr(Studio, "import_tasks", import_and_kill)
        desk.push(own)
    assert len(sent) < 10, "it was killed in the middle"
    assert server.status(own) == server.DOWN
    server.start(own, quiet)
    assert desk.push(own).total == 40
    keys = [task["data"][KEY] for task in desk.tasks(own)]
    assert len(keys) == len(set(keys)) == 40


def _empty(project: Project) -> Path:
    folder = project.root / "empty"
    folder.mkdir()
    return folder
