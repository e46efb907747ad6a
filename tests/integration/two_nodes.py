"""Builds projects on a Ray cluster of two nodes of which one is killed on the way: ``two_nodes.py SEED PROJECT …``.

When that is, the seed says: after so many of the shards that a build finishes, in any stage. Before the next project
another node joins. Run in a network namespace of its own: Ray would use the machine's address, and several nodes must
not meet others.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_raylet_start_wait_time_s": "120"}

from ray.cluster_utils import Cluster

from copydesk.console import Progress
from copydesk.dataset.build import build
from copydesk.executor import Engine
from copydesk.project import Project

SET_FLAGS, UP = 0x8914, 0x41  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING


def lo_up() -> None:
    """Bring the loopback device up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        fcntl.ioctl(plug, SET_FLAGS, struct.pack("16sh", b"lo", UP))


def shards(project: Project) -> int:
    """How many shards a build of ``project`` finishes, all stages counted."""
    done = list[int]()

    @contextmanager
    def counting(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        yield done.append

    with TemporaryDirectory() as folder:
        copy = shutil.copytree(project.root, Path(folder) / "copy")
        build(Project.load(copy), jobs=1, progress=counting)
    return len(done)


def after(moment: int, act: Callable[[str], None]) -> Progress:
    """Acts once, with the stage's name, when so many shards are done."""
    left = [moment]

    @contextmanager
    def watching(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        def finished(_: int) -> None:
            if left[0] == 0:
                act(label)
            left[0] -= 1

        yield finished

    return watching


def main() -> None:
    lo_up()
    asked = [(int(seed), Project.load(Path(root))) for seed, root in zip(sys.argv[1::2], sys.argv[2::2], strict=True)]
    moments = shards(asked[0][1])
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for seed, project in asked:
        node = cluster.add_node(num_cpus=1, include_dashboard=False)

        def kill(label: str, node: Any = node, seed: int = seed) -> None:
            print(f"seed {seed}: a node is killed while {label}", flush=True)
            cluster.remove_node(node, allow_graceful=False)

        losing = after(Random(seed).randrange(moments), kill)
        done = build(project, engine=Engine("ray", address=cluster.address), progress=losing)
        print(f"seed {seed}: {done.kept} kept, {len(cluster.list_all_nodes())} of 2 nodes left", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
