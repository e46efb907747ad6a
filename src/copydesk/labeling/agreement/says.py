"""What a figure means for the work, in one sentence.

The borders .8 and .667 are Krippendorff's (2004): reliable, and good for tentative conclusions only.
"""

from __future__ import annotations

RELIABLE, TENTATIVE = 0.8, 0.667


def alpha(value: float, low: float | None = None, high: float | None = None) -> str:
    """Of a chance-corrected coefficient, and whether its interval leaves that open."""
    if low is None or high is None or len({_alpha(low), _alpha(value), _alpha(high)}) == 1:
        return _alpha(value)
    return f"{_alpha(value)} The interval reaches over a border: more articles may say otherwise."


def _alpha(value: float) -> str:
    if value >= RELIABLE:
        return "Reliable: the labels hold whoever gives them; train and compare on them."
    if value >= TENTATIVE:
        return "Good for tentative conclusions only: adjudicate before training, and look at what is confused most."
    if value > 0:
        return "Too low to rely on: sharpen the guideline and train the annotators before labelling more."
    return "No better than chance: the question is not understood the same way; rewrite it before labelling more."


def ordinal(value: float, low: float | None = None, high: float | None = None) -> str:
    return f"{alpha(value, low, high)} Near misses count for less here, and answers off the scale not at all."


def strict(value: float, *_: float | None) -> str:
    return f"Of 100 spans that one annotator marks, another marks {_in_100(value)} with the same range and label."


def overlap(value: float, *_: float | None) -> str:
    return (
        f"Of 100 spans that one annotator marks, another marks {_in_100(value)} at the same place with the same label; "
        "what this lies above the strict figure is about boundaries only."
    )


def match(value: float, *_: float | None) -> str:
    return (
        f"Of 100 spans that one annotator marks, another marks {_in_100(value)} nearly alike (IoU at least .5); "
        "the rest were seen by one of them only."
    )


def linked(value: float, *_: float | None) -> str:
    return f"Where both mark the same span, {_in_100(value)} of 100 links point to nearly the same words."


def _in_100(value: float) -> int:
    return round(100 * value)


SPANS = {"span_f1_strict": strict, "span_f1_overlap": overlap, "match_f1": match, "linked_f1": linked}
