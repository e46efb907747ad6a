"""``python -m copydesk.dataset.release.papers > DATASHEET.md``: what people answered so far."""

from __future__ import annotations

import sys
from pathlib import Path

from copydesk.dataset.release.papers.datasheet import preview
from copydesk.project import Project

if __name__ == "__main__":
    sys.stdout.write(preview(Project.open(Path())))
