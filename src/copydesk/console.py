"""What a person sees: tables, progress, issues. With ``--json`` stdout is one JSON object, all else goes to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from copydesk.errors import CopydeskError, NotAProject
from copydesk.issues import Issue, errors

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.project import Project

PIPED = 140  #: columns where there is no terminal: lines must not be folded at 80 then, other programs read them
UNFOLDED = 4096  #: columns of a table then: a row is a line
EVERY_S = 30  #: between two lines that say how far work is
SHOWN_ISSUES = 20  #: a longer list is cut in the terminal, never in --json


class Progress(Protocol):
    """Shows how far long work has come: ``with progress("reading", 120) as step: step(1)``.

    ``total`` is None when it is not known beforehand.
    """

    def __call__(self, label: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]: ...


@contextmanager
def quiet(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Shows nothing: for tests and for callers that do not care."""
    yield lambda n: None


@contextmanager
def bar(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr with rate and time left; plain lines where stderr is no terminal."""
    if not sys.stderr.isatty():
        print(f"{label} …", file=sys.stderr, flush=True)
        yield _told_at_times(label, total)
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(TextColumn):
        def render(self, task: Any) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns: list[ProgressColumn] = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn()]
    columns += [MofNCompleteColumn(), Rate(""), TimeRemainingColumn()] if total is not None else [TimeElapsedColumn()]
    with Bar(*columns, console=_console(sys.stderr), transient=True) as shown:
        task = shown.add_task(label, total=total)
        yield lambda n: shown.advance(task, n)


def _told_at_times(label: str, total: int | None) -> Callable[[int], None]:
    """Says in a line how far the work is, each :data:`EVERY_S` seconds: a log of hours has more than the stages."""
    done, began = 0, monotonic()
    told = began

    def step(n: int) -> None:
        nonlocal done, told
        done, now = done + n, monotonic()
        if now - told >= EVERY_S:
            told = now
            print(far(label, done, total, now - began), file=sys.stderr, flush=True)

    return step


def far(label: str, done: int, total: int | None, seconds: float) -> str:
    """How far the work is, at what rate, and what time is left if that stays."""
    rate = done / seconds
    if not total or not rate:
        return f"{label}: {done:,}, {rate:,.0f}/s"
    left = timedelta(seconds=round(max(0, total - done) / rate))
    return f"{label}: {done:,} of {total:,}, {rate:,.0f}/s, {left} left"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the options before the verb say: where the project is and how to answer."""

    root: Path
    json: bool
    verbose: bool

    def project(self) -> Project:
        """The project we are in. Raises NotAProject, BadConfig; CopydeskError, when there is no such folder."""
        from copydesk.project import Project

        if not self.root.is_dir():
            raise CopydeskError(f"no folder {self.root}", "name one that is there: copydesk -C DIR")
        return Project.open(self.root)

    def project_if_any(self) -> Project | None:
        """The project we are in, None outside of one. Raises BadConfig."""
        try:
            return self.project()
        except NotAProject:
            return None

    def hub_repo(self) -> str:
        """The Hub repository that the settings name. Raises CopydeskError when they name none."""
        project = self.project_if_any()
        if project is None or project.hub_repo is None:
            raise CopydeskError("no Hub repository was named", "give --repo ORG/NAME, or set repo under [hub]")
        return project.hub_repo

    def place(self, named: str | None) -> str | None:
        """A folder as the options before the verb have it; an address, or no name at all, as it is."""
        return named if not named or "://" in named else str(self.root / named)

    def now(self) -> str:
        """The present instant, to the second; stages take it as an argument."""
        from datetime import UTC, datetime

        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def progress(self) -> Progress:
        return quiet if self.json and not self.verbose else bar

    def answer(
        self,
        keys: Mapping[str, Any],
        *,
        issues: Iterable[Issue] = (),
        show: Callable[[Console], None] | None = None,
        failed: bool = False,
    ) -> int:
        """Print the outcome of a verb; 1 when ``issues`` holds an error or ``failed``, else 0."""
        found = list(issues)
        if self.json:
            print(_json(keys), flush=True)
        else:
            console = _console(sys.stdout)
            if show:
                show(console)
            else:
                _pairs(console, keys)
        _list(found, whole=self.verbose)
        return 1 if failed or errors(found) else 0


def fail(error: CopydeskError, json: bool) -> int:
    """Print what stopped us and what to do next; its exit code."""
    if json:
        say_error(type(error).__name__, error.message, error.hint)
    print(f"copydesk: {error.message}" + (f"\n  → {error.hint}" if error.hint else ""), file=sys.stderr)
    return error.exit_code


def say_error(kind: str, message: str, hint: str = "") -> None:
    """An error as the one JSON object on stdout."""
    try:
        print(_json({"error": {"kind": kind, "message": message, "hint": hint}}), flush=True)
    except BrokenPipeError:
        raise
    except OSError:  # what stopped us may be that nothing can be written there; when it ends Python would try again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A plain table; numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    cells = [["" if cell is None else cell for cell in row] for row in rows]
    drawn = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    for n, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[n], (int, float)) or row[n] == "" for row in cells)
        drawn.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        drawn.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    if console.width == PIPED and not console.is_terminal:
        console = _console(console.file, UNFOLDED)
    console.print(drawn)


def _console(stream: Any, width: int = PIPED) -> Console:
    """``width``: columns where there is no terminal."""
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else width)


def _json(value: Mapping[str, Any]) -> str:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _pairs(console: Console, keys: Mapping[str, Any]) -> None:
    for key, value in keys.items():
        console.print(f"{key}: {value}")


def _list(issues: Sequence[Issue], whole: bool) -> None:
    shown = issues if whole else issues[:SHOWN_ISSUES]
    for (severity, where, code, hint), group in groupby(shown, lambda i: (i.severity, i.where, i.code, i.hint)):
        alike = list(group)
        if len(alike) == 1:
            print(f"{severity}: {alike[0]}", file=sys.stderr)
            continue
        print(f"{severity}: {where} [{code}]" + (f" — {hint}" if hint else ""), file=sys.stderr)
        for issue in alike:
            print(f"  {issue.message}" + (f" ({issue.path})" if issue.path != "$" else ""), file=sys.stderr)
    if len(issues) > len(shown):
        print(f"… and {len(issues) - len(shown)} more; -v shows all", file=sys.stderr)
