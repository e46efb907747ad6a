"""Writes all papers of a release, and holds written ones against the data.

In:  facts of a release, read from its folder.
Out: bytes by path; or issues, one per document that says something else than its data.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers import card, changelog, croissant, datasheet
from copydesk.dataset.release.papers import report as report_page
from copydesk.dataset.release.papers.questions import answers, open_questions, waiver_for
from copydesk.dataset.release.papers.summary import Summary
from copydesk.issues import Issue
from copydesk.project import Project

PAPERS: dict[str, Callable[[Summary], str]] = {
    "README.md": card.render,
    "DATASHEET.md": datasheet.render,
    "CHANGELOG.md": changelog.render,
    "croissant.json": croissant.render,
    "report/index.html": report_page.render,
}


def documents(facts: ReleaseFacts) -> dict[str, bytes]:
    """Every document of the release by relative path. No clock: the same facts give the same bytes."""
    summary = Summary(facts)
    return {path: render(summary).encode() for path, render in PAPERS.items()}


def unanswered(project: Project) -> list[str]:
    """Names ``datasheet.SECTION.QUESTION`` that only a person can answer, nobody has, and no waiver covers."""
    waivers = project.release.waivers
    return [
        question.check for question in open_questions(answers(project)) if waiver_for(question.check, waivers) is None
    ]


def check(folder: Path, facts: ReleaseFacts) -> list[Issue]:
    """What the documents in ``folder`` say that its data does not: one issue per document, at the first such line."""
    found = []
    for path, expected in documents(facts).items():
        document = folder / path
        if not document.is_file():
            found.append(Issue("paper-missing", path, "is not there", hint="make the release again"))
        elif (written := document.read_bytes()) != expected:
            found.append(_difference(path, written, expected))
    return found


def _difference(path: str, written: bytes, expected: bytes) -> Issue:
    pairs = zip_longest(written.split(b"\n"), expected.split(b"\n"))
    line, (said, counted) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    message = f"says {_shown(said)}, but the data gives {_shown(counted)}"
    return Issue("paper-differs", f"{path}:{line}", message, hint="the document was edited; make the release again")


def _shown(line: bytes | None) -> str:
    if line is None:
        return "nothing more"
    text = line.decode(errors="replace")
    return repr(text if len(text) <= 120 else text[:117] + "…")


def report(folder: Path) -> Path:
    """Where the report of the release in ``folder`` is."""
    return folder / "report" / "index.html"
