"""The record of a project's server: whom it names, and whom it must not touch."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Thread

import psutil
import pytest

from copydesk.console import quiet
from copydesk.errors import CopydeskError, Locked, OutsideError
from copydesk.files import locked, write_json
from copydesk.labeling import backup, environment, server
from copydesk.labeling.server import DOWN
from copydesk.project import Project

NOW = "2031-01-01T00:00:00Z"


@pytest.fixture
def corpus(project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return project()


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    """A process of somebody else, in a group of its own."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield psutil.Process(child.pid)
    finally:
        child.kill()
        child.wait()


def record(project: Project, **fields: object) -> None:
    write_json(project.private / "server.json", {"url": "http://127.0.0.1:1", "version": "1", **fields})


def test_a_project_without_a_record_has_no_server(corpus: Project) -> None:
    assert server.status(corpus) == DOWN
    assert server.stop(corpus) == DOWN


def test_a_reused_process_id_is_not_the_server(corpus: Project, bystander: psutil.Process) -> None:
    record(corpus, pid=bystander.pid, started=bystander.create_time() - 60)
    assert server.status(corpus) == DOWN
    server.stop(corpus)
    assert bystander.is_running(), "stop must end only what start began"


def test_the_recorded_process_is_the_server_and_stop_ends_it(corpus: Project, bystander: psutil.Process) -> None:
    record(corpus, pid=bystander.pid, started=bystander.create_time())
    assert server.status(corpus).pid == bystander.pid
    assert server.stop(corpus) == DOWN
    assert not bystander.is_running() or bystander.status() == psutil.STATUS_ZOMBIE
    assert server.status(corpus) == DOWN


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": null}', '{"pid": 1}', '{"pid": 4194304, "started": 1}'])
def test_a_broken_record_counts_as_stopped(corpus: Project, text: str) -> None:
    corpus.private.mkdir(parents=True)
    (corpus.private / "server.json").write_text(text)
    assert server.status(corpus) == DOWN


def test_keys_are_made_once_for_the_user_alone_and_never_shown(corpus: Project) -> None:
    keys = server.keys(corpus)
    path = corpus.private / "keys.json"
    assert server.keys(corpus) == keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(corpus.private.stat().st_mode) == 0o700
    assert len(keys.token) == 40
    assert keys.token not in repr(keys)
    assert keys.password not in repr(keys)


def test_a_second_start_waits_for_the_first(corpus: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "START_S", 0.1)
    with locked(corpus.private / "server.lock", "x"), pytest.raises(Locked, match="is locked by process"):
        server.start(corpus, quiet)


def test_an_installer_that_fails_says_so_and_leaves_nothing_that_counts(
    corpus: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "requirements.txt"
    wrong.write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", wrong)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(OutsideError, match="no-such-package") as caught:
        server.start(corpus, quiet)
    assert "run this again" in caught.value.hint
    assert not (environment.cache() / "installed.json").exists()


def test_the_server_is_told_to_call_nobody_and_gets_none_of_our_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    env = environment.environ(tmp_path)
    assert "secret" not in env.values()
    assert (env["COLLECT_ANALYTICS"], env["SENTRY_DSN"], env["LATEST_VERSION_CHECK"]) == ("false", "", "false")
    assert env["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true"
    assert env["PATH"] == os.environ["PATH"]


def test_a_log_is_shown_without_secrets(corpus: Project) -> None:
    keys = server.keys(corpus)
    (corpus.private / "server.log").write_text(f"user {keys.email}\ntoken {keys.token}\npassword {keys.password}\n")
    shown = server._log_end(corpus)
    assert "token …" in shown
    assert keys.token not in shown
    assert keys.password not in shown


def test_every_package_of_the_server_is_pinned_by_hash_and_names_no_index() -> None:
    lines = environment.REQUIREMENTS.read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert any(line.startswith(f"label-studio=={environment.VERSION} ") for line in packages)
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def a_database(folder: Path, answer: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "label_studio.sqlite3")) as database:
        database.execute("create table answers (text)")
        database.execute("insert into answers values (?)", [answer])
        database.commit()


def answers(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "label_studio.sqlite3")) as database:
        return [row[0] for row in database.execute("select text from answers")]


def test_a_backup_brings_back_data_keys_and_people(corpus: Project, tmp_path: Path) -> None:
    a_database(corpus.private / "server", "yes")
    keys = server.keys(corpus)
    write_json(corpus.private / "people.json", {"local": {}}, mode=0o600)
    saved = server.backup(corpus, tmp_path)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    (corpus.private / "server" / "label_studio.sqlite3").unlink()
    a_database(corpus.private / "server", "no")
    (corpus.private / "keys.json").unlink()

    aside = server.restore(corpus, saved, NOW)
    ((since, until),) = backup.gaps(corpus)
    assert abs(datetime.fromisoformat(since).timestamp() - saved.stat().st_mtime) < 60 and until == NOW
    assert answers(corpus.private / "server") == ["yes"]
    assert answers(aside / "server") == ["no"], "what was there is moved aside, not lost"
    assert server.keys(corpus) == keys
    assert stat.S_IMODE((corpus.private / "people.json").stat().st_mode) == 0o600


def test_a_backup_takes_the_place_of_no_other(corpus: Project, tmp_path: Path) -> None:
    a_database(corpus.private / "server", "before")
    saved = server.backup(corpus, tmp_path / "backup.tar.gz")
    before = saved.read_bytes()
    for again in (saved, server.backup(corpus, tmp_path).parent):
        with pytest.raises(CopydeskError, match="is there already"):
            server.backup(corpus, again)
    assert saved.read_bytes() == before


@pytest.mark.parametrize("left", [0.3, 0.9])
def test_a_backup_that_breaks_off_is_refused_and_no_secret_of_it_stays(
    corpus: Project, tmp_path: Path, left: float
) -> None:
    a_database(corpus.private / "server", "here")
    server.keys(corpus)
    whole = server.backup(corpus, tmp_path / "backup.tar.gz").read_bytes()
    for name, content in {
        "short": whole[: int(len(whole) * left)],
        "spoilt": whole[:99] + b"?" * 99 + whole[198:],
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CopydeskError, match=r"backup|no whole"):
            server.restore(corpus, tmp_path / name, NOW)
    assert answers(corpus.private / "server") == ["here"]
    assert [path.name for path in corpus.private.parent.iterdir()] == [corpus.private.name]


def test_stopping_is_said_and_so_is_that_nothing_ran(corpus: Project, bystander: psutil.Process) -> None:
    command = [sys.executable, "-m", "copydesk", "-C", str(corpus.root), "studio", "stop"]
    record(corpus, pid=bystander.pid, started=bystander.create_time())
    Thread(target=bystander.wait, daemon=True).start()  # our child: nobody else clears up after it
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert said == ["Label Studio at http://127.0.0.1:1 is stopped; its data stays\n", "Label Studio was not running\n"]


def test_the_command_says_where_it_put_what_was_there(corpus: Project, tmp_path: Path) -> None:
    a_database(corpus.private / "server", "yes")
    saved = server.backup(corpus, tmp_path)
    command = [sys.executable, "-m", "copydesk", "-C", str(corpus.root), "--json", "studio", "restore", str(saved)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert (said["running"], said["path"]) == (False, str(corpus.private))
    assert answers(Path(said["aside"]) / "server") == answers(corpus.private / "server") == ["yes"]


def test_there_is_nothing_to_save_before_the_first_start(corpus: Project, tmp_path: Path) -> None:
    with pytest.raises(CopydeskError, match="no Label Studio data"):
        server.backup(corpus, tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_what_is_no_backup_is_refused_and_nothing_moves(corpus: Project, tmp_path: Path, content: bytes | None) -> None:
    a_database(corpus.private / "server", "here")
    archive = tmp_path / "backup.tar.gz"
    if content is not None:
        archive.write_bytes(content)
    with pytest.raises(CopydeskError, match="backup"):
        server.restore(corpus, archive, NOW)
    assert answers(corpus.private / "server") == ["here"]


def test_an_archive_that_would_write_elsewhere_is_refused(corpus: Project, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../escaped"))
    with pytest.raises(CopydeskError, match="backup"):
        server.restore(corpus, archive, NOW)
    assert not (corpus.private.parent / "escaped").exists()


def test_data_of_an_older_server_is_saved_before_it_is_brought_up_to_date(corpus: Project) -> None:
    a_database(corpus.private / "server", "old")
    write_json(corpus.private / "server-version.json", {"version": "1.9.0"})
    server._data(corpus, quiet)
    assert (corpus.private / "backups" / f"before-{environment.VERSION}-1.tar.gz").exists()


def test_data_of_a_newer_server_is_left_alone(corpus: Project) -> None:
    a_database(corpus.private / "server", "new")
    write_json(corpus.private / "server-version.json", {"version": "99.0.0"})
    with pytest.raises(CopydeskError, match=r"data is of Label Studio 99\.0\.0"):
        server._data(corpus, quiet)
