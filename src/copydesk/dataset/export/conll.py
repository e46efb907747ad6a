"""CoNLL 2003: a token a line, its BIO tag in the last column.

``LAYER/SPLIT.conll`` for each layer of spans; of the articles only those that have gold in it. Columns: token, start
and end in the article's text, tag. A line of the text is a sequence; ``-DOCSTART-`` stands before each article, in the
order of ``index.tsv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from copydesk import files
from copydesk.dataset.export.marked import Marked
from copydesk.dataset.export.tokens import bio, tokens
from copydesk.labeling.layers import Layer

DOCUMENT = "-DOCSTART- -X- O O\n\n"


def write(articles: Iterable[Marked], layers: Sequence[Layer], to: Path) -> list[Path]:
    """One file per layer of spans and split."""
    found: dict[Path, list[str]] = defaultdict(list)
    for article in articles:
        for layer in layers:
            if layer.kind == "spans" and article.is_marked_in(layer.name):
                lines = found[to / layer.name / f"{article.split}.conll"]
                lines += [DOCUMENT, *_lines(article, layer)]
    for path, lines in found.items():
        files.write_text(path, "".join(lines))
    return sorted(found)


def _lines(article: Marked, layer: Layer) -> Iterator[str]:
    text, marks = article.text or "", article.marks_of(layer.name)
    cut = tokens(text, [mark.span for mark in marks])
    tags = bio(cut, [(mark.span, mark.label) for mark in marks])
    for n, (token, tag) in enumerate(zip(cut, tags, strict=True)):
        if n and "\n" in text[cut[n - 1].end : token.start] and not tag.startswith("I-"):
            yield "\n"
        yield f"{text[token.start : token.end]} {token.start} {token.end} {tag}\n"
    yield "\n"
