"""What hangs together: connected components."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

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
