"""The local Label Studio server of a project: start, stop, status, backup.

Its data, keys and log stand in ``project.private``, never in the project. It listens on 127.0.0.1 only and outlives
the command that started it; ``server.json`` says which process it is. Its password and token are made at the first
start and are never printed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import orjson
import psutil

from copydesk.console import Progress
from copydesk.errors import CopydeskError, OutsideError
from copydesk.files import locked, read_json, write_json
from copydesk.labeling import backup as saving
from copydesk.labeling import environment
from copydesk.project import Project

HOST = "127.0.0.1"
START_S = 600.0  #: how long a start may take on a slow machine
STOP_S = 15.0  #: how long the server may take to end by itself
_ATTEMPTS = 3  # another program may take the free port before the server does


@dataclass(frozen=True, slots=True)
class Running:
    """How a project's server stands."""

    url: str | None
    pid: int | None
    version: str | None
    running: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


DOWN = Running(None, None, None, False)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the project's owner signs in with. Never printed; ``repr`` shows nothing."""

    email: str
    password: str
    token: str

    def __repr__(self) -> str:
        return "Keys(…)"


def start(project: Project, progress: Progress) -> Running:
    """The project's running server; it is installed and started first where needed.

    Raises: OutsideError, when it cannot be installed or does not come up; Locked, when another start is under way.
    """
    with locked(project.private / "server.lock", "the start of this project's Label Studio", wait_s=START_S):
        now = status(project)
        if now.running:
            return now
        python = environment.install(progress)
        data = _data(project, progress)
        with progress("starting Label Studio") as step:
            for _ in range(_ATTEMPTS):
                running = _launch(project, python, data, step)
                if running is not None:
                    return running
        raise OutsideError("Label Studio found no free port", "run this again")


def stop(project: Project) -> Running:
    """End the project's server, if it runs, and exactly that process group."""
    process = _recorded(project)
    if process is not None:
        _end(process)
    _record(project).unlink(missing_ok=True)
    return DOWN


def status(project: Project) -> Running:
    """How the server stands; a record whose process is gone, or is another program by now, counts as stopped."""
    process = _recorded(project)
    if process is None:
        return DOWN
    record = read_json(_record(project))
    return Running(record["url"], process.pid, record["version"], True)


def backup(project: Project, to: Path) -> Path:
    """Save the server's data, keys, people and kept exports to one file that only the user may read."""
    return saving.backup(project, to)


def restore(project: Project, archive: Path, now: str) -> Path:
    """Put a backup back; what was there is moved aside. The path of that. ``now``: UTC instant.

    Raises: CopydeskError, while the server runs, or when ``archive`` is no backup.
    """
    if status(project).running:
        raise CopydeskError("this project's Label Studio runs", "run `copydesk studio stop` first")
    return saving.restore(project, archive, now)


def keys(project: Project) -> Keys:
    """The owner's keys, made when there are none yet; only the user may read the file."""
    path = project.private / "keys.json"
    if not path.exists():
        _private(project)
        made = Keys("owner@copydesk.invalid", secrets.token_urlsafe(18), secrets.token_hex(20))
        write_json(path, asdict(made), mode=0o600)
    return Keys(**read_json(path))


def version(url: str) -> str | None:
    """The Label Studio version that answers at ``url``; None when it is no Label Studio."""
    answer = _get(f"{url}/api/version")
    found = answer.get("label-studio-os-package", {}) if isinstance(answer, dict) else {}
    release = answer.get("release") if isinstance(answer, dict) else None
    return found.get("version") or release if isinstance(found, dict) else release


def _data(project: Project, progress: Progress) -> Path:
    """The server's data folder; a new one is a copy of an empty, up-to-date one.

    Data of an older server is saved before this version brings it up to date. Raises CopydeskError for a newer one's.
    """
    data, made_by = _private(project) / "server", project.private / "server-version.json"
    if not data.exists() and saving.in_folder():
        half = project.private / "server.half"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(environment.empty_data(progress), half)
        half.rename(data)
    elif made_by.exists() and (before := read_json(made_by)["version"]) != environment.VERSION:
        if _order(before) > _order(environment.VERSION):
            message = f"the data is of Label Studio {before}, this Copydesk brings {environment.VERSION}"
            raise CopydeskError(message, "use the newer Copydesk, or put an older backup back")
        saved = saving.free(project.private / "backups", f"before-{environment.VERSION}", ".tar.gz")
        saved.parent.mkdir(exist_ok=True)
        with progress(f"saving the data of Label Studio {before} in {saved}, before {environment.VERSION} changes it"):
            backup(project, saved)
    data.mkdir(exist_ok=True)
    write_json(made_by, {"version": environment.VERSION})
    return data


def _order(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def _private(project: Project) -> Path:
    project.private.mkdir(parents=True, exist_ok=True)
    project.private.chmod(0o700)
    return project.private


def _record(project: Project) -> Path:
    return project.private / "server.json"


def _recorded(project: Project) -> psutil.Process | None:
    """The live process that ``server.json`` speaks of; a reused process id is told by its start time."""
    try:
        record = read_json(_record(project))
        process = psutil.Process(record["pid"])
        same = abs(process.create_time() - record["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, KeyError, TypeError, orjson.JSONDecodeError, psutil.Error):
        return None
    return process if same else None


def _launch(project: Project, python: Path, data: Path, step: Callable[[int], None]) -> Running | None:
    """Start the server on a free port and wait until it answers; None when another program took the port."""
    port, owner = _free_port(), keys(project)
    url = f"http://{HOST}:{port}"
    env = environment.environ(
        data,
        LABEL_STUDIO_HOST=url,
        LABEL_STUDIO_USERNAME=owner.email,
        LABEL_STUDIO_PASSWORD=owner.password,
        LABEL_STUDIO_USER_TOKEN=owner.token,
        LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN="true",
    )
    command = [str(python), *environment.ENTRY, "start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    with (project.private / "server.log").open("wb") as log:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=data, start_new_session=True
        )
    process = psutil.Process(child.pid)
    record = {"pid": child.pid, "started": process.create_time(), "url": url, "version": None}
    write_json(_record(project), record)
    ready = False
    try:
        ready = _wait(project, child, process, port, step)
    finally:
        if not ready:
            _end(process)
            _record(project).unlink(missing_ok=True)
    if not ready:
        return None
    write_json(_record(project), record | {"version": version(url)})
    return status(project)


def _wait(
    project: Project, child: subprocess.Popen[bytes], process: psutil.Process, port: int, step: Callable[[int], None]
) -> bool:
    """True once the child itself answers on ``port``; False when it went to another port because that one was busy."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise OutsideError(f"Label Studio ended while starting; its log ends with:\n  {_log_end(project)}")
        with contextlib.suppress(psutil.NoSuchProcess):
            ports = {each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
            if ports and port not in ports:
                return False
            health = _get(f"http://{HOST}:{port}/health") if ports else None
            if isinstance(health, dict) and health.get("status") == "UP":
                return True
        step(1)
        time.sleep(0.5)
    raise OutsideError(f"Label Studio did not come up in {START_S:.0f} s; its log ends with:\n  {_log_end(project)}")


def _end(process: psutil.Process) -> None:
    """End a process group that we started: asked first, then made to. A group outlives neither."""
    for force in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, force)
        try:
            process.wait(STOP_S)
            return
        except psutil.TimeoutExpired:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _get(url: str) -> Any:
    """The JSON that an address answers with; None when nothing, or something else, is there. Never through a proxy."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=10) as response:
            return orjson.loads(response.read())
    except (URLError, OSError, ValueError):
        return None


def _log_end(project: Project) -> str:
    """The last lines of the server's log, without secrets."""
    lines = (project.private / "server.log").read_text(errors="replace").splitlines()[-environment.LOG_LINES :]
    text = "\n  ".join(lines)
    for secret in asdict(keys(project)).values():
        text = text.replace(secret, "…")
    return text
