"""Save a project's Label Studio data to one file, and put it back.

The file holds all that stands outside git: the database, the keys, who is behind the pseudonyms, the kept exports. It
is as secret as they are, and only the user of this machine may read it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from copydesk.errors import CopydeskError, OutsideError
from copydesk.files import read_json, replacing, write_json
from copydesk.project import Project

DATABASE = "label_studio.sqlite3"
DUMP = "label_studio.pgdump"
GAPS = "restored.json"  #: from when to when the server remembers nothing
_LEFT_OUT = ("server.json", "server.log", "server.half", "backups")  # of one run of the server, or backups themselves


def backup(project: Project, to: Path) -> Path:
    """Write the backup to ``to``, or into it when it is a folder; the server may run meanwhile.

    Raises: CopydeskError, when there is nothing to save, a file of that name is there (it may be the only backup of
    what was lost since), or the database can only be saved by its own tools.
    """
    if not (project.private / "server").is_dir():
        raise CopydeskError("this project has no Label Studio data yet", "run `copydesk studio start` first")
    path = to / f"{project.name}-label-studio.tar.gz" if to.is_dir() else to
    if path.exists():
        raise CopydeskError(f"{path} is there already; it stays as it is", "name another file, or move that one away")
    with (
        replacing(path, mode=0o600) as temporary,
        tempfile.TemporaryDirectory() as scratch,
        tarfile.open(temporary, "w:gz", compresslevel=3) as archive,
    ):
        for file in _files(project.private):
            saved = _copy_of(file, Path(scratch)) if file.name == DATABASE else file
            archive.add(saved, arcname=str(file.relative_to(project.private)), recursive=False)
        if not in_folder():
            archive.add(_dump(Path(scratch) / DUMP), arcname=f"server/{DUMP}", recursive=False)
    return path


def restore(project: Project, archive: Path, now: str) -> Path:
    """Put a backup in place of the project's Label Studio data; what was there is moved aside. The path of that.

    ``now``: UTC instant; what people answered between the backup and it is missing on the server from here on.

    Raises: CopydeskError, when ``archive`` is no such backup, or the database is not in the project's data folder.
    """
    if not in_folder():
        hint = f"unpack the file; pg_restore --clean puts its server/{DUMP} back"
        raise CopydeskError("Copydesk puts no database back that others may use too", hint)
    private = project.private
    fresh = private.with_name(f"{private.name}.restored")
    aside = free(private.parent, f"{private.name}.before-restore")
    try:
        _unpack(archive, fresh)
        if not (fresh / "server" / DATABASE).is_file() or not _sound(fresh / "server" / DATABASE):
            raise CopydeskError(f"{archive} holds no whole Label Studio database")
        gap = [_instant((fresh / "server" / DATABASE).stat().st_mtime), now]
        known = {tuple(each) for folder in (private, fresh) for each in _gaps(folder / GAPS)}
        write_json(fresh / GAPS, sorted({*known, tuple(gap)}), mode=0o600)
        _exchange(private, fresh, aside)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)  # of a restore that failed: it holds keys, and who people are
    return aside


def gaps(project: Project) -> list[list[str]]:
    """From when to when the local server remembers nothing, since an older backup was put back."""
    return _gaps(project.private / GAPS)


def _gaps(path: Path) -> list[list[str]]:
    found: list[list[str]] = read_json(path) if path.exists() else []
    return found


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _exchange(private: Path, fresh: Path, aside: Path) -> None:
    """``fresh`` in place of ``private``, which goes ``aside``; when that fails, all is as it was."""
    try:
        if private.exists():
            private.rename(aside)
        try:
            fresh.rename(private)
        except OSError:
            if aside.exists():
                aside.rename(private)
            raise
    except OSError as error:
        raise OutsideError(f"cannot put the backup in place: {error.strerror or error}") from error


def in_folder() -> bool:
    """Whether the server's database is the SQLite file in its data folder."""
    return os.environ.get("DJANGO_DB") in (None, "", "sqlite")


def _dump(to: Path) -> Path:
    """A copy of a PostgreSQL database, as of one moment, by its own tool."""
    if os.environ["DJANGO_DB"] not in ("default", "postgresql"):
        raise CopydeskError("the database is neither SQLite nor PostgreSQL", "save it with its own tool")
    said = {name: os.environ.get(f"POSTGRE_{name}", default) for name, default in _POSTGRE.items()}
    command = [
        "pg_dump",
        "-Fc",
        "-h",
        said["HOST"],
        "-p",
        said["PORT"],
        "-U",
        said["USER"],
        "-f",
        str(to),
        said["NAME"],
    ]
    try:
        env = os.environ | {"PGPASSWORD": said["PASSWORD"]}
        subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    except OSError as error:
        raise CopydeskError("pg_dump is not here to save the database", "install PostgreSQL's client") from error
    except subprocess.CalledProcessError as error:
        raise OutsideError(f"pg_dump could not save the database: {error.stderr.strip()}") from error
    return to


_POSTGRE = {"HOST": "localhost", "PORT": "5432", "USER": "postgres", "PASSWORD": "postgres", "NAME": "postgres"}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        first = path.relative_to(folder).parts[0]
        if path.is_file() and first not in _LEFT_OUT and path.suffix != ".lock":
            yield path


def _copy_of(database: Path, scratch: Path) -> Path:
    """A copy as of one moment, also while the server writes."""
    copy = scratch / database.name
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source, closing(sqlite3.connect(copy)) as to:
        source.backup(to)
    return copy


def _unpack(archive: Path, to: Path) -> None:
    """Write the archive's files under ``to``, for the user alone.

    Raises CopydeskError for what is no archive, breaks off or is spoilt, and for a file that belongs elsewhere.
    """
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(mode=0o700, parents=True)
    try:
        with tarfile.open(archive, "r:gz") as saved:
            for member in saved:
                parts = PurePosixPath(member.name).parts
                content = saved.extractfile(member) if member.isfile() else None
                if content is None or ".." in parts or member.name.startswith("/"):
                    raise tarfile.TarError(f"{member.name!r} is no file of a backup")
                path = to.joinpath(*parts)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.touch(mode=0o600)
                with content, path.open("wb") as file:
                    shutil.copyfileobj(content, file)
                os.utime(path, (member.mtime, member.mtime))  # of the database: when it was saved
    except OSError as error:
        raise CopydeskError(f"{archive} cannot be read as a backup: {error.strerror or error}") from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise CopydeskError(f"{archive} is no whole backup: {error}", "it must be what `studio backup` made") from error


def _sound(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database)) as opened:
            return bool(opened.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def free(folder: Path, stem: str, suffix: str = "") -> Path:
    """A name in ``folder`` that nothing has: ``STEM-1SUFFIX``, ``STEM-2SUFFIX``, …"""
    n = 1
    while (path := folder / f"{stem}-{n}{suffix}").exists():
        n += 1
    return path
