"""Step 1 of this project's recipe: raw articles → articles, families, rejects in ``build/``."""

from __future__ import annotations

from pathlib import Path

from copydesk.console import Progress, bar
from copydesk.dataset.build import Built, build
from copydesk.project import Project

ROOT = Path(__file__).parents[1]


def run(project: Project, progress: Progress) -> Built:
    """Five articles are too few to share out among processes."""
    return build(project, jobs=1, progress=progress)


if __name__ == "__main__":
    print(run(Project.load(ROOT), bar))
