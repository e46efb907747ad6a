"""Who says what: claims of the form “…,” said X; X said that …; according to X, …, by rule.

In:  an English text.
Out: spans of a claims layer: what somebody is said to say, ``direct`` in quotation marks or else ``indirect``, with the
     claimant. Other questions are left open for the annotator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

VERSION = "1"
LONGEST = 1000  #: code points of a sentence; what is longer is none, such as a table

_SAY = r"(?:said|says|say|stated|states|wrote|told\s+\w+|claimed|claims|argued|argues|warned|added)"
_REPORT = r"(?:announced|reports?|reported|indicates?|shows?|showed|notes?|noted|points?\s+out|believes?|explained)"
_WORD = r"[\w’'&.-]+"
_NAME = rf"[A-Z]{_WORD}(?:\s+(?:(?:of|for|the|and)\s+)*[A-Z]{_WORD})*"  # Bank of Norway
_KNOWN = "police|officials?|experts?|authorities|spokes\\w+|analysts?|researchers?|media|reports?|statistics|critics"
_PLAIN = rf"(?:[Tt]he|[Aa]n?|[Ss]ome|[Ll]ocal)\s+(?:{_WORD}\s+){{0,2}}{_WORD}|(?i:{_KNOWN})"
_WHO = rf"(?P<who>(?:[Tt]he\s+)?{_NAME}(?:\s+(?i:{_KNOWN}))?|{_PLAIN})"
_QUOTE = r"[“\"](?P<quote>[^“”\"]{3,}?)[,.!?…]*[”\"]"
_CLAUSE = r"(?P<clause>[^“”\"]{12,}?)"
_WHEN = r"(?:\s+(?:on|in|at)\s+[^,]{1,40}?)?"  # said on Monday
_END = r"[.!?]?\s*$"

#: A sentence, or the last part of one, in the order in which they are tried; a match is a claim.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_QUOTE}\s*,?\s*{_SAY}\s+{_WHO}(?=[\s,.:]|$)",
        rf"{_QUOTE}\s*,?\s*{_WHO}\s+{_SAY}\b",
        rf"{_WHO}\s+{_SAY}\s*[:,]\s*{_QUOTE}",
        rf"[Aa]ccording\s+to\s+{_WHO}(?:[’']s?\s[^,]*)?,\s+{_CLAUSE}{_END}",
        rf"^{_CLAUSE},\s+according\s+to\s+{_WHO}(?=[,.]|\s*$)",
        rf"^{_CLAUSE},\s+{_SAY}\s+{_WHO}(?=[,.]|\s*$)",
        rf"^{_CLAUSE},\s+{_WHO}\s+{_SAY}{_WHEN}{_END}",
        rf"(?:^|,\s+|\b(?:when|but|and|while)\s+){_WHO}\s+(?:{_SAY}|{_REPORT})\s+that\s+{_CLAUSE}{_END}",
        rf"(?:^|,\s+){_WHO}\s+{_SAY}\s+{_CLAUSE}{_END}",
    )
)
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|St|No)\.)(?<!\b(?:Mrs|Jan|Feb|Aug|Sep|Oct|Nov|Dec|Gov|Sen|Rep|Gen)\.)"
    r"\s+|\n+"
)
_NOBODY = re.compile(
    r"(?:he|she|it|they|we|I|you|this|that|those|these|there|who|which|what|nobody|some(?:one|body)|everyone|one)\b",
    re.I,
)
_BEGIN = re.compile(r"[\w“\"]")


def find(text: str) -> Iterator[dict[str, Any]]:
    """One claim at most of each sentence."""
    after = 0
    for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
        begin = _BEGIN.search(text, after, end)
        start, after = begin.start() if begin else end, end
        found = _claim(text[start:end].rstrip()) if end - start <= LONGEST else None
        if found:
            (a, b), (c, d), attribution = found
            claimant = {"start": start + c, "end": start + d}
            yield {"start": start + a, "end": start + b, "attribution": attribution, "claimant": claimant}


find.version = VERSION  # type: ignore[attr-defined]


def _claim(sentence: str) -> tuple[tuple[int, int], tuple[int, int], str] | None:
    """Range of the claim, range of the claimant, attribution."""
    for pattern in _PATTERNS:
        match = pattern.search(sentence)
        if match and not _NOBODY.match(match["who"]):
            quoted = "quote" in pattern.groupindex
            return match.span("quote" if quoted else "clause"), _name(match), "direct" if quoted else "indirect"
    return None


def _name(match: re.Match[str]) -> tuple[int, int]:
    """The claimant without an article before it or a possessive after it."""
    start, end = match.span("who")
    words = match["who"]
    start += len(words) - len(re.sub(r"^(?:The|the|A|a|An|an)\s+", "", words))
    end -= len(words) - len(re.sub(r"[’']s?$|\.$", "", words))
    return start, end
