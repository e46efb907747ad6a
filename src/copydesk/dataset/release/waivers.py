"""What a release can be let go without: open questions of the datasheet, and kinds of personal data.

In:  the project's waivers.
Out: nothing; a waiver that names none of these is refused, as it would let nothing go and its writer would not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from copydesk.dataset.release import personal
from copydesk.dataset.release.papers.questions import questions
from copydesk.errors import BadConfig
from copydesk.project import CONFIG, Waiver


def waivable() -> list[str]:
    """Every name that a waiver may cover."""
    return [question.check for question in questions()] + [f"personal.{kind}" for kind in personal.KINDS]


def expect_known(waivers: Sequence[Waiver]) -> None:
    """Raises BadConfig for a waiver that covers nothing."""
    names = waivable()
    for waiver in waivers:
        if not any(map(waiver.covers, names)):
            near = get_close_matches(waiver.what, names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "datasheet.SECTION.QUESTION, or personal.KIND"
            raise BadConfig(f"{CONFIG} [[release.waivers]]", f"{waiver.what!r} is nothing that can be waived", hint)
