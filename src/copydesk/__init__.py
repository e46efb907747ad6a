"""Turn a pile of news articles into a labelled, versioned dataset that people can trust."""

from __future__ import annotations

TYPE_CHECKING = False  # what typing says, without the time its import takes
if TYPE_CHECKING:
    from pathlib import Path

    import datasets

__version__ = "0.1.0"


def load(path_or_repo: str | Path, config: str = "articles", revision: str | None = None) -> datasets.DatasetDict:
    """Load one config of a release, from a folder or a Hub, after verifying it (``copydesk.dataset.hub.load``)."""
    from copydesk.dataset import hub

    return hub.load(path_or_repo, config, revision)
