"""What a person sees: tables, progress, issues. With ``--json`` stdout is one JSON object, all else goes to stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """Shows how far long work has come: ``with progress("reading", 120) as step: step(1)``.

    ``total`` is None when it is not known beforehand.
    """

    def __call__(self, label: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]: ...


@contextmanager
def quiet(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Shows nothing: for tests and for callers that do not care."""
    yield lambda n: None
