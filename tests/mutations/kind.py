"""What a mutation is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Mutation:
    """One way to tamper, and what must notice it."""

    name: str
    kind: str  #: bytes, files, rows, values, offsets, yaml, numbers, moves, links, signature, manifest
    sealed: bool
    caught_by: tuple[str, ...]
    apply: Callable[[Path, Random], None]

    def __call__(self, folder: Path, random: Random) -> None:
        self.apply(folder, random)
