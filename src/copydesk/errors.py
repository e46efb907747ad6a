"""What stops an operator: errors that name the situation and carry its facts.

Bad *data* never raises: it becomes an :class:`~copydesk.issues.Issue` or a reject. These classes are for a broken
set-up (exit 2) and for a world outside that failed (exit 3); anything else that escapes is our bug (exit 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any


class CopydeskError(Exception):
    """Wrong usage or configuration: nothing was done.

    ``exit_code`` is what the command line ends with; ``hint`` says what to do next.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels between processes, whatever a subclass is made from."""
        return _arrived, (type(self), self.args, self.__dict__)


def _arrived(kind: type[CopydeskError], said: tuple[Any, ...], facts: dict[str, Any]) -> CopydeskError:
    error = kind.__new__(kind, *said)
    error.args = said
    error.__dict__.update(facts)
    return error


class OutsideError(CopydeskError):
    """Something outside failed (server, network, disk); nothing is half done."""

    exit_code = 3


class NotAProject(CopydeskError):
    """There is no ``copydesk.toml`` here or above."""

    def __init__(self, start: Path) -> None:
        self.start = start
        super().__init__(
            f"no copydesk.toml in {start} or any folder above it",
            "run `copydesk init DIR` to start a project, or name one with `copydesk -C DIR`",
        )


class BadConfig(CopydeskError):
    """A configuration file cannot be used as it stands."""

    def __init__(self, where: str, problem: str, hint: str = "") -> None:
        self.where, self.problem = where, problem
        super().__init__(f"{where}: {problem}", hint)


class UnknownKey(BadConfig):
    """A configuration file has a key that nothing reads."""

    def __init__(self, where: str, key: str, known: Sequence[str]) -> None:
        self.key, self.known = key, tuple(known)
        near = get_close_matches(key, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(sorted(known))}"
        super().__init__(where, f"unknown key {key!r}", hint)


class UnknownLayer(CopydeskError):
    """The project defines no layer of this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"no layer {name!r}; this project has {', '.join(known) or 'none'}")


class NotBuilt(CopydeskError):
    """A stage needs ``build/``, which is not there yet."""

    def __init__(self, missing: Path) -> None:
        self.missing = missing
        super().__init__(f"build/{missing.name} is not there", "run `copydesk build` first")


class BrokenLine(CopydeskError):
    """A line of a record file is not JSON."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line = path, line
        message = f"{path}:{line}: is not JSON ({problem})"
        super().__init__(message, "repair the line; `copydesk validate` names all such, and an older copy is in git")


class Locked(CopydeskError):
    """Another Copydesk process is writing here."""

    exit_code = 3

    def __init__(self, what: str, holder: str) -> None:
        self.what, self.holder = what, holder
        super().__init__(f"{what} is locked by {holder}", "wait until it has ended, then run this again")
