"""Remembers what was found out about short lines: several rules ask the same, and sites print the same again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Found = TypeVar("Found")
LINES, LETTERS = 2048, 1000  #: what is remembered at most: so many lines, and none that is longer


def remembered(find: Callable[[str], Found]) -> Callable[[str], Found]:
    """``find``, which asks nothing but the line."""
    recall = lru_cache(LINES)(find)

    @wraps(find)
    def of_line(text: str) -> Found:
        return recall(text) if len(text) <= LETTERS else find(text)

    return of_line
