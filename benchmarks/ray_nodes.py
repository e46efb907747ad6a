#!/usr/bin/env python3
"""Run a command on a Ray cluster of several nodes of this machine: ``ray_nodes.py NODES CORES COMMAND …``.

In:  how many nodes, the cores of each, and a command in which ``ADDRESS`` stands for the cluster's.
Out: the command's output and exit code. All processes of the nodes are this one's, so who watches it counts them.

Run by scale.py in a network namespace of its own (``unshare -rn``): Ray would use the machine's address, and nodes
must not meet others. Only ``lo`` is there, which this brings up.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.integration.two_nodes import Cluster, lo_up  # with the settings that Ray needs there


def main() -> int:
    nodes, cores, *command = sys.argv[1:]
    lo_up()
    node = {"num_cpus": int(cores), "include_dashboard": False, "object_store_memory": 200_000_000}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    try:
        for _ in range(int(nodes) - 1):
            cluster.add_node(**node)
        cluster.wait_for_nodes()
        return subprocess.run([cluster.address if each == "ADDRESS" else each for each in command]).returncode
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    sys.exit(main())
