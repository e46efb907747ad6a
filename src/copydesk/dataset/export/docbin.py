"""spaCy: a ``DocBin`` per split.

``doc.spans[LAYER]`` holds a layer's gold spans, ``doc.ents`` those of the first layer with a label set; ``doc.cats``
has 1.0 for each gold choice and 0.0 for what was not chosen (``stance/T1/favor``). ``doc.user_data["copydesk"]`` holds
the article's id, how far each layer is decided, and what spaCy has no place for: attributes, links, evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from copydesk import files
from copydesk.dataset.export.marked import Mark, Marked
from copydesk.dataset.export.tokens import tokens
from copydesk.errors import CopydeskError
from copydesk.labeling.layers import Layer
from copydesk.spans import Span


def write(articles: Iterable[Marked], layers: Sequence[Layer], to: Path) -> list[Path]:
    """``SPLIT.spacy`` for each split. Raises CopydeskError without spaCy."""
    try:
        import spacy
        from spacy.tokens import DocBin
    except ImportError:
        raise CopydeskError("spaCy is not installed", "pip install 'copydesk[spacy]'") from None
    vocabulary = spacy.blank("xx").vocab
    found: dict[str, Any] = defaultdict(lambda: DocBin(store_user_data=True))
    for article in articles:
        found[article.split].add(_doc(vocabulary, article, layers))
    for split, docs in found.items():
        files.write_bytes(to / f"{split}.spacy", docs.to_bytes())
    return [to / f"{split}.spacy" for split in found]


def _doc(vocabulary: Any, article: Marked, layers: Sequence[Layer]) -> Any:
    from spacy.tokens import Doc, SpanGroup

    text = article.text or ""
    words, spaces = _words(text, tokens(text, [mark.span for mark in article.marks]))
    doc = Doc(vocabulary, words=words, spaces=spaces)
    assert doc.text == text
    for layer in layers:
        if layer.kind == "spans" and article.is_marked_in(layer.name):
            marks = article.marks_of(layer.name)
            spans: list[Any] = [doc.char_span(*_ends(mark), label=mark.label, span_id=mark.mark_id) for mark in marks]
            doc.spans[layer.name] = SpanGroup(doc, name=layer.name, spans=spans)
            if layer.labels and not doc.ents:
                doc.set_ents(spans)
    options = {layer.name: layer.labels for layer in layers}
    for verdict in article.verdicts:
        about = "/".join(filter(None, (verdict.layer, verdict.target)))
        doc.cats |= {f"{about}/{label}": float(label == verdict.label) for label in options[verdict.layer]}
    doc.user_data["copydesk"] = _aside(article)
    return doc


def _words(text: str, cut: Sequence[Span]) -> tuple[list[str], list[bool]]:
    """Words and whether a blank follows, as spaCy wants them; other white space is a word of its own."""
    ends = [*(token.start for token in cut), len(text)]
    before = text[: ends[0]]
    words, spaces = ([before], [False]) if before else ([], [])
    for token, next_start in zip(cut, ends[1:], strict=True):
        gap = text[token.end : next_start]
        words.append(text[token.start : token.end])
        spaces.append(gap.startswith(" "))
        if rest := gap.removeprefix(" "):
            words.append(rest)
            spaces.append(False)
    return words, spaces


def _ends(mark: Mark) -> tuple[int, int]:
    return mark.span.start, mark.span.end


def _aside(article: Marked) -> dict[str, Any]:
    return {
        "article_id": article.article_id,
        "layers": dict(article.standing),
        "marks": {
            mark.mark_id: dict(mark.attributes) | ({"linked": list(_pair(mark.linked))} if mark.linked else {})
            for mark in article.marks
            if mark.attributes or mark.linked
        },
        "evidence": {
            "/".join(filter(None, (verdict.layer, verdict.target))): list(_pair(verdict.evidence))
            for verdict in article.verdicts
            if verdict.evidence
        },
    }


def _pair(span: Span) -> tuple[int, int]:
    return span.start, span.end
