"""The datasheet's questions, and what the project's people answered.

In:  ``questions.toml`` (beside this module) and the project's ``dataset/datasheet.toml``.
Out: sections of :class:`Question`; a map of answers by name ``SECTION.QUESTION``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copydesk import toml
from copydesk.project import Project, Waiver

HERE = Path(__file__).parent
ANSWERS = "datasheet.toml"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the datasheet."""

    name: str  #: SECTION.QUESTION, such as motivation.purpose
    ask: str
    figures: tuple[str, ...]  #: what is computed and printed under it
    person: bool  #: whether a part is left that only a person can say

    @property
    def check(self) -> str:
        """What a waiver calls it."""
        return f"datasheet.{self.name}"


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the datasheet."""

    slug: str
    title: str
    questions: tuple[Question, ...]


@cache
def sections() -> tuple[Section, ...]:
    """All sections, in the order of the paper."""
    table = toml.Reader(toml.read(HERE / "questions.toml"), "questions.toml")
    return tuple(_section(row) for row in table.tables("section"))


def _section(row: toml.Reader) -> Section:
    slug = row.take("slug", str)
    return Section(slug, row.take("title", str), tuple(_question(slug, each) for each in row.tables("question")))


def _question(section: str, row: toml.Reader) -> Question:
    question = Question(
        name=f"{section}.{row.take('slug', str)}",
        ask=row.take("ask", str),
        figures=row.strings("figures", []),
        person=row.take("person", bool, False),
    )
    row.close()
    return question


def questions() -> Iterator[Question]:
    """All questions, in the order of the paper."""
    for section in sections():
        yield from section.questions


def answers(project: Project) -> dict[str, str]:
    """What people answered, by question name; a blank answer is none. An absent file has none.

    Raises: UnknownKey, naming the nearest section or question; BadConfig, when an answer is no text.
    """
    path = project.dataset / ANSWERS
    if not path.exists():
        return {}
    where = f"dataset/{ANSWERS}"
    table = toml.Reader(toml.read(path), where)
    found: dict[str, str] = {}
    for section in sections():
        keys = table.table(section.slug)
        for question in section.questions:
            answer: str = keys.take(question.name.partition(".")[2], str, "")
            if answer.strip():
                found[question.name] = answer.strip()
        keys.close()
    table.close()
    return found


def open_questions(given: Mapping[str, str]) -> list[Question]:
    """Questions that only a person can answer and nobody has."""
    return [question for question in questions() if question.person and question.name not in given]


def waiver_for(name: str, waivers: tuple[Waiver, ...]) -> Waiver | None:
    """The narrowest waiver that covers ``name``."""
    covering = [waiver for waiver in waivers if waiver.covers(name)]
    return max(covering, key=lambda waiver: len(waiver.what), default=None)
