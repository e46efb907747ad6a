"""The page on which an adjudicator decides: the layer's own, with what the answers disagree on, and questions.

In:  a layer; a ``result`` that came back.
Out: ``page``, Label Studio XML; ``judgement``, what was said besides the answer. Both know the controls by fixed names,
     which begin so that no attribute of a layer has one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from copydesk.issues import Issue
from copydesk.labeling.layers import Layer
from copydesk.labeling.page import TEXT
from copydesk.labeling.regions import brief

NOTE = "note"  #: the task's field that says what the answers disagree on

#: A long list of disagreements scrolls on its own: the article stays in view.
NOTE_BOX = (
    "max-height: 9rem; overflow-y: auto; margin-bottom: .75rem; padding: 0 .75rem; border-left: 3px solid #e36414"
)
NOTE_TEXT = "white-space: pre-line; font-size: .875rem; font-weight: 400; margin: 0"

CONFIDENCE, ERROR, GUIDELINE = "review_confidence", "review_error", "review_guideline"
UNCLEAR = "unclear"

#: Control → what it asks, and its options with what each means. None has to be answered.
QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {
    CONFIDENCE: (
        "How sure are you?",
        {"low": "it could go either way", "medium": "probably so", "high": "anyone would say so"},
    ),
    ERROR: (
        "What went wrong?",
        {
            "overlooked": "somebody did not see it",
            "boundaries": "only where it begins or ends",
            "misread": "the text was misunderstood",
            "guideline": "the guideline was not followed",
            "ambiguous": "the text allows both",
        },
    ),
    GUIDELINE: ("Is the guideline clear here?", {UNCLEAR: "its author should look at this case"}),
}


def page(layer: Layer) -> str:
    """The layer's page with the disagreement above it and the questions below."""
    root = ElementTree.fromstring(layer.config)
    above = Element("View", style=NOTE_BOX)
    SubElement(above, "Header", value=f"${NOTE}", size="6", style=NOTE_TEXT)
    below = Element("View", style="margin-top: 1rem; border-top: 1px solid var(--color-neutral-border, #ddd)")
    for name, (asked, options) in QUESTIONS.items():
        row = SubElement(below, "View", style="display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem")
        SubElement(row, "Header", value=asked, size="6")
        choices = SubElement(row, "Choices", name=name, toName=TEXT, choice="single", showInline="true")
        for option, hint in options.items():
            SubElement(choices, "Choice", value=option, hint=hint)
    root.insert(0, above)
    root.append(below)
    return ElementTree.tostring(root, encoding="unicode")


def judgement(layer: Layer, result: object) -> tuple[dict[str, Any] | None, list[Issue]]:
    """What the adjudicator said besides the answer; None when nothing was said.

    ``result`` may be anything a server could return.
    """
    said: dict[str, str] = {}
    issues = []
    for place, item in enumerate(result if isinstance(result, list) else ()):
        name = item.get("from_name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name not in QUESTIONS:
            continue
        option, offered = _option(item.get("value")), QUESTIONS[name][1]
        if not isinstance(option, str) or option not in offered or said.get(name, option) != option:
            message = f"{name!r} takes one of {', '.join(offered)}, not {brief(option)}"
            issues.append(Issue("unknown-label", layer.name, message, f"$.result[{place}].value"))
        else:
            said[name] = option
    if not said:
        return None, issues
    told = {"confidence": said.get(CONFIDENCE), "error": said.get(ERROR), "unclear_guideline": GUIDELINE in said}
    return told, issues


def _option(value: object) -> object:
    """The one choice of an item; what is none is given back as it is, for the message."""
    chosen = value.get("choices") if isinstance(value, dict) else value
    return chosen[0] if isinstance(chosen, Sequence) and not isinstance(chosen, str) and len(chosen) == 1 else chosen
