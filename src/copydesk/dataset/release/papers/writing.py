"""Writes all papers of a release.

In:  facts of a release, read from its folder; for open questions, the project.
Out: bytes by path; names of questions that nobody has answered; the path of the report.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from copydesk import __version__, files
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers import card, changelog, croissant, datasheet, report_page
from copydesk.dataset.release.papers.questions import answers, open_questions, waiver_for
from copydesk.dataset.release.papers.summary import Summary
from copydesk.dataset.release.papers.tally import Tally
from copydesk.errors import CopydeskError
from copydesk.project import Project

REPORT = "report/index.html"
PAPERS: dict[str, Callable[[Summary], str]] = {
    "README.md": card.render,
    "DATASHEET.md": datasheet.render,
    "CHANGELOG.md": changelog.render,
    "croissant.json": croissant.render,
    REPORT: report_page.render,
}


class ReportDiffers(CopydeskError):
    """The report in a release is not what its data gives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not the report of this release", "`copydesk verify` says what was changed")


def documents(facts: ReleaseFacts, tally: Tally | None = None) -> dict[str, bytes]:
    """Every document of the release by relative path. No clock: the same facts give the same bytes.

    tally: of its rows, when they were counted already.
    """
    summary = Summary.of(facts) if tally is None else Summary(facts, tally)
    return {path: render(summary).encode() for path, render in PAPERS.items()}


def unanswered(project: Project) -> list[str]:
    """Names ``datasheet.SECTION.QUESTION`` that only a person can answer, nobody has, and no waiver covers."""
    waivers = project.release.waivers
    return [
        question.check for question in open_questions(answers(project)) if waiver_for(question.check, waivers) is None
    ]


def report(folder: Path) -> Path:
    """The report of the release in ``folder``; written there when it is missing.

    Raises: ReportDiffers, when the page that is there is not the release's.
    """
    facts = ReleaseFacts.read(folder)
    path, page = folder / REPORT, report_page.render(Summary.of(facts)).encode()
    if not path.exists():
        files.write_bytes(path, page)
    elif path.read_bytes() != page and facts.tools.get("copydesk") == __version__:
        raise ReportDiffers(path)
    return path
