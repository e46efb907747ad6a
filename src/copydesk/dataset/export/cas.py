"""UIMA CAS, through ``dkpro-cassis``: ``SPLIT/ARTICLE.xmi`` and one ``TypeSystem.xml``.

A layer of spans is a type ``copydesk.LAYER`` with features ``label``, ``span_id``, its attributes and its linked span;
a choice is a type with ``target``, ``label`` and whether it is evidence: it stands on its evidence, else on the whole
text. In memory offsets are code points; in the file, as everywhere in UIMA, UTF-16 units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from copydesk import files
from copydesk.dataset.export.marked import Marked
from copydesk.errors import CopydeskError
from copydesk.labeling.layers import Layer
from copydesk.spans import Span

ANNOTATION, STRING, BOOLEAN = "uima.tcas.Annotation", "uima.cas.String", "uima.cas.Boolean"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML 1.0 cannot hold


def write(articles: Iterable[Marked], layers: Sequence[Layer], to: Path) -> list[Path]:
    """One CAS per article. Raises CopydeskError without dkpro-cassis, and for a text that XML cannot hold."""
    try:
        from cassis import Cas
    except ImportError:
        raise CopydeskError("dkpro-cassis is not installed", "pip install 'copydesk[cas]'") from None
    types = _types(layers)
    files.write_text(to / "TypeSystem.xml", types.to_xml())
    made = [to / "TypeSystem.xml"]
    for article in articles:
        text = article.text or ""
        if _NO_XML.search(text):
            raise CopydeskError(f"{article.article_id} has control characters, which XML cannot hold")
        cas = Cas(types, sofa_string=text, sofa_mime="text/plain", document_language=article.language)
        _fill(cas, article, layers)
        made.append(to / article.split / f"{article.article_id}.xmi")
        files.write_text(made[-1], cas.to_xmi())
    return made


def _types(layers: Sequence[Layer]) -> Any:
    from cassis import TypeSystem

    types = TypeSystem()
    for layer in layers:
        made = types.create_type(_type(layer.name), supertypeName=ANNOTATION)
        types.create_feature(made, "label", STRING)
        if layer.kind == "choice":
            types.create_feature(made, "target", STRING)
            types.create_feature(made, "is_evidence", BOOLEAN)
            continue
        types.create_feature(made, "span_id", STRING)
        for attribute in layer.attributes:
            types.create_feature(made, attribute.name, STRING)
        if layer.linked:
            other = types.create_type(_type(f"{layer.name}_{layer.linked}"), supertypeName=ANNOTATION)
            types.create_feature(made, layer.linked, other)
    return types


def _fill(cas: Any, article: Marked, layers: Sequence[Layer]) -> None:
    linked = {layer.name: layer.linked for layer in layers}
    shared: dict[tuple[str, Span], Any] = {}
    for mark in article.marks:
        features: dict[str, Any] = {"label": mark.label, "span_id": mark.mark_id, **dict(mark.attributes)}
        if mark.linked:
            kind = f"{mark.layer}_{linked[mark.layer]}"
            if (kind, mark.linked) not in shared:
                shared[kind, mark.linked] = _add(cas, kind, mark.linked)
            features[str(linked[mark.layer])] = shared[kind, mark.linked]
        _add(cas, mark.layer, mark.span, **features)
    for verdict in article.verdicts:
        span = verdict.evidence or Span(0, len(article.text or ""))
        given = {"label": verdict.label, "target": verdict.target, "is_evidence": verdict.evidence is not None}
        _add(cas, verdict.layer, span, **given)


def _add(cas: Any, kind: str, span: Span, **features: Any) -> Any:
    made = cas.typesystem.get_type(_type(kind))(begin=span.start, end=span.end, **features)
    cas.add(made)
    return made


def _type(name: str) -> str:
    return f"copydesk.{name}"
