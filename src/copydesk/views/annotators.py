"""Who labels, and how they sign in, as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.console import table
from copydesk.views import View, lines

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.labeling.annotators import Annotator, SignIn


def annotators(known: Sequence[Annotator]) -> View:
    """Pseudonyms and roles, and who takes over from whom."""
    if not known:
        return lines("nobody labels yet; `copydesk annotators add PSEUDONYM` adds somebody")
    rows = [(each.name, each.role, each.hands_over_to) for each in known]
    columns = ("annotator", "role", "hands over to")
    shown = 3 if any(heir for _, _, heir in rows) else 2
    return lambda console: table(console, columns[:shown], [row[:shown] for row in rows])


def told(entry: SignIn) -> str:
    """What somebody has to know to sign in."""
    return f"{entry.name} signs in at {entry.url}\n  e-mail    {entry.email}\n  password  {entry.password}\n"


def sign_in(entry: SignIn, written: Path | None) -> View:
    """How somebody signs in: in a terminal, or where it was ``written``; never in --json, a log or a pipe."""

    def draw(console: Console) -> None:
        if written:
            console.print(f"{entry.name} signs in at {entry.url}; how, stands in {written}, for you alone to read")
        elif console.is_terminal:
            console.print(told(entry), end="")
        else:
            console.print(f"{entry.name} signs in at {entry.url}")
            console.print("  the password is shown in a terminal only, or written by --sign-in FILE: run this again")

    return draw
