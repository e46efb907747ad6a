"""Builds a project on a Ray cluster of two nodes of which one is killed on the way: ``two_nodes.py PROJECT STAGE``.

Run in a network namespace of its own: Ray would use the machine's address, and several nodes must not meet others.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_raylet_start_wait_time_s": "120"}
SET_FLAGS, UP = 0x8914, 0x41  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING


def lo_up() -> None:
    """Bring the loopback device up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        fcntl.ioctl(plug, SET_FLAGS, struct.pack("16sh", b"lo", UP))


def main() -> None:
    from ray.cluster_utils import Cluster

    from copydesk.dataset.build import build
    from copydesk.executor import Engine
    from copydesk.project import Project

    lo_up()
    project = Project.load(Path(sys.argv[1]))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    other = cluster.add_node(num_cpus=1, include_dashboard=False)

    @contextmanager
    def losing(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Kills the node when the first shard of the stage is done."""
        yield lambda n: cluster.remove_node(other, allow_graceful=False) if sys.argv[2] in label and _once() else None

    done = build(project, engine=Engine("ray", address=cluster.address), progress=losing)
    print(done.kept, "kept,", 2 - len(cluster.list_all_nodes()), "node lost", flush=True)
    cluster.shutdown()


_shards = count()


def _once() -> bool:
    return next(_shards) == 0


if __name__ == "__main__":
    main()
