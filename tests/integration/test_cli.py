"""The program from outside: exit codes, one JSON object on stdout, messages that say what, where and what next."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.cli import VERBS
from copydesk.testing import a_project, a_text

STORY = "The harbour of Oslo was closed on Monday after a storm sank two ferries, police said.\n"


def copydesk(*args: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", *map(str, args)],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    return done


def test_help_and_version(tmp_path: Path) -> None:
    assert "build" in copydesk("--help", cwd=tmp_path).stdout
    assert copydesk("--version", cwd=tmp_path).stdout.startswith("copydesk ")


@pytest.mark.parametrize("columns", ["50", "80", "132"])
def test_the_help_that_comes_at_once_is_the_parsers(columns: str, tmp_path: Path) -> None:
    at_once = copydesk("--help", cwd=tmp_path, COLUMNS=columns).stdout
    assert at_once == copydesk("-C", ".", "--help", cwd=tmp_path, COLUMNS=columns).stdout


def test_help_without_an_output_ends_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m copydesk --help >&-"], cwd=tmp_path, stderr=subprocess.PIPE
    )
    assert b"Traceback" not in done.stderr


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, copydesk.cli; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ["datasets", "pyarrow", "numpy", "jsonschema", "label_studio_sdk", "rich", "huggingface_hub"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help_of_its_own_and_a_whole_line_in_the_list(verb: str, tmp_path: Path) -> None:
    assert "Usage: copydesk" in copydesk(verb, "--help", cwd=tmp_path).stdout
    assert len(VERBS[verb][1]) <= 80 - len("  annotators  ") - 2


def test_a_mistyped_verb_is_answered_with_the_likely_one(tmp_path: Path) -> None:
    assert "Did you mean 'build'" in copydesk("biuld", cwd=tmp_path).stderr


@pytest.mark.parametrize("option", ["-C", "--json", "-v"])
def test_an_option_behind_the_verb_is_told_its_place(option: str, tmp_path: Path) -> None:
    done = copydesk("status", option, cwd=tmp_path)
    assert done.returncode == 2 and f"{option} goes before the verb" in done.stderr


@pytest.mark.parametrize("args", [["no-such-verb"], ["build", "--no-such-option"], ["build", "--jobs", "0"], ["show"]])
def test_wrong_usage_ends_with_two(tmp_path: Path, args: list[str]) -> None:
    assert copydesk(*args, cwd=tmp_path).returncode == 2


def test_wrong_usage_is_told_as_json_too(tmp_path: Path) -> None:
    done = copydesk("--json", "build", "--jobs", "0", cwd=tmp_path)
    assert done.returncode == 2 and "Usage: copydesk build" in done.stderr
    assert "--jobs" in json.loads(done.stdout)["error"]["message"]


def test_where_a_build_puts_what_it_passes_on_is_said_from_the_folder_it_runs_in(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    assert copydesk("-C", str(project.root), "build", "--storage", "shelf", cwd=tmp_path).returncode == 0
    assert (project.root / "shelf/copydesk").is_dir() and not (tmp_path / "shelf").exists()


def test_the_address_of_a_cluster_needs_its_engine(tmp_path: Path) -> None:
    done = copydesk("build", "--ray-address", "127.0.0.1:6379", cwd=a_project(tmp_path / "corpus").root)
    assert done.returncode == 2 and "--engine ray" in done.stderr


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_output_that_is_full_ends_without_a_traceback(options: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "copydesk", *options, "status"]
    project = a_project(tmp_path / "corpus")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=project.root, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "copydesk: the machine refused: No space left on device\n")


def test_outside_a_project_the_way_in_is_named(tmp_path: Path) -> None:
    done = copydesk("--json", "status", cwd=tmp_path)
    assert done.returncode == 2
    assert "copydesk init" in done.stderr
    assert json.loads(done.stdout)["error"]["kind"] == "NotAProject"


def test_a_folder_that_is_not_there_is_not_taken_for_the_one_above(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    done = copydesk("-C", "nowhere", "status", cwd=project.root)
    assert done.returncode == 2 and "no folder nowhere" in done.stderr


def test_before_a_build_the_next_step_is_named(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    done = copydesk("agreement", cwd=project.root)
    assert done.returncode == 2
    assert "copydesk build" in done.stderr


def test_json_is_one_object_and_the_rest_goes_to_stderr(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    done = copydesk("--json", "-v", "build", cwd=project.root)
    assert json.loads(done.stdout)["articles"] == 1


def test_every_byte_under_build_is_the_same_whatever_the_order_jobs_zone_and_hash_seed(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus")
    for n in range(12):
        a_text(project.root, f"story-{n}", STORY * (n % 4 + 1) + f"Ferry {n} was towed to Bergen on May {n + 1}, 2021.")
    names = sorted(f"raw/articles/{path.name}" for path in (project.dataset / "raw/articles").glob("*.txt"))
    config = next((project.dataset / "sources").glob("*.toml"))
    others = [line for line in config.read_text().splitlines() if not line.startswith("paths")]
    seen = set()
    for jobs, zone, seed, paths in (
        ("1", "UTC", "0", names),
        ("2", "Asia/Tokyo", "7", names[::-1]),
        ("3", "America/Lima", "99", names[5:] + names[:5]),
    ):
        shutil.rmtree(project.build, ignore_errors=True)
        config.write_text("\n".join([f"paths = {json.dumps(paths)}", *others]))
        done = copydesk("build", "--jobs", jobs, cwd=project.root, TZ=zone, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        held = sorted(path for path in project.build.rglob("*") if path.is_file())
        seen.add(tuple((path.relative_to(project.build).as_posix(), path.read_bytes()) for path in held))
    assert len(seen) == 1


def test_a_second_build_while_one_runs_is_refused(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from copydesk.files import locked\n"
            "with locked(pathlib.Path(sys.argv[1]), 'build/'): print('held', flush=True); sys.stdin.read()",
            str(project.build / ".lock"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = copydesk("build", cwd=project.root)
        assert done.returncode == 3
        assert f"process {holder.pid}" in done.stderr
    finally:
        holder.kill()
        holder.wait()


def test_an_unreadable_file_is_a_reject(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    (project.root / "dataset/raw/articles/gone.txt").symlink_to("nowhere.txt")
    done = copydesk("--json", "build", cwd=project.root)
    assert done.returncode == 1
    assert json.loads(done.stdout)["rejected"] == 1


def test_an_interrupt_ends_with_130_and_leaves_the_old_build(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    assert copydesk("build", cwd=project.root).returncode == 0
    before = (project.build / "articles.parquet").read_bytes()
    for n in range(200):
        a_text(project.root, f"more-{n}", STORY * 50 + str(n))
    running = subprocess.Popen(
        [sys.executable, "-m", "copydesk", "build", "--jobs", "1"],
        cwd=project.root,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    try:
        assert running.stderr is not None
        assert running.stderr.readline().startswith("reading raw files")
        running.send_signal(signal.SIGINT)
        assert "run the same command again" in running.communicate(timeout=60)[1]
        assert running.returncode == 130
    finally:
        running.kill()
    assert (project.build / "articles.parquet").read_bytes() == before


def test_a_broken_line_in_a_store_is_named_and_no_fault_of_ours(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    assert copydesk("build", cwd=project.root).returncode == 0
    (project.dataset / "removals.jsonl").write_text('{"broken\n')
    done = copydesk("release", "1.0.0", cwd=project.root)
    assert done.returncode == 2
    assert "removals.jsonl:1" in done.stderr


def test_a_file_in_place_of_a_folder_is_named_without_a_traceback(tmp_path: Path) -> None:
    project = a_project(tmp_path / "corpus", rain=STORY)
    (project.root / "build").write_text("no folder")
    done = copydesk("build", cwd=project.root)
    assert done.returncode == 3
    assert str(project.root / "build") in done.stderr
    assert "Errno" not in done.stderr


def test_the_docs_list_every_verb_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "docs/commands.md").read_text(encoding="utf-8")
    listed = {row.split("`")[1].split()[0] for row in text.splitlines() if row.startswith("| `")}
    assert listed == set(VERBS)
