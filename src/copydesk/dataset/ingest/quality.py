"""Marks of what is wrong with a text. Each rests on signs that hold for any source; none is a score of worth."""

from __future__ import annotations

import re

SHORT = 60  #: words
_CUT = re.compile(r"(?:\.\.\.|…)[\"'”’)\]\s]*$|\[(?:\.\.\.|…|\+\d+ chars)\]\s*$")
_ENDS = re.compile(r"[.!?:;\"'”’)\]]\s*$")
#: what a synonym machine leaves behind and people hardly write, and how strongly it speaks
_SPUN = [
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (r"\{(?:dollars?|cents?|euros?|pounds?|levels?|miles?|\w{3,12})\}", 4),  # braces of its templates
        (r"\b\d+’s of\b", 3),  # thousands
        (
            r"\b(?:suppose tank|native (?:media|police|time)|toxic most cancers|financial savings by way of)\b",
            4,
        ),
        (r"\b(?:is|are|was|were) likely one of the\b", 3),  # one of the
        (r"\ba lot of (?:whom|which|them)\b", 1),
        (
            r"\b(?:Chinese|English|French|Spanish|Japanese|Russian) language (?!is|was|and|or|in|as|to|of|the)\w+",
            1.5,
        ),
        (r"\bin accordance with (?!the|a|an|its|their|his|her|this|that|these|those|our|your|any|all|such)\w+", 1.5),
        (r"\b(?:summer|winter) time,", 2),
        (r"\bsocial gathering\b", 1.5),
        (r"\bfolks\b", 0.5),
        (r"\ba number of the (?:most|strongest|best|largest|biggest)\b", 1.5),
        (r"\b(?:a|per|one|this|final|last) yr\b|\byrs?\b", 1),
        (r"\b(?:on-line|info outlet|by way of cellphone|cellphone calls|put up)\b", 0.5),
        (r"\bwhich can be (?:thought|considered|believed|recognized)\b", 2),
        (r"[”\"] (?:stated|mentioned|knowledgeable)\b", 0.5),
        (r"\b(?:decided|recognized|dedicated) (?:suicide|to be|to eradicate)\b", 0.5),
        (r"\bit will not be\b.{0,30}\banymore\b|\bmight have change into\b|\bhas change into a\b", 2),
        (r"\b(?:nationwide|native) (?:TV|tv|television|elections?|officers?|authorities)\b", 0.5),
    )
]


def marks(text: str, n_read: int, rules: set[str]) -> frozenset[str]:
    """The marks of an article's text; ``n_read`` counts the letters read, ``rules`` names what took some away."""
    n_kept = sum(not letter.isspace() for letter in text)
    found = {
        "short": len(text.split()) < SHORT,
        "boilerplate-heavy": n_kept < 0.6 * n_read,
        "truncated": is_cut(text, "read-more" in rules),
        "spun": is_spun(text),
        "encoding-repaired": "control-character" in rules or "\ufffd" in text,
    }
    return frozenset(mark for mark, holds in found.items() if holds)


def is_cut(text: str, leads_on: bool) -> bool:
    """Whether the text breaks off: in an ellipsis, or without a sentence's end where more is promised elsewhere."""
    last = text[-200:].rstrip()
    return bool(_CUT.search(last)) or (leads_on and not _ENDS.search(last))


def is_spun(text: str) -> bool:
    """Whether a machine seems to have put synonyms for words: several kinds of its traces, dense enough."""
    kinds = [weight * min(3, len(found)) for pattern, weight in _SPUN if (found := pattern.findall(text))]
    return len(kinds) >= 3 and sum(kinds) >= 4 + len(text.split()) / 250
