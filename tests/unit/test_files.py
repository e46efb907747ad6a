"""Files appear whole or not at all, with the same bytes for the same records."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk import files
from copydesk.errors import BrokenLine, Locked, OutsideError


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    files.write_text(target, "old")
    with pytest.raises(RuntimeError), files.replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_refusing_disk_is_an_outside_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutsideError, match=r"cannot write .*file/a\.txt") as caught:
        files.write_text(tmp_path / "file" / "a.txt", "x")
    assert caught.value.exit_code == 3


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "history.jsonl"
    files.append_jsonl(target, [{"a": 1}])

    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OutsideError, match="No space left") as caught:
        files.append_jsonl(target, [{"a": 2}])
    assert caught.value.hint == "make room there, then run the same command again"
    assert files.read_jsonl(target) == [{"a": 1}]


def test_appending_keeps_what_stood_there_byte_for_byte(tmp_path: Path) -> None:
    target = tmp_path / "history.jsonl"
    target.write_bytes(b'{ "hand" : "written" }')
    files.append_jsonl(target, [{"b": 2, "a": 1}])
    assert target.read_bytes() == b'{ "hand" : "written" }\n{"a":1,"b":2}\n'


def test_appending_nothing_makes_no_file(tmp_path: Path) -> None:
    files.append_jsonl(tmp_path / "history.jsonl", [])
    assert not (tmp_path / "history.jsonl").exists()


def test_canonical_json_does_not_depend_on_key_order() -> None:
    assert files.canonical({"b": "é", "a": [1, None]}) == '{"a":[1,null],"b":"é"}'.encode()
    assert files.digest({"a": 1, "b": 2}) == files.digest({"b": 2, "a": 1})


def test_a_second_writer_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from copydesk.files import locked\n"
            "with locked(pathlib.Path(sys.argv[1]), 'x'): print('held', flush=True); sys.stdin.read()",
            str(lock),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=f"build/ is locked by process {holder.pid}"), files.locked(lock, "build/"):
            pass
    finally:
        holder.kill()
        holder.wait()
    with files.locked(lock, "build/"):  # a dead holder holds nothing
        pass


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "splits.jsonl").write_text('{"a":1}\n\n{"b\n')
    with pytest.raises(BrokenLine, match=r"splits\.jsonl:3") as caught:
        files.read_jsonl(tmp_path / "splits.jsonl")
    assert "copydesk validate" in caught.value.hint


def test_a_full_disk_keeps_nobody_from_a_lock(tmp_path: Path) -> None:
    code = (
        "import pathlib, resource, sys; from copydesk.files import locked\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "with locked(pathlib.Path(sys.argv[1]), 'x'): print('held')"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path / "lock")], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("held\n", "")


def test_a_lock_where_nothing_can_be_written_is_an_outside_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutsideError, match="cannot write"), files.locked(tmp_path / "file" / "lock", "x"):
        pass
