"""Bring a release into formats that other tools read.

In:  a release folder, a format, an empty folder.
Out: files of that format, and ``index.tsv``: which article stands where, and how far each of its layers is decided.

A further format is a module with ``write(marked, layers, to)`` and a line in ``FORMATS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path

from copydesk import files
from copydesk.dataset.export.marked import Marked, read
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.errors import CopydeskError
from copydesk.labeling.layers import Layer

__all__ = ["FORMATS", "Occupied", "UnknownFormat", "WordsWithheld", "export"]

Write = Callable[[Iterable[Marked], Sequence[Layer], Path], list[Path]]

#: Format → the module that writes it; what it needs is imported only then.
FORMATS = {"conll": "conll", "spacy": "docbin", "brat": "brat", "cas": "cas", "json-ld": "web_annotation"}
WITHOUT_WORDS = ("json-ld",)  #: points into texts by offset, so it can do without them


class UnknownFormat(CopydeskError):
    """There is no such format."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no format {name!r}", f"one of: {', '.join(FORMATS)}")


class Occupied(CopydeskError):
    """The folder for the files holds something already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder} is not an empty folder", "name a new or empty folder")


class WordsWithheld(CopydeskError):
    """A public release lacks the texts that the format consists of."""

    def __init__(self, article_id: str, name: str) -> None:
        self.article_id = article_id
        hint = f"put the texts back with `copydesk hydrate`, or use --format {' or '.join(WITHOUT_WORDS)}"
        super().__init__(f"the text of {article_id} is withheld, and {name} needs it", hint)


def export(folder: Path, format: str, to: Path) -> list[Path]:  # noqa: A002 -- the option's name
    """Write the release in ``folder`` as ``format`` into ``to``; the files made.

    Raises: NotARelease, UnknownFormat, Occupied, WordsWithheld; CopydeskError, when the format's library is missing.
    """
    if format not in FORMATS:
        raise UnknownFormat(format)
    facts = ReleaseFacts.read(folder)
    if to.is_file() or (to.is_dir() and any(to.iterdir())):
        raise Occupied(to)
    articles = list(read(facts))
    for article in articles:
        if article.text is None and format not in WITHOUT_WORDS:
            raise WordsWithheld(article.article_id, format)
    write: Write = import_module(f"{__name__}.{FORMATS[format]}").write
    made = write(articles, facts.layers, to)
    files.write_text(to / "index.tsv", _index(articles, facts.layers))
    return [*made, to / "index.tsv"]


def _index(articles: Iterable[Marked], layers: Sequence[Layer]) -> str:
    names = [layer.name for layer in layers]
    rows = [["split", "article_id", *names]]
    rows += [[each.split, each.article_id, *(each.standing[name] for name in names)] for each in articles]
    return "".join("\t".join(row) + "\n" for row in rows)
