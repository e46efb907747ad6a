"""The datasheet: every question of Gebru et al. (2021), with what was computed and what people answered.

In:  a summary of the release; people's answers and waivers from its facts.
Out: ``DATASHEET.md``. A question that only a person can answer and nobody has says so; nothing is invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from copydesk.dataset.release.papers.figures import figure
from copydesk.dataset.release.papers.markdown import escape, prose
from copydesk.dataset.release.papers.questions import (
    Question,
    answers,
    open_questions,
    questions,
    sections,
    waiver_for,
)
from copydesk.dataset.release.papers.summary import Summary
from copydesk.project import Project, Waiver

INTRODUCTION = """\
After Gebru et al., *Datasheets for Datasets* (Communications of the ACM 64(12), 2021). What stands between
`computed` marks was counted from the files of this release, and `copydesk verify` counts it again; everything else
was written by people in `dataset/datasheet.toml`."""
BEFORE = """\
After Gebru et al., *Datasheets for Datasets* (Communications of the ACM 64(12), 2021). This is what people answered in
`dataset/datasheet.toml`; numbers stand in the datasheet of each release, where they are computed from its files. Made
anew by `python -m copydesk.dataset.release.papers > DATASHEET.md`."""


def render(summary: Summary) -> str:
    """The datasheet of a release."""
    facts = summary.facts
    opening = f"# Datasheet: {escape(facts.title or facts.name)}, version {facts.version} ({facts.audience})"
    return _document(opening, facts.answers, facts.waivers, summary)


def preview(project: Project) -> str:
    """What people answered so far, before any release: the ``DATASHEET.md`` in a project's root."""
    opening = f"# Datasheet: {escape(project.title or project.name)}"
    return _document(opening, answers(project), project.release.waivers, None)


def _document(opening: str, given: Mapping[str, str], waivers: tuple[Waiver, ...], summary: Summary | None) -> str:
    parts = [opening, INTRODUCTION if summary else BEFORE, _state(given, waivers)]
    for section in sections():
        parts.append(f"## {section.title}")
        for question in section.questions:
            parts.append(f"### {question.ask}")
            parts += _answer(question, given.get(question.name), waivers, summary)
    return "\n\n".join(parts) + "\n"


def _state(given: Mapping[str, str], waivers: tuple[Waiver, ...]) -> str:
    total, unanswered = len(list(questions())), open_questions(given)
    waived = sum(waiver_for(question.check, waivers) is not None for question in unanswered)
    counted = f"Of {total} questions {total - len(unanswered)} are answered or computed"
    return f"{counted}; {len(unanswered)} wait for a person, {waived} of them waived."


def _answer(
    question: Question, answer: str | None, waivers: tuple[Waiver, ...], summary: Summary | None
) -> Iterator[str]:
    """The passages under a question: people's words first, then what was computed."""
    if answer:
        yield prose(answer)
    elif question.person:
        waiver = waiver_for(question.check, waivers)
        said = f"waived: {escape(waiver.reason)}" if waiver else f"`{question.check}` is open"
        yield f"*Not answered* — {said}."
    for name in question.figures:
        yield figure(name, summary) if summary else f"*Computed at release: {name.replace('_', ' ')}.*"
