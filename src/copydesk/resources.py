"""What travels with the engine: schemas, starter layers, models, templates.

In a wheel they stand inside the package; in a checkout the root folders are the one copy, and this finds them there.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
_CHECKOUT = PACKAGE.parents[1]
_BUNDLED = PACKAGE / "bundled"  # filled by the wheel build, see pyproject.toml


def folder(name: str) -> Path:
    """The folder ``schemas`` or ``labeling`` that this version of Copydesk brings along."""
    bundled = _BUNDLED / name
    return bundled if bundled.is_dir() else _CHECKOUT / name
