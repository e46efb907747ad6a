"""What a step of a benchmark takes, seen from outside: whoever watches is not counted.

In:  a script that runs a step when it is called with ``--step NAME`` and tells of its stages (:class:`Stages`).
Out: a :class:`Cost`: wall and CPU seconds, and the most memory that all its processes held together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 0.5  #: between two looks at the memory


@dataclass(frozen=True)
class Cost:
    """What something took."""

    wall: float  #: seconds
    cpu: float  #: seconds, of all its processes
    peak: float = 0  #: MB, of all its processes together, shared pages counted once
    stages: tuple[tuple[str, float, float, float], ...] = ()  #: name, wall and CPU seconds, peak in MB

    @property
    def mb(self) -> str:
        return f"{self.peak:,.0f} MB"

    @property
    def by_stage(self) -> str:
        return "; ".join(f"{name} {cpu:.1f} CPU seconds, {mb:,.0f} MB" for name, _, cpu, mb in self.stages)

    def beside(self, other: Cost, name: str) -> str:
        return (
            f"{self.wall:.0f} s = {self.wall / other.wall:.1f} × {name} ({self.cpu / other.cpu:.1f} × in CPU seconds)"
        )


def timed(script: str, step: str, *arguments: str, **environment: str) -> Cost:
    """One step in a process of its own, which may start others."""
    command = [sys.executable, script, "--step", step, *arguments]
    seen = list[tuple[float, float]]()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        process = subprocess.Popen(command, stdout=said, stderr=wrong, env={**os.environ, **environment})
        while process.poll() is None:
            seen.append((time.perf_counter(), sum(map(_held, _tree(process.pid)))))
            with suppress(subprocess.TimeoutExpired):
                process.wait(EVERY_S)
        wrong.seek(0)
        if process.returncode:
            sys.exit(f"{step} failed:\n{wrong.read()[-3000:]}")
        said.seek(0)
        told = json.loads(said.read().splitlines()[-1])
    stages = tuple(
        (name, end - start, cpu, max((mb for at, mb in seen if start <= at <= end), default=0.0))
        for name, start, end, cpu in told["stages"]
    )
    return Cost(told["wall"], told["cpu"], max(mb for _, mb in seen), stages)


@dataclass
class Stages:
    """What each stage of a step took, told by the progress it shows."""

    start: float = field(default_factory=time.perf_counter)
    taken: list[tuple[str, float, float, float]] = field(default_factory=list)  #: name, start, end, CPU seconds

    @contextmanager
    def __call__(self, label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        start, cpu = time.perf_counter(), _spent()
        yield lambda n: None
        self.taken.append((label, start, time.perf_counter(), _spent() - cpu))

    def tell(self) -> None:
        """Print it for :func:`timed`, which counts on one clock for all processes."""
        wall, spent = time.perf_counter() - self.start, os.times()
        cpu = spent.user + spent.system + spent.children_user + spent.children_system
        print(json.dumps({"wall": wall, "cpu": cpu, "stages": self.taken}))


def _spent() -> float:
    """CPU seconds of this process and of all that it started, ended or not."""
    ticks = 0
    for process in _tree(os.getpid()):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _tree(process: int) -> Iterator[int]:
    yield process
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))


def _held(process: int) -> float:
    """MB of memory, shared pages by share."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
