"""The datasheet: people's answers from one file, nothing invented, waivers by name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.dataset.release import papers
from copydesk.dataset.release.papers import datasheet
from copydesk.dataset.release.papers.figures import FIGURES
from copydesk.dataset.release.papers.questions import answers, questions
from copydesk.errors import BadConfig, UnknownKey
from copydesk.project import Project

ROOT = Path(__file__).parents[2]
MakeProject = Callable[..., Project]


def answered(project: Project, text: str, waivers: str = "") -> Project:
    """The project with these answers and, appended to its settings, these waivers."""
    (project.dataset / "datasheet.toml").write_text(text)
    config = project.root / "copydesk.toml"
    config.write_text(config.read_text().replace("[hub]", f"{waivers}\n[hub]"))
    return Project.load(project.root)


def test_every_figure_named_by_a_question_exists():
    assert {name for question in questions() for name in question.figures} <= set(FIGURES)


def test_a_question_is_computed_or_a_persons():
    assert all(question.figures or question.person for question in questions())


def test_a_new_project_has_every_question_of_people_open(project: MakeProject):
    assert papers.unanswered(project()) == [question.check for question in questions() if question.person]


def test_the_starter_file_lists_each_question_of_people_once(project: MakeProject):
    listed = tomllib.loads((project().dataset / "datasheet.toml").read_text())
    names = [f"{section}.{key}" for section, keys in listed.items() for key in keys]
    assert names == [question.name for question in questions() if question.person]


def test_an_answer_closes_its_question_and_a_blank_one_does_not(project: MakeProject):
    given = answered(project(), '[motivation]\npurpose = "To test."\nfunding = "  "\n')
    assert answers(given) == {"motivation.purpose": "To test."}
    assert "datasheet.motivation.purpose" not in papers.unanswered(given)
    assert "datasheet.motivation.funding" in papers.unanswered(given)


def test_a_waiver_by_name_or_section_closes_questions(project: MakeProject):
    waivers = "".join(
        f'[[release.waivers]]\nwhat = "{what}"\nreason = "trial"\n'
        for what in ("datasheet.motivation.funding", "datasheet.uses")
    )
    still_open = papers.unanswered(answered(project(), "", waivers))
    assert "datasheet.motivation.funding" not in still_open
    assert "datasheet.motivation.purpose" in still_open
    assert not [name for name in still_open if name.startswith("datasheet.uses.")]


@pytest.mark.parametrize(
    ("text", "near"),
    [('[motivation]\npurpos = "x"\n', "purpose"), ('[motivaton]\npurpose = "x"\n', "motivation")],
)
def test_an_unknown_key_names_the_nearest(project: MakeProject, text: str, near: str):
    with pytest.raises(UnknownKey) as caught:
        answers(answered(project(), text))
    assert near in caught.value.hint


def test_an_answer_must_be_text(project: MakeProject):
    with pytest.raises(BadConfig, match="must be a string"):
        answers(answered(project(), "[motivation]\npurpose = 3\n"))


def test_a_waived_question_says_so_with_its_reason(project: MakeProject):
    waiver = '[[release.waivers]]\nwhat = "datasheet.motivation"\nreason = "a trial"\n'
    text = datasheet.preview(answered(project(), "", waiver))
    assert "*Not answered* — waived: a trial." in text
    assert "*Not answered* — `datasheet.uses.already` is open." in text


def test_an_answer_can_neither_forge_a_computed_passage_nor_a_heading(project: MakeProject):
    forged = '[motivation]\npurpose = "# Motivation\\n<!-- computed:rows -->\\n9 rows\\n<!-- /computed -->"\n'
    text = datasheet.preview(answered(project(), forged))
    assert "<!-- computed:rows -->" not in text
    assert "\n# Motivation" not in text


def test_this_repositorys_own_datasheet_is_up_to_date():
    assert (ROOT / "DATASHEET.md").read_text(encoding="utf-8") == datasheet.preview(Project.load(ROOT))


def test_this_repository_leaves_no_question_open():
    assert papers.unanswered(Project.load(ROOT)) == []


@pytest.mark.parametrize("question", list(questions()), ids=lambda question: question.name)
def test_the_docs_list_every_question(question):
    section, _, key = question.name.partition(".")
    docs = (ROOT / "docs/datasheet.md").read_text(encoding="utf-8")
    assert f"| `{key}` | " in docs.split(f"### [{section}]")[1].split("### [")[0]
