"""Rows as ``load_dataset`` gives them, from a folder or a Hub, of a release that was verified first.

In:  a release folder, or the name of a dataset on a Hub.
Out: a ``DatasetDict``; the folder of what was fetched; where loading gives something else than the shards hold.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.dataset.hub import client
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.errors import CopydeskError
from copydesk.issues import Issue
from copydesk.schemas import Schemas

if TYPE_CHECKING:
    import datasets


_REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


class NotVerified(CopydeskError):
    """What was to be loaded is not what was released."""

    exit_code = 1

    def __init__(self, folder: Path, issues: tuple[Issue, ...]) -> None:
        self.folder, self.issues = folder, issues
        super().__init__(f"{folder} does not pass `copydesk verify`: {issues[0]}", "get the release again")


def load(path_or_repo: str | Path, config: str = "articles", revision: str | None = None) -> datasets.DatasetDict:
    """Verify a release, then load ``config`` of it: from a folder, or from a Hub (then name a tag or commit).

    Without network a release that was fetched before is taken from the cache (``HF_HUB_OFFLINE=1``).

    Raises: NotARelease; NotVerified, when it is not what was released; OutsideError, when the Hub fails.
    """
    from copydesk.dataset.release.verify import verify

    folder = Path(path_or_repo)
    if not folder.is_dir():
        folder = _fetch(_repo(str(path_or_repo)), revision)
    found = verify(folder)
    if not found.ok:
        raise NotVerified(folder, found.issues)
    return load_config(folder, config)


def fetched(named: str, root: Path) -> Path:
    """The release folder that ``named`` means: a folder below ``root``, else ``ORG/NAME@REVISION`` on a Hub.

    Raises: CopydeskError, when it is neither or the Hub has no such thing; OutsideError, when the Hub fails.
    """
    repo, _, revision = named.partition("@")
    if (root / named).exists() or not revision:
        return root / named
    return _fetch(_repo(repo), revision)


def _repo(name: str) -> str:
    if not _REPO.fullmatch(name):
        raise CopydeskError(f"{name} is neither a folder nor ORG/NAME on a Hub")
    return name


def _fetch(repo: str, revision: str | None) -> Path:
    with client.outside(repo):
        return Path(client.api().snapshot_download(repo, repo_type="dataset", revision=revision))


def load_config(folder: Path, config: str, cache: Path | None = None) -> datasets.DatasetDict:
    """One config of the release in ``folder``, by the real ``load_dataset``."""
    import datasets

    shown = datasets.utils.logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        return datasets.load_dataset(str(folder), config, cache_dir=cache and str(cache))
    finally:
        if shown:
            datasets.enable_progress_bars()


def compare_loaded(folder: Path, facts: ReleaseFacts, schemas: Schemas) -> Iterator[Issue]:
    """Where ``load_dataset`` gives other configs, splits, Features or rows than the shards hold."""
    with tempfile.TemporaryDirectory(prefix="copydesk-load-") as cache:
        for config in facts.configs:
            try:
                loaded = load_config(folder, config, Path(cache))
            except Exception as error:  # whatever it is, users would meet it too
                problem = str(error).splitlines()[0] if str(error) else type(error).__name__
                yield Issue("load-failed", config, f"load_dataset fails: {problem}", hint="get the release again")
                continue
            yield from _compare(config, loaded, facts, schemas)


def _compare(config: str, loaded: Any, facts: ReleaseFacts, schemas: Schemas) -> Iterator[Issue]:
    counts = facts.counts[config]
    if set(loaded) != set(counts):
        message = f"load_dataset gives the splits {sorted(loaded)}; the shards are of {sorted(counts)}"
        yield Issue("load-splits", config, message)
        return
    features = schemas.features(f"rows/{config}")
    for split in counts:
        if loaded[split].features != features:
            yield Issue("load-features", f"{config}/{split}", "load_dataset gives other Features than the schema")
        stored = facts.table(config, split=split)
        table = loaded[split].data.table
        if stored is None or not table.combine_chunks().equals(stored.cast(table.schema).combine_chunks()):
            yield Issue("load-rows", f"{config}/{split}", "load_dataset gives other rows than the shards hold")
