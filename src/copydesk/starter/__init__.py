"""Start a project: a folder of the same shape as Copydesk's own repository, with starter layers and no data.

In:  a folder name.
Out: the folder, ready for articles; an existing project is never touched.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from copydesk import files, resources
from copydesk.errors import CopydeskError
from copydesk.project import CONFIG

HERE = Path(__file__).parent
IGNORE = "/build/\n/dist/\n"
ATTRIBUTES = """\
# Raw articles are kept as received: git must not touch their bytes.
dataset/raw/** -text
# Append-only histories: two people's additions are both kept, duplicates drop out by key.
dataset/splits.jsonl merge=union
dataset/removals.jsonl merge=union
labeling/*/annotations.jsonl merge=union
"""


class NotEmpty(CopydeskError):
    """The folder for a new project holds something already."""

    def __init__(self, folder: Path, found: str) -> None:
        self.folder = folder
        super().__init__(f"{folder} already holds {found}", "name a new or empty folder")


def init(folder: Path) -> Path:
    """Make a new project in ``folder`` and return its absolute path. Raises NotEmpty."""
    folder = folder.resolve()
    found = folder if folder.is_file() else next(folder.iterdir(), None) if folder.is_dir() else None
    if found:
        raise NotEmpty(folder, found.name)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.name).strip("-.") or "corpus"
    derived = shutil.ignore_patterns("rows")  # follow from the project's own layers
    shutil.copytree(resources.folder("schemas"), folder / "schemas", ignore=derived, copy_function=shutil.copyfile)
    _layers(folder)
    for template in sorted(HERE.rglob("*")):
        if template.is_file() and template.suffix in {".toml", ".md"}:
            text = template.read_text(encoding="utf-8").replace("@NAME@", name)
            files.write_text(folder / template.relative_to(HERE), text)
    for empty in ("dataset/raw/articles", "dataset/releases", "labeling/reference"):
        files.write_text(folder / empty / ".gitkeep", "")
    files.write_text(folder / ".gitignore", IGNORE)
    files.write_text(folder / ".gitattributes", ATTRIBUTES)
    assert (folder / CONFIG).is_file()
    return folder


def _layers(folder: Path) -> None:
    """The starter layers: definitions, pages and guidelines, without anybody's answers."""
    for layer in sorted(resources.folder("labeling").iterdir()):
        if (layer / "layer.toml").is_file():
            for part in ("layer.toml", "config.xml", "guidelines.md"):
                if (layer / part).is_file():
                    files.write_bytes(folder / "labeling" / layer.name / part, (layer / part).read_bytes())
