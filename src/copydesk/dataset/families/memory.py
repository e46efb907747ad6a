"""What an earlier build found out about texts and pairs of texts, so that the next one need not.

In:  a folder that may be deleted at any time.
Out: scores by pair of texts, relations by pair of linked texts. All of them depend on the texts
     and on what ships with Copydesk alone, so a build that remembers equals one that does not, byte for byte.

A change of model, word table or code format gives another ``edition``, under which nothing is remembered.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from copydesk import files
from copydesk.dataset.families import model, words
from copydesk.dataset.families.prints import Array, Index

FORMAT = 5  #: to be raised with every change of what scores or relations are computed from

Keys = npt.NDArray[np.uint64]


def edition() -> str:
    """What remembered values hold for."""
    return files.digest([FORMAT, files.sha256_file(model.MODEL), files.sha256_file(words.TABLE)], 16)


def relation_keys(texts: Keys) -> Keys:
    """A number for each pair of texts, in that order. Shape: (n, 2, 2), two numbers for each text."""
    mixed: Keys = np.zeros(len(texts), np.uint64)
    for part in texts.reshape(-1, 4).T:
        mixed = (mixed ^ part) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def pair_keys(keys: Keys, pairs: Index) -> Keys:
    """A number for each pair of texts, the same in either order."""
    low, high = np.sort(keys[pairs], axis=1).T
    mixed: Keys = (low * np.uint64(0x9E3779B97F4A7C15)) ^ (high + (high << np.uint64(31)))
    return mixed


@dataclass(frozen=True, slots=True)
class Told:
    """Relations in a file: 32-bit words for each pair of texts."""

    path: Path | None
    keys: Keys  #: rising
    spans: Index  #: where the words of each stand; shape: (n, 2)

    @classmethod
    def nothing(cls) -> Told:
        return cls(None, np.zeros(0, np.uint64), np.zeros((0, 2), np.int64))

    def find(self, keys: Keys) -> Index:
        """Where the words of each key stand; -1: nowhere."""
        at = np.minimum(np.searchsorted(self.keys, keys), max(0, len(self.keys) - 1))
        known = self.keys[at] == keys if len(self.keys) else np.zeros(len(keys), np.bool_)
        return np.where(known[:, None], self.spans[at], -1) if known.any() else np.full((len(keys), 2), -1)

    def rows(self, spans: Index) -> list[Array | None]:
        """The words that stand there."""
        if self.path is None or not (spans >= 0).any():
            return [None] * len(spans)
        with self.path.open("rb") as file:
            return [
                np.frombuffer(os.pread(file.fileno(), 4 * (end - first), 4 * first), np.uint32) if first >= 0 else None
                for first, end in spans.tolist()
            ]


class Telling:
    """Takes relations one after the other."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file, self._sizes = path, file, list[Index]()

    def add(self, flat: Array, sizes: Index) -> None:
        """The words of some, and how many each has."""
        self._file.write(flat.astype("<u4").tobytes())
        self._sizes.append(sizes)

    def spans(self) -> Index:
        """Where the words of each stand."""
        ends = np.cumsum(np.concatenate([[0], *self._sizes]))
        return np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64)


class Memory:
    """The values remembered, and those to remember next time: just what the present build used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / edition()

    @classmethod
    def at(cls, cache: Path) -> Memory:
        """What is remembered in a build's cache."""
        return cls(cache / "pairs")

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

    def relations(self) -> Told:
        """Remembered relations by pair of texts."""
        stored = self._load("relations")
        if stored is None or not (path := self._folder / str(stored["name"])).exists():
            return Told.nothing()
        return Told(path, stored["keys"], stored["spans"])

    @contextmanager
    def telling(self, keys: Keys) -> Iterator[Telling]:
        """Takes the relations of this build's links, to be remembered when the block ends well."""
        name = f"relations-{files.sha256(keys.tobytes())[:16]}"
        with files.replacing(self._folder / name) as path, path.open("wb") as file:
            telling = Telling(self._folder / name, file)
            yield telling
        order = np.argsort(keys, kind="stable")
        self._save("relations", {"keys": keys[order], "spans": telling.spans()[order], "name": np.array(name)})
        for old in self._folder.glob("relations-*"):
            if old.name != name:
                old.unlink()

    def _load(self, name: str) -> dict[str, Any] | None:
        path = self._folder / f"{name}.npz"
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as stored:
                return {key: stored[key] for key in stored.files}
        except (OSError, ValueError, KeyError):
            return None  # damaged: as if it were not there

    def forget_others(self) -> None:
        """Drop what was remembered under other editions, and what a killed build had begun to write."""
        for begun in self._folder.glob(".*.tmp"):
            begun.unlink()
        if self._folder.parent.is_dir():
            for other in self._folder.parent.iterdir():
                if other.is_dir() and other != self._folder:
                    shutil.rmtree(other)

    def _save(self, name: str, columns: dict[str, Any]) -> None:
        with files.replacing(self._folder / f"{name}.npz") as path, path.open("wb") as file:
            np.savez(file, **columns)


def _rows(stored: Keys, wanted: Keys) -> Index:
    """Where each wanted key stands among stored ones; -1: nowhere."""
    if not len(stored):
        return np.full(len(wanted), -1)
    order = np.argsort(stored, kind="stable")
    at = order[np.minimum(np.searchsorted(stored, wanted, sorter=order), len(stored) - 1)]
    return np.where(stored[at] == wanted, at, -1)
