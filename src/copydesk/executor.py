"""Where work runs: one small seam, ``map(function, arguments)``, in the order of the arguments.

Stages hand over pure functions of one shard; an executor may run them here, on the machine's cores, or elsewhere,
and the bytes that come out are the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Protocol, TypeVar

A = TypeVar("A")
R = TypeVar("R")


class Executor(Protocol):
    """Runs a pure function over arguments, results in the arguments' order."""

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]: ...


class Here:
    """Runs everything in this process: tests, small inputs, ``--jobs 1``."""

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]:
        return map(function, arguments)


@dataclass(frozen=True, slots=True)
class Pool:
    """Runs on ``jobs`` processes of this machine."""

    jobs: int

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]:
        arguments = list(arguments)
        if len(arguments) < 2:  # starting processes would cost more than the work
            yield from map(function, arguments)
            return
        with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
            yield from pool.map(function, arguments)


def executor(jobs: int | None) -> Executor:
    """The executor for ``--jobs``; without one, a process per core."""
    count = jobs or os.cpu_count() or 1
    return Here() if count == 1 else Pool(count)
