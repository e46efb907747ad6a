"""The labelling page of a layer: which controls it must have, whether it has them, and a page to start from.

In:  a :class:`~copydesk.labeling.layers.Layer`; its ``config.xml`` where there is one.
Out: ``controls``, what answers are read from; ``check``, where page and layer differ; ``starter``, a page for a
layer that has none.

The names are fixed, so that answers can be read without the page: the text is ``text``; what spans or the article are
labelled with is ``label``; a span's attributes go by their own names; a choice's evidence is ``evidence``.
"""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.labeling.layers import Layer

TEXT = "text"
LABEL = "label"
EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the page that answers are read from."""

    name: str
    tag: str  #: Labels (marks spans) | Choices (answers a question)
    labels: tuple[str, ...]
    per_region: bool = False  #: asked of each span
    required: bool = False  #: the page must not submit without it

    @property
    def kind(self) -> str:
        """What Label Studio calls its answers: ``labels`` or ``choices``."""
        return self.tag.lower()


def controls(layer: Layer) -> tuple[Control, ...]:
    """What the page of ``layer`` asks, in order."""
    if layer.kind == "choice":
        evidence = (Control(EVIDENCE, "Labels", (EVIDENCE.upper(),)),) if layer.evidence else ()
        return (Control(LABEL, "Choices", layer.labels, required=True), *evidence)
    marks = layer.labels or (layer.span_name,)
    if linked := linked_label(layer):
        marks = (*marks, linked)
    asked = (Control(each.name, "Choices", each.labels, True, True) for each in layer.attributes)
    return (Control(LABEL, "Labels", marks), *asked)


def linked_label(layer: Layer) -> str | None:
    """The label of spans that others are linked to (claims: CLAIMANT)."""
    return layer.linked.upper() if layer.linked else None
