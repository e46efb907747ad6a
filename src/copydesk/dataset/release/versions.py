"""Versions of the dataset: which steps there are, and which a change calls for.

In:  versions as text, and the step that ``diff`` computed.
Out: the version to release, or an error that says which one would do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from copydesk.errors import CopydeskError

STEPS = ("patch", "minor", "major")  #: smallest first
FIRST = "first"  #: the step of a release that follows none
_VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)


class BadVersion(CopydeskError):
    """The version asked for cannot be released."""

    def __init__(self, version: str, problem: str, hint: str) -> None:
        self.version = version
        super().__init__(f"version {version} {problem}", hint)


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Three numbers, compared as numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """``1.2.0``. Raises BadVersion."""
        found = _VERSION.fullmatch(text)
        if not found:
            raise BadVersion(repr(text), "is not of the form 1.2.0", "three numbers, without leading zeros or suffix")
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def after(self, step: str) -> Version:
        """The next version by ``step``."""
        if step == "major":
            return Version(self.major + 1, 0, 0)
        return (
            Version(self.major, self.minor + 1, 0)
            if step == "minor"
            else Version(self.major, self.minor, self.patch + 1)
        )

    def step_to(self, later: Version) -> str:
        """The step that leads from here to ``later``."""
        if later.major != self.major:
            return "major"
        return "minor" if later.minor != self.minor else "patch"


def newest(versions: Iterable[str]) -> str | None:
    """The greatest of ``versions``; None when there is none."""
    return max(versions, key=Version.parse, default=None)


def allow(version: str, previous: str | None, step: str) -> None:
    """Let ``version`` follow ``previous`` when what changed calls for ``step``. Raises BadVersion.

    A version may state more than what changed, never less, and never go back.
    """
    asked = Version.parse(version)
    if previous is None:
        return
    before = Version.parse(previous)
    if asked <= before:
        raise BadVersion(
            version,
            f"cannot follow {previous}, which is released already: versions do not go back",
            f"release {before.after(step)}, or let `copydesk release --bump auto` choose",
        )
    stated = before.step_to(asked)
    if STEPS.index(stated) < STEPS.index(step):
        problem = f"is a {stated} step after {previous}, but what changed calls for a {step} one"
        raise BadVersion(version, problem, f"release {before.after(step)}, or see `copydesk diff`")
