"""Step 5 of this project's recipe: cut the version that the change calls for, and verify it.

The texts are not cleared for redistribution, so the release is local: nothing is sent to a Hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from copydesk.console import Progress, bar
from copydesk.dataset.release.verify import Verification, verify
from copydesk.dataset.release.write import Released, release
from copydesk.project import Project

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Published:
    """What this step made."""

    released: Released
    verified: Verification | None  #: None when issues kept the release from being cut


def run(project: Project, progress: Progress) -> Published:
    """The first release is 1.0.0; later ones follow from what changed."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    cut = release(project, bump_auto=True, now=now, progress=progress)
    return Published(cut, verify(cut.path) if cut.path else None)


if __name__ == "__main__":
    print(run(Project.load(ROOT), bar))
