"""What a kept outcome holds for: the code that made it, and the libraries and tables it rests on.

In:  files and folders of code, names of installed packages.
Out: a digest that changes whenever one of them does, so that nothing is taken for finished that older code made.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

from copydesk import __version__, files

ROOT = Path(__file__).parent


@cache
def edition(paths: tuple[str, ...], packages: tuple[str, ...] = (), extensions: str = "") -> str:
    """The digest for code under ``paths`` (in this package), for packages, and for a group of entry points."""
    sums = {path.relative_to(ROOT).as_posix(): files.sha256_file(path) for path in _files(paths)}
    installed = {name: version(name) for name in packages}
    others = sorted(f"{point.value} {point.dist.version if point.dist else ''}" for point in _points(extensions))
    return files.digest([__version__, sums, installed, others], 16)


def _files(paths: Iterable[str]) -> Iterable[Path]:
    for path in paths:
        place = ROOT / path
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (each for each in found if each.suffix in (".py", ".json"))


def _points(group: str) -> Iterable[EntryPoint]:
    return entry_points(group=group) if group else ()
