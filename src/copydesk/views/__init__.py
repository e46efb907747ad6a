"""How each verb's answer looks in a terminal, by the module of the verb. Library functions return values; this only
draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

View = Callable[["Console"], None]


def lines(*texts: str) -> View:
    """Plain lines."""
    return lambda console: console.print("\n".join(texts))


def counted(n: int, one: str, many: str = "") -> str:
    """Such as ``1 file``, ``2 files``."""
    return f"{n} {one if n == 1 else many or f'{one}s'}"
