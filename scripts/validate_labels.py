"""Step 4 of this project's recipe: check every record file, measure agreement, decide gold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from copydesk.labeling import layers, stages
from copydesk.labeling.adjudicate import Adjudication
from copydesk.project import Project
from copydesk.validate import Validation, validate

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Checked:
    """What this step found."""

    validation: Validation
    agreed: stages.Agreed
    decided: dict[str, Adjudication]


def run(project: Project) -> Checked:
    """All layers. Validation comes last, so that it sees the gold, too."""
    chosen = layers.load(project)
    agreed, decided = stages.agreement(project, chosen), stages.adjudicate(project, chosen)
    return Checked(validate(project, []), agreed, decided)


if __name__ == "__main__":
    print(run(Project.load(ROOT)))
