"""Lets Python's search for cycles rest while many records are held.

Records are trees: there are no cycles among them to be found, yet each search would go over all of them again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """No search while the block runs; afterwards as before."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def search_young() -> None:
    """Search what was made since the last search, while none runs by itself: for work that may leave some cycles."""
    if not gc.isenabled():
        gc.collect(0)
