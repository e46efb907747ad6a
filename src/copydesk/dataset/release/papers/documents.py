"""Writes all papers of a release, and holds written ones against the data.

In:  facts of a release, read from its folder.
Out: bytes by path; or issues, one per document that says something else than its data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, zip_longest
from pathlib import Path

from copydesk import __version__, files
from copydesk.dataset.release import personal
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts
from copydesk.dataset.release.papers import card, changelog, croissant, datasheet, report_page
from copydesk.dataset.release.papers.questions import answers, open_questions, waiver_for
from copydesk.dataset.release.papers.summary import Summary
from copydesk.errors import CopydeskError
from copydesk.issues import Issue
from copydesk.project import Project

BEFORE, WINDOW = 40, 120  #: bytes of a differing line that a message shows
REPORT = "report/index.html"
PAPERS: dict[str, Callable[[Summary], str]] = {
    "README.md": card.render,
    "DATASHEET.md": datasheet.render,
    "CHANGELOG.md": changelog.render,
    "croissant.json": croissant.render,
    REPORT: report_page.render,
}
_PASSAGE = re.compile(rb"<!-- computed:([a-z_]+) -->\n(.*?)\n<!-- /computed -->", re.DOTALL)


class ReportDiffers(CopydeskError):
    """The report in a release is not what its data gives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not the report of this release", "`copydesk verify` says what was changed")


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
    """What the documents in ``folder`` say that its data does not: one issue per document, at the first such place.

    Another version of Copydesk may word or draw things otherwise: then only passages between ``computed`` marks that
    both have are compared, and a warning says so.
    """
    maker = facts.tools.get("copydesk", "an unknown version")
    compare = _lines if maker == __version__ else _passages
    found = [issue for path, data in documents(facts).items() for issue in _held_against(folder, path, data, compare)]
    found += _scans(facts)
    if maker != __version__:
        message = f"was written by Copydesk {maker}, this is {__version__}: passages are compared, not every byte"
        hint = f"install Copydesk {maker} to compare every byte"
        found.append(Issue("paper-other-version", "README.md", message, hint=hint, severity="warning"))
    return found


def _scans(facts: ReleaseFacts) -> Iterator[Issue]:
    """Whether the articles hold the personal data that the manifest counts, as far as their words are here."""
    stated = facts.scans.get("personal")
    if stated is None or facts.scans.get("personal_rules") != personal.rules():
        return
    articles = list(facts.rows("articles", columns=list(personal.COLUMNS)))
    if any(article["text"] is None for article in articles):
        return
    counted = personal.scan(articles).counts()
    for kind in sorted(counted):
        if stated.get(kind) != counted[kind]:
            message = f"counts {stated.get(kind)} for {kind}, but the articles give {counted[kind]}"
            yield Issue("scan-differs", MANIFEST, message, f"$.scans.personal.{kind}", "make the release again")


Difference = tuple[str, bytes, bytes]  #: place, what the document says, what the data gives


def _held_against(
    folder: Path, path: str, expected: bytes, compare: Callable[[bytes, bytes], Iterator[Difference]]
) -> Iterator[Issue]:
    document = folder / path
    if not document.is_file():
        yield Issue("paper-missing", path, "is not there", hint="make the release again")
        return
    for place, said, counted in islice(compare(document.read_bytes(), expected), 1):
        same = next(
            (n for n, (a, b) in enumerate(zip(said, counted, strict=False)) if a != b), min(len(said), len(counted))
        )
        start = max(0, same - BEFORE)
        message = f"says {_shown(said, start)}, but the data gives {_shown(counted, start)}"
        hint = "the document was edited; make the release again"
        yield Issue("paper-differs", f"{path}{place}", message, hint=hint)


def _lines(written: bytes, expected: bytes) -> Iterator[Difference]:
    pairs = zip_longest(written.split(b"\n"), expected.split(b"\n"), fillvalue=b"")
    for number, (said, counted) in enumerate(pairs, 1):
        if said != counted:
            yield f":{number}", said, counted


def _passages(written: bytes, expected: bytes) -> Iterator[Difference]:
    said: dict[bytes, bytes] = dict(_PASSAGE.findall(written))
    for name, counted in _PASSAGE.findall(expected):
        for line, was, is_ in _lines(said.get(name, counted), counted):
            yield f" computed:{name.decode()}{line}", was, is_


def _shown(line: bytes, start: int) -> str:
    """A window of a line, which may be a whole page of data, from a little before the difference."""
    window = line[start : start + WINDOW].decode(errors="replace")
    return repr(("…" if start else "") + window + ("…" if start + WINDOW < len(line) else ""))


def report(folder: Path) -> Path:
    """The report of the release in ``folder``; written there when it is missing.

    Raises: ReportDiffers, when the page that is there is not the release's.
    """
    facts = ReleaseFacts.read(folder)
    path, page = folder / REPORT, report_page.render(Summary(facts)).encode()
    if not path.exists():
        files.write_bytes(path, page)
    elif path.read_bytes() != page and facts.tools.get("copydesk") == __version__:
        raise ReportDiffers(path)
    return path
