"""Work on a Ray cluster: the same pure functions as Ray core tasks, results in the order of the arguments.

In:  the address of a cluster; without one, one is started on this machine for as long as the work takes.
Out: an executor. A node or process that is lost costs no result: Ray runs its tasks again elsewhere.
"""

from __future__ import annotations

import os
import platform
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import Any, TypeVar

from copydesk import __version__
from copydesk.editions import edition
from copydesk.errors import CopydeskError, OutsideError
from copydesk.executor import AHEAD, ATTEMPTS

A = TypeVar("A")
R = TypeVar("R")

PATIENCE_S = 10  #: for an address to answer; Ray itself asks for minutes, and says so on stderr only
#: that make or write what tasks leave
LIBRARIES = (
    "ahocorasick-rs",
    "fastwarc",
    "numpy",
    "orjson",
    "py3langid",
    "pyarrow",
    "rapidfuzz",
    "trafilatura",
    "turbohtml",
    "xxhash",
)
WHOLE = ("copydesk", "Python")  #: where these differ, all else may
RIGHT = "is it running, and its address right?"


class NoRay(CopydeskError):
    """The package ``ray`` is not installed."""

    def __init__(self) -> None:
        super().__init__("the package `ray` is not installed", "pip install 'copydesk[ray]'")


class UnfitCluster(CopydeskError):
    """A node of the cluster might not make the same bytes: it has another Copydesk or library, or none."""

    def __init__(self, node: str, found: str, here: str) -> None:
        self.node, self.found, self.here = node, found, here
        super().__init__(f"node {node} has {found}, this machine {here}", f"install {here} on every node")


def installed() -> dict[str, str]:
    """What decides the bytes, as a node tells it."""
    told = {"copydesk": __version__, "Python": platform.python_version()}
    told |= {name: version(name) for name in LIBRARIES}
    return told | {"code of copydesk and its readers": edition(("",), (), "copydesk.readers")}


@dataclass(frozen=True, slots=True)
class Ray:
    """Runs on the cluster that this process is connected to. Raises OutsideError when it is lost."""

    ray: Any  #: the package
    cores: int

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]:
        run = self.ray.remote(function).options(num_cpus=1, max_retries=ATTEMPTS - 1)
        waiting, ahead = iter(arguments), deque[Any]()
        ahead.extend(run.remote(argument) for argument in islice(waiting, AHEAD * self.cores))
        while ahead:
            yield self._result(ahead.popleft())
            ahead.extend(run.remote(argument) for argument in islice(waiting, 1))

    def _result(self, reference: Any) -> Any:
        try:
            return self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self.ray.exceptions.RayError as error:
            problem = f"the cluster did not finish a task ({type(error).__name__})"
            raise OutsideError(problem, "is a node out of memory? run again: what is finished is kept") from error


@contextmanager
def cluster(address: str | None, jobs: int | None) -> Iterator[Ray]:
    """The cluster at ``address``, or one of ``jobs`` processes here. Raises NoRay, UnfitCluster, OutsideError."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing goes out but what the project names
    for patience in ("RAY_raylet_start_wait_time_s", "RAY_agent_register_timeout_ms"):
        os.environ.setdefault(patience, "120" if patience.endswith("_s") else "120000")  # for busy machines
    try:
        import ray
    except ImportError:
        raise NoRay from None
    _knock(address)
    own = {"include_dashboard": False, "num_cpus": jobs or os.cpu_count(), "object_store_memory": 200_000_000}
    try:
        ray.init(address=address or "local", log_to_driver=False, configure_logging=False, **({} if address else own))
    except Exception as error:  # Ray raises the bare class, too
        problem = f"no Ray cluster at {address or 'this machine'}: {str(error).splitlines()[0]}"
        raise OutsideError(problem, RIGHT) from error
    try:
        _check(ray)
        yield Ray(ray, max(1, int(ray.cluster_resources().get("CPU", 1))))
    finally:
        ray.shutdown()


def _knock(address: str | None) -> None:
    """Make sure that something answers at ``HOST:PORT``; other ways to name a cluster are left to Ray."""
    host, _, port = (address or "").rpartition(":")
    if "://" in host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE_S).close()
    except (OSError, OverflowError, UnicodeError) as error:  # a port, a name that cannot be
        raise OutsideError(f"no Ray cluster at {address}: {getattr(error, 'strerror', None) or error}", RIGHT) from None


def _check(ray: Any) -> None:
    """Refuse a cluster of which a node has another Copydesk, or other libraries under it."""
    affinity = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    ask, once, here = ray.remote(_told), {"num_cpus": 0, "max_retries": 0}, installed()
    nodes = [node for node in ray.nodes() if node["Alive"]]
    asked = [ask.options(scheduling_strategy=affinity(node["NodeID"], soft=False), **once).remote() for node in nodes]
    for node, answer in zip(nodes, asked, strict=True):
        try:
            found = ray.get(answer)
        except ray.exceptions.RayTaskError:
            raise UnfitCluster(node["NodeManagerAddress"], "no copydesk", _named(here, WHOLE)) from None
        except ray.exceptions.RayError:  # the node went away meanwhile: it gets no work either
            continue
        if other := [name for name in here if found.get(name) != here[name]]:
            named = WHOLE if {"copydesk", "Python"} & set(other) else other
            raise UnfitCluster(node["NodeManagerAddress"], _named(found, named), _named(here, named))


def _named(told: Mapping[str, str], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {told.get(name, 'unknown')}" for name in names)


def _told() -> dict[str, str]:
    from copydesk.ray_engine import installed  # in a process of the node: what is installed there

    return installed()
