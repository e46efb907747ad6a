"""Run a command and watch its process tree: CPU seconds, wall, memory over time, where each stage began.

Memory is the proportional set size: pages that processes share count once, mapped files as far as they are in memory.
*Anonymous* leaves mapped files out: what the system could not drop at will.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

EVERY_S = 0.25


@dataclass
class Watched:
    """How a command went."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    code: int = 0
    samples: list[tuple[float, float, float, float]] = field(default_factory=list)  #: second, MB, anonymous MB, CPU s
    stages: list[tuple[float, str]] = field(default_factory=list)  #: when each began, as the command says on stderr

    @property
    def peak_mb(self) -> float:
        return max((sample[1] for sample in self.samples), default=0.0)

    @property
    def peak_anonymous_mb(self) -> float:
        return max((sample[2] for sample in self.samples), default=0.0)

    def by_stage(self) -> list[tuple[str, float, float, float]]:
        """Name, wall seconds, CPU seconds and peak MB of each stage."""
        starts = [0.0, *(at for at, _ in self.stages)]
        names = ["starting", *(name for _, name in self.stages)]
        found = []
        for name, first, end in zip(names, starts, [*starts[1:], self.wall_s], strict=True):
            inside = [sample for sample in self.samples if first <= sample[0] <= end]
            cpu = self._cpu_until(end) - self._cpu_until(first)
            found.append((name, end - first, cpu, max((sample[1] for sample in inside), default=0.0)))
        return found

    def _cpu_until(self, second: float) -> float:
        """CPU seconds until then, between samples by their distance: stages together take what the whole takes."""
        points = [(0.0, 0.0), *((sample[0], sample[3]) for sample in self.samples), (self.wall_s, self.cpu_s)]
        (at, before), (then, after) = next(pair for pair in pairwise(points) if second <= pair[1][0])
        return before + (after - before) * (second - at) / (then - at) if then > at else after


def watch(command: Sequence[str | Path], **options: object) -> Watched:
    """Run ``command`` to its end."""
    began, seen = time.monotonic(), Watched()
    before = psutil.Process().cpu_times()
    running = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options
    )

    def listen() -> None:
        for line in running.stderr or ():
            if line.endswith(" …\n"):  # not how far it is
                seen.stages.append((time.monotonic() - began, line.strip().rstrip(" …")))

    listening = threading.Thread(target=listen)
    listening.start()
    tree = psutil.Process(running.pid)
    while running.poll() is None:
        if sample := _sample(tree):
            seen.samples.append((time.monotonic() - began, *sample))
        time.sleep(EVERY_S)
    listening.join()
    after = psutil.Process().cpu_times()
    waited = sum(getattr(after, name) - getattr(before, name) for name in ("children_user", "children_system"))
    # nobody waits for the workers of a cluster: what they took is known from the last look alone
    seen.cpu_s = max(waited, *(sample[3] for sample in seen.samples), 0.0)
    seen.wall_s, seen.code = time.monotonic() - began, running.returncode
    return seen


def _sample(tree: psutil.Process) -> tuple[float, float, float] | None:
    """MB, anonymous MB and CPU seconds of a process and all below it; None when it has ended.

    A process that ends meanwhile would be counted nowhere, or twice: here, and with what its parent waited for. Then
    all are looked at again.
    """
    while True:
        try:
            processes = [tree, *tree.children(recursive=True)]
            times = [process.cpu_times() for process in processes]  # their own, and of children that have ended
            if [tree, *tree.children(recursive=True)] == processes and _ended(tree.cpu_times()) == _ended(times[0]):
                break
        except psutil.NoSuchProcess:
            if not tree.is_running() or tree.status() == psutil.STATUS_ZOMBIE:
                return None
    pss, anonymous = 0, 0
    for process in processes:
        with suppress(OSError):
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    pss += int(line.split()[1])
                elif line.startswith("Anonymous:"):
                    anonymous += int(line.split()[1])
    return pss / 1024, anonymous / 1024, sum(sum(each[:4]) for each in times)


def _ended(times: Any) -> float:
    return times.children_user + times.children_system
