"""What an earlier build found out about texts and pairs of texts, so that the next one need not.

In:  a folder that may be deleted at any time.
Out: scores by pair of texts, relations by pair of linked texts. All of them depend on the texts
     and on what ships with Copydesk alone, so a build that remembers equals one that does not, byte for byte.

A change of model, word table or code format gives another ``edition``, under which nothing is remembered.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk import files
from copydesk.dataset.families import model, words
from copydesk.dataset.families.prints import Array, Index

FORMAT = 3  #: to be raised with every change of what scores or relations are computed from

Keys = npt.NDArray[np.uint64]


def edition() -> str:
    """What remembered values hold for."""
    return files.digest([FORMAT, files.sha256_file(model.MODEL), files.sha256_file(words.TABLE)], 16)


def pair_keys(keys: Keys, pairs: Index) -> Keys:
    """A number for each pair of texts, the same in either order."""
    low, high = np.sort(keys[pairs], axis=1).T
    mixed: Keys = (low * np.uint64(0x9E3779B97F4A7C15)) ^ (high + (high << np.uint64(31)))
    return mixed


class Memory:
    """The values remembered, and those to remember next time: just what the present build used."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / edition() if folder else None

    def scores(self, keys: Keys) -> Array:
        """The remembered score of each pair; NaN: not remembered."""
        stored = self._load("scores")
        if stored is None or not len(stored["keys"]):
            return np.full(len(keys), np.nan)
        rows = _rows(stored["keys"], keys)
        return np.where(rows >= 0, stored["scores"][rows], np.nan)

    def keep_scores(self, keys: Keys, scores: Array) -> None:
        """Remember the scores of this build's pairs."""
        order = np.argsort(keys, kind="stable")
        self._save("scores", {"keys": keys[order], "scores": scores[order]})

    def relations(self) -> dict[str, Any]:
        """Remembered relations by pair of texts."""
        if self._folder is None:
            return {}
        return {row["key"]: row for row in files.read_jsonl(self._folder / "relations.jsonl")}

    def keep_relations(self, rows: Sequence[dict[str, Any]]) -> None:
        """Remember the relations of this build's links."""
        if self._folder is not None:
            files.write_jsonl(self._folder / "relations.jsonl", sorted(rows, key=lambda row: str(row["key"])))

    def _load(self, name: str) -> dict[str, Any] | None:
        path = self._folder / f"{name}.npz" if self._folder else None
        if path is None or not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as stored:
                return {key: stored[key] for key in stored.files}
        except (OSError, ValueError, KeyError):
            return None  # damaged: as if it were not there

    def forget_others(self) -> None:
        """Drop what was remembered under other editions."""
        if self._folder is not None and self._folder.parent.is_dir():
            for other in self._folder.parent.iterdir():
                if other.is_dir() and other != self._folder:
                    shutil.rmtree(other)

    def _save(self, name: str, columns: dict[str, Any]) -> None:
        if self._folder is not None:
            with files.replacing(self._folder / f"{name}.npz") as path, path.open("wb") as file:
                np.savez(file, **columns)


def _rows(stored: Keys, wanted: Keys) -> Index:
    """Where each wanted key stands among stored ones; -1: nowhere."""
    if not len(stored):
        return np.full(len(wanted), -1)
    order = np.argsort(stored, kind="stable")
    at = order[np.minimum(np.searchsorted(stored, wanted, sorter=order), len(stored) - 1)]
    return np.where(stored[at] == wanted, at, -1)
