"""Rows as ``load_dataset`` gives them, from a folder or a Hub, of a release that was verified first.

In:  a release folder, or the name of a dataset on a Hub.
Out: a ``DatasetDict``; the folder of what was fetched; where loading gives something else than the shards hold.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.dataset.hub import client
from copydesk.dataset.release.facts import BrokenRelease, NotARelease, ReleaseFacts
from copydesk.errors import CopydeskError
from copydesk.executor import Executor, Here, apart
from copydesk.issues import Issue
from copydesk.schemas import Schemas

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa


SMALL = 16 * 2**20  #: bytes of shards that are loaded sooner than other processes are started
_REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


class UnknownConfig(CopydeskError):
    """The release has no config of this name."""

    def __init__(self, name: str, facts: ReleaseFacts) -> None:
        self.name, self.known = name, facts.configs
        is_layer = any(layer.name == name for layer in facts.layers)
        hint = "the layer has no gold in this release; individual answers are in annotations" if is_layer else ""
        super().__init__(f"{facts.folder} has no config {name!r}; it has {', '.join(facts.configs)}", hint)


class NotVerified(CopydeskError):
    """What was to be loaded is not what was released."""

    exit_code = 1

    def __init__(self, folder: Path, issues: tuple[Issue, ...]) -> None:
        self.folder, self.issues = folder, issues
        super().__init__(f"{folder} does not pass `copydesk verify`: {issues[0]}", "get the release again")


def load(path_or_repo: str | Path, config: str = "articles", revision: str | None = None) -> datasets.DatasetDict:
    """Verify a release, then load ``config`` of it: from a folder, or from a Hub (then name a tag or commit).

    Without network a release that was fetched before is taken from the cache (``HF_HUB_OFFLINE=1``).

    Raises: NotARelease; UnknownConfig; NotVerified, when it is not what was released; OutsideError, when the Hub fails.
    """
    from copydesk.dataset.release.verify import verify

    folder = Path(path_or_repo)
    if not folder.is_dir():
        if revision is None and len(folder.parts) > 1 and folder.parent.is_dir():
            raise NotARelease(folder)  # a mistyped path, no name on a Hub
        folder = _fetch(_repo(str(path_or_repo)), revision)
    with suppress(BrokenRelease):  # verify says what is broken
        if config not in (facts := ReleaseFacts.read(folder)).configs:
            raise UnknownConfig(config, facts)
    found = verify(folder)
    if not found.ok:
        raise NotVerified(folder, found.issues)
    return load_config(folder, config)


def fetched(named: str, root: Path) -> Path:
    """The release folder that ``named`` means: a folder below ``root``, else ``ORG/NAME@REVISION`` on a Hub.

    Raises: CopydeskError, when it is neither or the Hub has no such thing; OutsideError, when the Hub fails.
    """
    repo, _, revision = named.partition("@")
    if (root / named).exists():
        return root / named
    if not revision:
        raise CopydeskError(f"no release at {root / named}", "name its folder, or ORG/NAME@VERSION for one on a Hub")
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


def compare_loaded(folder: Path, facts: ReleaseFacts, schemas: Schemas, workers: Executor) -> Iterator[Issue]:
    """Where ``load_dataset`` gives other configs, splits, Features or rows than the shards hold."""
    one = apart(workers)
    workers = Here() if sum(shard.bytes for shard in facts.shards) < SMALL else one
    about = replace(facts, folder=folder, disputes=(), removals=(), held_out=())  # what it does not need stays here
    for found in workers.map(_loaded, ((about, schemas, config) for config in facts.configs)):
        yield from found


def _loaded(task: tuple[ReleaseFacts, Schemas, str]) -> list[Issue]:
    facts, schemas, config = task
    with tempfile.TemporaryDirectory(prefix="copydesk-load-") as cache:
        try:
            loaded = load_config(facts.folder, config, Path(cache))
        except Exception as error:  # whatever it is, users would meet it too
            problem = str(error).splitlines()[0] if str(error) else type(error).__name__
            return [Issue("load-failed", config, f"load_dataset fails: {problem}", hint="get the release again")]
        return list(_compare(config, loaded, facts, schemas))


def _compare(config: str, loaded: Any, facts: ReleaseFacts, schemas: Schemas) -> Iterator[Issue]:
    counts = facts.counts[config]
    if set(loaded) != set(counts):
        message = (
            f"load_dataset gives the splits {', '.join(sorted(loaded))}; the shards are of {', '.join(sorted(counts))}"
        )
        yield Issue("load-splits", config, message)
        return
    features = schemas.features(f"rows/{config}")
    for split in counts:
        if loaded[split].features != features:
            yield Issue("load-features", f"{config}/{split}", "load_dataset gives other Features than the schema")
        if not _are_same(_cached(loaded[split]), facts.batches(config, split)):
            yield Issue("load-rows", f"{config}/{split}", "load_dataset gives other rows than the shards hold")


def _cached(dataset: datasets.Dataset) -> Iterator[pa.RecordBatch]:
    """Rows of what was loaded, read from its files: mapped into memory they would stay there."""
    import pyarrow as pa

    for part in dataset.cache_files:
        with pa.OSFile(part["filename"]) as file, pa.ipc.open_stream(file) as batches:
            yield from batches


def _are_same(ones: Iterator[pa.RecordBatch], others: Iterator[pa.RecordBatch]) -> bool:
    """Whether two streams hold the same rows, however they are cut; the second in the types of the first."""
    one = other = None
    while True:
        one, other = _next(one, ones), _next(other, others)
        if one is None or other is None:
            return one is other
        size = min(len(one), len(other))
        if not _cast(other.slice(0, size), one).equals(_cast(one.slice(0, size), one)):
            return False
        one, other = one.slice(size), other.slice(size)


def _next(rest: pa.RecordBatch | None, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    while rest is None or not len(rest):
        rest = next(batches, None)
        if rest is None:
            return None
    return rest


def _cast(batch: pa.RecordBatch, like: pa.RecordBatch) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_batches([batch]).cast(like.schema)
