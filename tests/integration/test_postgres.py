"""A server that keeps its data in PostgreSQL: its backup, and under ``--all`` the sync suite once more."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from copydesk.errors import CopydeskError, OutsideError
from copydesk.labeling import server
from copydesk.testing import a_project

from . import desk

pytestmark = [pytest.mark.studio, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), default=None)
SUITES = ("test_exchange_push.py", "test_exchange_pull.py", "test_referral.py")
OWNER, USER = "label", "postgres"  # PostgreSQL refuses to run as root; Debian's package brings a user for it


def test_push_and_pull_on_postgresql(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--all"):
        pytest.skip("only under --all: it starts a second server, which first makes its tables")
    if PROGRAMS is None:
        pytest.skip("!! no PostgreSQL: the sync suite is not tested on it (install the package postgresql)")
    suites = [str(Path(__file__).with_name(name)) for name in SUITES]
    with database(PROGRAMS) as port:
        environment = os.environ | settings(port)
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *suites]
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        n_tables = ask(PROGRAMS, port, "select count(*) from task")
    assert run.returncode == 0, run.stdout[-5000:]
    assert "passed" in run.stdout
    assert n_tables.isdigit(), "the server kept its tasks in this database"


def test_a_backup_holds_the_database_and_no_restore_touches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if PROGRAMS is None:
        pytest.skip("!! no PostgreSQL: its backup is not tested (install the package postgresql)")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(PROGRAMS), prepend=os.pathsep)
    project = a_project(tmp_path / "corpus")
    (project.private / "server").mkdir(parents=True)
    with database(PROGRAMS) as port:
        for name, value in settings(port).items():
            monkeypatch.setenv(name, value)
        ask(PROGRAMS, port, "create table answers (said text)")
        saved = server.backup(project, tmp_path)
        with pytest.raises(CopydeskError, match="no database back"):
            server.restore(project, saved, desk.NOW)
    with tarfile.open(saved) as archive:
        archive.extract("server/label_studio.pgdump", tmp_path, filter="data")
    dump = tmp_path / "server" / "label_studio.pgdump"
    listed = subprocess.run([str(PROGRAMS / "pg_restore"), "-l", str(dump)], capture_output=True, text=True, check=True)
    assert "TABLE public answers" in listed.stdout
    with pytest.raises(OutsideError, match="pg_dump could not save"):
        server.backup(project, tmp_path / "later.tar.gz")  # the database is down


def settings(port: int) -> dict[str, str]:
    """What tells a server to keep its data there."""
    place = {"NAME": "postgres", "USER": OWNER, "PASSWORD": "", "HOST": "127.0.0.1", "PORT": str(port)}
    return {"DJANGO_DB": "default"} | {f"POSTGRE_{name}": value for name, value in place.items()}


@contextmanager
def database(programs: Path) -> Iterator[int]:
    """The port of a new PostgreSQL on 127.0.0.1, with its data in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="copydesk-postgresql-") as folder, _running(programs, Path(folder)) as port:
        yield port


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:
        shutil.chown(folder, USER)
        as_user = {"user": USER, "group": USER, "extra_groups": []}
    data, log = folder / "data", (folder / "log").open("wb")
    make = [str(programs / "initdb"), "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, stdout=log, stderr=log, check=True, cwd=folder, **as_user)
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-c", "fsync=off"]
    process = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), *options], stdout=log, stderr=log, cwd=folder, **as_user
    )
    try:
        deadline = time.monotonic() + 60
        while not ask(programs, port, "select 1"):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        log.close()


def ask(programs: Path, port: int, query: str) -> str:
    """What the database answers to a query; nothing while it is not there."""
    command = [str(programs / "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", OWNER, "-d", "postgres", "-Atc", query]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
