"""Every executor gives the same results in the arguments' order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from copydesk.errors import OutsideError
from copydesk.executor import Executor, Here, Pool, apart, executor, interrupts_held, renewed, staying
from copydesk.ray_engine import cluster


def squared(number: int) -> int:
    return number * number


@pytest.mark.parametrize("workers", [Here(), Pool(2)], ids=["here", "pool"])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_results_come_in_the_order_of_the_arguments(workers: Executor, count: int) -> None:
    assert list(workers.map(squared, range(count))) == [n * n for n in range(count)]


def test_processes_that_stay_go_from_one_map_to_the_next(tmp_path: Path) -> None:
    with staying(2) as workers:
        first = set(workers.map(whoami, range(20)))
        assert next(workers.map(squared, range(50))) == 0  # what nobody asks for any more is dropped
        assert set(workers.map(whoami, range(20))) & first
        places = [(str(tmp_path / "killed"), n) for n in range(9)]
        assert list(workers.map(once_killed, places)) == [n * n for n in range(9)]
        assert not set(workers.map(whoami, range(20))) & first


def test_processes_end_when_what_they_hold_is_needed_no_more() -> None:
    with staying(2) as workers:
        first = set(workers.map(whoami, range(20)))
        renewed(workers)
        second = set(workers.map(whoami, range(20)))
        assert not second & first
        (alone,) = set(apart(workers).map(whoami, range(20)))
        assert alone not in {os.getpid(), *second}
    assert set(apart(Here()).map(whoami, range(2))) == {os.getpid()}


def whoami(_: int) -> int:
    return os.getpid()


def test_one_job_stays_in_this_process() -> None:
    assert isinstance(executor(1), Here)
    assert executor(3) == Pool(3)


def once_killed(place: tuple[str, int]) -> int:
    """Kills its own process the first time that shard 3 is worked on."""
    marker, number = Path(place[0]), place[1]
    if number == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_killed_process_costs_no_result(tmp_path: Path) -> None:
    places = [(str(tmp_path / "killed"), n) for n in range(9)]
    assert list(Pool(2).map(once_killed, places)) == [n * n for n in range(9)]
    assert (tmp_path / "killed").exists()


def test_processes_that_are_killed_again_and_again_end_with_what_to_do() -> None:
    with pytest.raises(OutsideError, match="killed") as caught:
        list(Pool(2).map(always_killed, range(4)))
    assert "--jobs" in caught.value.hint


def test_an_error_of_the_function_is_its_own_and_not_tried_again() -> None:
    with pytest.raises(ZeroDivisionError):
        list(Pool(2).map(inverse, [1, 0, 2]))


def inverse(number: int) -> float:
    return 1 / number


def test_arguments_are_taken_as_they_are_needed() -> None:
    taken = []
    results = Pool(2).map(squared, (taken.append(n) or n for n in range(50)))
    assert next(results) == 0
    assert len(taken) <= 6
    assert list(results) == [n * n for n in range(1, 50)]


AT_WORK = """
from time import sleep
from copydesk.executor import Pool

if __name__ == "__main__":
    print("go", flush=True)
    list(Pool(2).map(sleep, [0.2] * 99))
"""


@pytest.mark.parametrize("seconds", [0.05, 0.15, 0.5])
def test_processes_end_without_a_word_at_an_interrupt(tmp_path: Path, seconds: float) -> None:
    (script := tmp_path / "at_work.py").write_text(AT_WORK)
    running = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(seconds)  # processes start, or work
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    said = running.communicate(timeout=60)[1]
    assert said.count("Traceback") == 1 and "SpawnProcess" not in said  # that of the script itself


def test_an_interrupt_that_is_held_comes_afterwards() -> None:
    done, over = list[int](), Event()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    Thread(target=over.wait).start()  # as libraries have some, which the system may tell of it instead
    try:
        with pytest.raises(KeyboardInterrupt), interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(1)
    finally:
        signal.signal(signal.SIGINT, before)
        over.set()
    assert done == [1]


def test_an_address_where_no_cluster_answers_is_named_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        refused = f"no Ray cluster at {address}: Connection refused"  # Ray asks for minutes, and has other words
        with pytest.raises(OutsideError, match=refused), cluster(address, None):
            pass
