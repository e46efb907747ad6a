"""Build hook: a wheel carries copies of the root folders that ``copydesk init`` hands out.

An editable install carries none: ``copydesk.resources`` finds the root folders of the checkout.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LAYER_FILES = ("layer.toml", "config.xml", "guidelines.md")


class Bundle(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``schemas/`` and the layers' definitions to the wheel, nobody's answers."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        root = Path(self.root)
        layers = [layer / name for layer in (root / "labeling").iterdir() for name in LAYER_FILES]
        found = [
            path for path in (*root.glob("schemas/**/*.json"), *root.glob("schemas/*.md"), *layers) if path.is_file()
        ]
        for path in found:
            place = path.relative_to(root).as_posix()
            build_data["force_include"][str(path)] = f"copydesk/bundled/{place}"
