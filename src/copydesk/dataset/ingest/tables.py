"""The tables of the language model, unpacked once on a machine and shared by all processes that read.

In:  py3langid's model, packed.
Out: its arrays, as files in the user's cache folder, which processes map and the system holds once. What is not as it
     was made is made anew: each process compares digests, in a fraction of what unpacking takes. Where that folder
     cannot be written to, each process unpacks the model for itself, which takes it half a second and 100 MB.
"""

from __future__ import annotations

import io
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import platformdirs
import xxhash

from copydesk import files
from copydesk.errors import OutsideError

Array = npt.NDArray[Any]
FORM = 2  #: of the files


class Tables(NamedTuple):
    """What the automaton and the scores of languages rest on."""

    after: Array  #: the next state, by row and byte
    rows: Array  #: where the row of each state starts in it
    grams: Array  #: the n-gram that is found in each state; -1: none
    weights: Array  #: of each n-gram for each language
    first: Array  #: what each language has without any
    names: list[str]  #: of languages
    aliases: list[tuple[int, int]]  #: languages of which the second counts as the first


ARRAYS = ("after", "rows", "grams", "weights", "first")  #: each a file


def load() -> Tables:
    """The tables, from the cache folder if they stand there."""
    folder = Path(platformdirs.user_cache_dir("copydesk")) / f"languages-{version('py3langid')}-{FORM}"
    if kept := _kept(folder):
        return kept
    made = _unpacked()
    with suppress(OutsideError):
        _keep(made, folder)
        return _kept(folder) or made
    return made


def _unpacked() -> Tables:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return Tables(
        after=np.frombuffer(model.tk_nextmove, np.uint32).view(np.int32),
        rows=np.asarray(model.tk_row, np.int32) << 8,
        grams=np.asarray(model.tk_output, np.int32),
        weights=np.asarray(model.nb_ptc, np.float32),
        first=np.asarray(model.nb_pc),
        names=list(model.nb_classes),
        aliases=[(int(name), int(other)) for name, other in model._alias_pairs],
    )


def _kept(folder: Path) -> Tables | None:
    """The tables in ``folder``; None where they do not stand there as they were made, whatever befell them."""
    try:
        told = files.read_json(folder / "languages.json")
        arrays: dict[str, Any] = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ARRAYS}
        kept = Tables(**arrays, names=told["names"], aliases=[(name, other) for name, other in told["aliases"]])
        return kept if told == _told(kept) else None
    except Exception:  # a spoilt file may raise anything
        return None


def _keep(made: Tables, folder: Path) -> None:
    for name in ARRAYS:
        data = io.BytesIO()
        np.save(data, getattr(made, name))
        files.write_bytes(folder / f"{name}.npy", data.getvalue())
    files.write_json(folder / "languages.json", _told(made))


def _told(tables: Tables) -> dict[str, Any]:
    """What is kept beside the arrays: what languages there are, and what tells whether all is as it was made."""
    arrays = {name: _mark(getattr(tables, name)) for name in ARRAYS}
    told = {"names": tables.names, "aliases": [list(pair) for pair in tables.aliases], "arrays": arrays}
    return {**told, "digest": files.digest(told)}


def _mark(array: Array) -> list[Any]:
    return [array.dtype.str, list(array.shape), xxhash.xxh3_128_hexdigest(np.ascontiguousarray(array).data)]
