"""Step 3 of this project's recipe: what was answered in Label Studio → ``labeling/*/annotations.jsonl``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from copydesk.console import Progress, bar
from copydesk.labeling import layers
from copydesk.labeling.pull import Pulled, pull
from copydesk.labeling.studio import Studio
from copydesk.project import Project

ROOT = Path(__file__).parents[1]


def run(project: Project, studio: Studio, progress: Progress) -> Pulled:
    """All layers; deletions on the server are looked for, too: the corpus is small."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return pull(project, layers.load(project), studio=studio, now=now, reconcile=True, progress=progress)


if __name__ == "__main__":
    opened = Project.load(ROOT)
    print(run(opened, Studio.connect(opened), bar))
