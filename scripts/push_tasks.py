"""Step 2 of this project's recipe: articles → tasks in Label Studio, for each reference annotator apart."""

from __future__ import annotations

from pathlib import Path

from copydesk.console import Progress, bar
from copydesk.labeling import layers
from copydesk.labeling.push import Pushed, push
from copydesk.labeling.studio import Studio
from copydesk.project import Project

ROOT = Path(__file__).parents[1]


def run(project: Project, studio: Studio, progress: Progress) -> dict[str, Pushed]:
    """All layers, blind: a project per annotator."""
    return push(project, layers.load(project), studio=studio, progress=progress)


if __name__ == "__main__":
    opened = Project.load(ROOT)
    print(run(opened, Studio.connect(opened), bar))
