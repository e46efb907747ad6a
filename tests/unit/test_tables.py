"""The language model's tables, kept outside the project: what is spoilt there is made anew and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import pytest

from copydesk.dataset.ingest import tables

MADE = tables.Tables(
    after=np.arange(512, dtype=np.int32),
    rows=np.array([0, 256], np.int32),
    grams=np.array([-1, 0], np.int32),
    weights=np.arange(6, dtype=np.float32).reshape(3, 2),
    first=np.array([0.5, 0.25]),
    names=["de", "en"],
    aliases=[(0, 1)],
)


def cut(folder: Path) -> None:
    data = (folder / "rows.npy").read_bytes()
    (folder / "rows.npy").write_bytes(data[:-4])


def reverse(folder: Path) -> None:
    np.save(folder / "weights.npy", MADE.weights[::-1])


def reshape(folder: Path) -> None:
    np.save(folder / "rows.npy", MADE.rows[:1])


def rename(folder: Path) -> None:
    told = orjson.loads((folder / "languages.json").read_bytes())
    (folder / "languages.json").write_bytes(orjson.dumps({**told, "names": ["en", "de"]}))


SPOILT: dict[str, Callable[[Path], object]] = {
    "an empty file": lambda folder: (folder / "weights.npy").write_bytes(b""),
    "another file": lambda folder: (folder / "weights.npy").write_bytes(b"PK\x03\x04 no array"),
    "no file": lambda folder: (folder / "first.npy").unlink(),
    "a file cut short": cut,
    "fewer rows": reshape,
    "other weights": reverse,
    "other names": rename,
    "no names": lambda folder: (folder / "languages.json").write_bytes(b"[]"),
    "no JSON": lambda folder: (folder / "languages.json").write_bytes(b"\xff"),
}


def same(one: tables.Tables, other: tables.Tables) -> bool:
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in tables.ARRAYS)
    return arrays and (one.names, one.aliases) == (other.names, other.aliases)


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """How often the model was unpacked; the real one takes half a second and 100 MB."""
    times = list[int]()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def unpack() -> tables.Tables:
        times.append(1)
        return MADE

    monkeypatch.setattr(tables, "_unpacked", unpack)
    return times


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_spoilt_tables_are_made_anew(spoil: Callable[[Path], object], unpacked: list[int], tmp_path: Path) -> None:
    assert same(tables.load(), MADE) and same(tables.load(), MADE)
    assert len(unpacked) == 1  # the second time they stood there
    spoil(next(tmp_path.glob("copydesk/languages-*")))
    assert same(tables.load(), MADE) and same(tables.load(), MADE)
    assert len(unpacked) == 2


def test_a_folder_that_cannot_be_mended_is_done_without(unpacked: list[int], tmp_path: Path) -> None:
    tables.load()
    rows = next(tmp_path.glob("copydesk/languages-*/rows.npy"))
    rows.unlink()
    rows.mkdir()
    assert same(tables.load(), MADE)
