"""Releases through Hugging Face's libraries; no other module imports ``datasets`` or ``huggingface_hub``.

In:  a release folder.
Out: what ``load_dataset`` gives of it, held against its shards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.issues import Issue
from copydesk.schemas import Schemas

if TYPE_CHECKING:
    import datasets


def load_config(folder: Path, config: str, cache: Path) -> datasets.DatasetDict:
    """One config of the release in ``folder``, by the real ``load_dataset`` with a cache of its own."""
    import datasets

    shown = datasets.utils.logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        return datasets.load_dataset(str(folder), config, cache_dir=str(cache))
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
