"""Where work runs: one small seam, ``map(function, arguments)``, in the order of the arguments.

Stages hand over pure functions of one shard; an executor may run them here, on the machine's cores, or elsewhere,
and the bytes that come out are the same. Arguments are taken as they are needed, so memory does not grow with them.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread, current_thread, main_thread
from typing import Any, Protocol, TypeVar

from copydesk.errors import OutsideError

A = TypeVar("A")
R = TypeVar("R")

PROCESS_MB = 300  #: what a process takes at most, on articles of the usual length
AHEAD = 2  #: shards per process that are under way or wait for those before them
ATTEMPTS = 4  #: how often a shard is tried whose process is killed


class Executor(Protocol):
    """Runs a pure function over arguments, results in the arguments' order."""

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]: ...


class Here:
    """Runs everything in this process: tests, small inputs, ``--jobs 1``."""

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]:
        return map(function, arguments)


@dataclass(slots=True)
class Pool:
    """Runs on ``jobs`` processes of this machine, and goes on when one of them is killed.

    Raises: OutsideError, when a process is killed again and again, as by a machine that is out of memory.
    """

    jobs: int
    _stays: bool = field(default=False, compare=False)
    _waiting: ProcessPoolExecutor | None = field(default=None, compare=False)  # for the next map, while they stay

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Keep the processes from one map to the next while the block runs: what they loaded is there already."""
        self._stays = True
        try:
            yield
        finally:
            self._stays = False
            self.rest()

    def rest(self) -> None:
        """End the processes that wait, with all memory that they hold; the next map starts others."""
        if self._waiting is not None:
            self._waiting.shutdown(cancel_futures=True)
            self._waiting = None

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]:
        waiting = iter(arguments)
        first = list(islice(waiting, 2))
        if len(first) < 2:  # starting processes would cost more than the work
            yield from map(function, first)
            return
        workers, attempts = self._waiting or self._start(), 1
        ahead: deque[tuple[A, Future[R]]] = deque()
        try:
            for argument in chain(first, islice(waiting, AHEAD * self.jobs - 2)):
                ahead.append((argument, _submit(workers, function, argument)))
            while ahead:
                try:
                    result = ahead[0][1].result()
                except BrokenProcessPool:
                    attempts += 1
                    if attempts > ATTEMPTS:
                        raise OutsideError(
                            f"a process was killed {ATTEMPTS} times over the same input",
                            "is the machine out of memory? try fewer --jobs",
                        ) from None
                    workers = self._restart(workers)
                    ahead = deque((argument, _again(workers, function, argument, run)) for argument, run in ahead)
                    continue
                attempts = 1
                ahead.popleft()
                yield result
                for argument in islice(waiting, 1):
                    ahead.append((argument, _submit(workers, function, argument)))
        finally:
            self._leave(workers, [run for _, run in ahead])

    def _leave(self, workers: ProcessPoolExecutor, undone: Iterable[Future[Any]]) -> None:
        """Nothing more to do in this map: let the processes wait or end."""
        if not self._stays:
            workers.shutdown(cancel_futures=True)
            return
        for run in undone:
            run.cancel()
        self._waiting = workers

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn"), initializer=_begin)

    def _restart(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        broken.shutdown(cancel_futures=True)
        return self._start()


def _begin() -> None:
    """In a process of the pool: end without a word at Ctrl-C, and when the parent is killed, not wait for ever."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in a shell's background jobs
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if parent := parent_process():
        Thread(target=_outlive, args=(parent,), daemon=True).start()


def _outlive(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _submit(workers: ProcessPoolExecutor, function: Callable[[A], R], argument: A) -> Future[R]:
    """A pool that broke just now refuses work; that, too, is noticed where the result is asked for."""
    try:
        with interrupts_held():  # by a process that this starts, too, until it can end without a traceback
            return workers.submit(function, argument)
    except BrokenProcessPool as error:
        refused: Future[R] = Future()
        refused.set_exception(error)
        return refused


def _again(workers: ProcessPoolExecutor, function: Callable[[A], Any], argument: A, run: Future[Any]) -> Future[Any]:
    """A shard that ended well before the pool broke keeps its result; any other is submitted anew."""
    ended_well = run.done() and not run.cancelled() and run.exception() is None
    return run if ended_well else _submit(workers, function, argument)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait until the block has run, here and in processes that are started meanwhile."""
    handler = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or handler in (None, signal.SIG_IGN):  # it comes elsewhere, or never
        yield
        return
    came = list[int]()
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))  # another thread may be told of it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which new processes take over
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def executor(jobs: int | None) -> Executor:
    """The executor for ``--jobs``; without one, a process per core."""
    count = jobs or os.cpu_count() or 1
    return Here() if count == 1 else Pool(count)


@contextmanager
def staying(jobs: int | None) -> Iterator[Executor]:
    """The executor for ``--jobs``, its processes started when first needed and kept for as long as the block runs."""
    workers = executor(jobs)
    with lasting(workers):
        yield workers


def renewed(workers: Executor) -> None:
    """Let what comes next run in new processes, if any wait: those that are there hold what they once needed."""
    if isinstance(workers, Pool):
        workers.rest()


def apart(workers: Executor) -> Executor:
    """For what loads a heavy library: one process instead of those of a pool, which end before it starts."""
    renewed(workers)
    return Pool(1) if isinstance(workers, Pool) else workers


def lasting(workers: Executor) -> AbstractContextManager[None]:
    """A block in which an executor's processes, if it starts any, stay from one map to the next."""
    return workers.staying() if isinstance(workers, Pool) else nullcontext()


@dataclass(frozen=True, slots=True)
class Engine:
    """Where a build runs, as its options say."""

    name: str = "pool"  #: pool | ray
    jobs: int | None = None  #: processes; one per core by default
    memory_mb: int | None = None  #: what they may take together
    address: str | None = None  #: of a Ray cluster; one on this machine by default
    storage: str | None = None  #: where shards stand between stages: an fsspec address; ``build/cache`` by default

    @contextmanager
    def running(self) -> Iterator[Executor]:
        """An executor for as long as the block runs. Raises NoRay, UnfitCluster, OutsideError."""
        jobs = self._fitting()
        if self.name == "pool":
            yield executor(jobs)
            return
        from copydesk.ray_engine import cluster

        with cluster(self.address, jobs) as workers:
            yield workers

    def _fitting(self) -> int | None:
        """The processes that fit into the memory given, beside the one that leads them."""
        if self.memory_mb is None:
            return self.jobs
        fitting = max(1, self.memory_mb // PROCESS_MB - 1)
        return min(self.jobs or os.cpu_count() or 1, fitting)
