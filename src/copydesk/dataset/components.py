"""What hangs together: connected components."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Node = TypeVar("Node", str, int)


def components(nodes: Iterable[Node], edges: Iterable[Sequence[Node]]) -> list[list[Node]]:
    """Sets of nodes that edges join, each sorted, in the order of their smallest node."""
    leader = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for a, b in edges:
        a, b = find(a), find(b)
        leader[max(a, b)] = min(a, b)
    found: dict[Node, list[Node]] = defaultdict(list)
    for node in sorted(leader):
        found[find(node)].append(node)
    return list(found.values())


def labels(count: int, edges: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """For nodes 0 to ``count``, the smallest node that each hangs together with. ``edges``: pairs; shape: (n, 2)."""
    label = np.arange(count)
    while True:
        ends = label[edges]
        low = ends.min(axis=1, initial=count)
        nearer = label.copy()
        for side in ends.T:
            np.minimum.at(nearer, side, low)
        while (nearer != nearer[nearer]).any():
            nearer = nearer[nearer]
        if (nearer == label).all():
            return label
        label = nearer
