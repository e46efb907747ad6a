"""Marks of what is wrong with a text. Each rests on signs that hold for any source; none is a score of worth."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from copydesk.dataset.ingest.endings import breaks_off
from copydesk.dataset.ingest.synonyms import LEAST, known, puts_synonyms

SHORT = 60  #: words
_CUT = re.compile(r"(?:\.\.\.|…)[\"'”’)\]\s]*$|\[(?:\.\.\.|…|\+\d+ chars)\]\s*$")
_WHITE = b" \t\n\r\v\f\x1c\x1d\x1e\x1f"  #: of ASCII, as ``str.split`` has it
_ENDS = re.compile(r"[.!?:;\"'”’)\]]\s*$")
#: country codes of addresses that are English, or used by sites of anywhere
_SHARED = {
    "uk",
    "us",
    "au",
    "ca",
    "nz",
    "ie",
    "za",
    "in",
    "ng",
    "ke",
    "gh",
    "sg",
    "ph",
    "pk",
    "io",
    "ai",
    "co",
    "me",
    "tv",
}
#: what a synonym machine leaves behind and people hardly write; how strongly it speaks; in small letters, words one of
#: which it cannot be without: looking for these first spares most texts the patterns
_SPUN = [
    (re.compile(pattern, re.IGNORECASE), weight, frozenset(signs))
    for pattern, weight, signs in (
        (r"\{(?:dollars?|cents?|euros?|pounds?|levels?|miles?|\w{3,12})\}", 4, ("{",)),  # braces of its templates
        (r"\b\d+’s of\b", 3, ("’s of",)),  # thousands
        (
            r"\b(?:suppose tank|native (?:media|police|time)|toxic most cancers|financial savings by way of)\b",
            4,
            ("suppose tank", "native ", "toxic most", "financial savings"),
        ),
        (r"\b(?:is|are|was|were) likely one of the\b", 3, ("likely one of the",)),  # one of the
        (r"\ba lot of (?:whom|which|them)\b", 1, ("a lot of ",)),
        (
            r"\b(?:Chinese|English|French|Spanish|Japanese|Russian) language (?!is|was|and|or|in|as|to|of|the)\w+",
            1.5,
            (" language ",),
        ),
        (
            r"\bin accordance with (?!the|a|an|its|their|his|her|this|that|these|those|our|your|any|all|such)\w+",
            1.5,
            ("in accordance with ",),
        ),
        (r"\b(?:summer|winter) time,", 2, (" time,",)),
        (r"\bsocial gathering\b", 1.5, ("social gathering",)),
        (r"\bfolks\b", 0.5, ("folks",)),
        (r"\ba number of the (?:most|strongest|best|largest|biggest)\b", 1.5, ("a number of the ",)),
        (r"\b(?:a|per|one|this|final|last) yr\b|\byrs?\b", 1, ("yr",)),
        (
            r"\b(?:on-line|info outlet|by way of cellphone|cellphone calls|put up)\b",
            0.5,
            ("on-line", "info outlet", "cellphone", "put up"),
        ),
        (r"\bwhich can be (?:thought|considered|believed|recognized)\b", 2, ("which can be ",)),
        (r"[”\"] (?:stated|mentioned|knowledgeable)\b", 0.5, (" stated", " mentioned", " knowledgeable")),
        (
            r"\b(?:decided|recognized|dedicated) (?:suicide|to be|to eradicate)\b",
            0.5,
            ("decided ", "recognized ", "dedicated "),
        ),
        (
            r"\bit will not be\b.{0,30}\banymore\b|\bmight have change into\b|\bhas change into a\b",
            2,
            ("it will not be", "change into"),
        ),
        (
            r"\b(?:nationwide|native) (?:TV|tv|television|elections?|officers?|authorities)\b",
            0.5,
            ("nationwide ", "native "),
        ),
    )
]


def marks(text: str, signs: frozenset[str], read: str, rules: set[str], address: str | None = None) -> frozenset[str]:
    """The marks of an article's text.

    ``signs``: those of :func:`signs` and :func:`words` that it holds, ``read``: all that was read, ``rules``: what took
    some away, ``address``: the text's own.
    """
    found = {
        "short": len(text.split(None, SHORT)) < SHORT,
        "boilerplate-heavy": is_small_part(text, read),
        "truncated": is_cut(text, "read-more" in rules) or breaks_off(text),
        "spun": is_spun(text, signs) or (len(signs & known()) >= LEAST // 2 and puts_synonyms(text)),
        "translated": "translation-note" in rules or (address is not None and is_foreign(address, text)),
        "encoding-repaired": "control-character" in rules or "\ufffd" in text,
    }
    return frozenset(mark for mark, holds in found.items() if holds)


def is_small_part(text: str, whole: str) -> bool:
    """Whether most of what was read is not in the text."""
    if text == whole:  # as of most
        return False
    n_kept = n_letters(text)
    return n_kept < 0.6 * len(whole) and n_kept < 0.6 * n_letters(whole)


def n_letters(text: str) -> int:
    """The length of a text, white space aside."""
    if text.isascii():
        return len(text.encode().translate(None, _WHITE))
    return sum(map(len, text.split()))


def is_cut(text: str, leads_on: bool) -> bool:
    """Whether the text breaks off: in an ellipsis, or without a sentence's end where more is promised elsewhere."""
    last = text[-200:].rstrip()
    may_be = "..." in last or "…" in last or last.endswith("]")  # soon told, and no of most
    return (may_be and bool(_CUT.search(last))) or (leads_on and not _ENDS.search(last))


def is_spun(text: str, held: frozenset[str]) -> bool:
    """Whether a machine seems to have put synonyms for words: several kinds of its traces, dense enough."""
    asked = [(pattern, weight) for pattern, weight, signs in _SPUN if not signs.isdisjoint(held)]
    if len(asked) < 3:
        return False
    kinds = [weight * min(3, len(found)) for pattern, weight in asked if (found := pattern.findall(text))]
    return len(kinds) >= 3 and sum(kinds) >= 4 + len(text.split()) / 250


def is_foreign(address: str, text: str) -> bool:
    """Whether the words in an address are not the text's: a page's address keeps its first language's words.

    Only where the country of the address has another language than the text's common one, and only with enough words.
    """
    parts = urlsplit(address)
    country = (parts.hostname or "").rpartition(".")[2]
    if len(country) != 2 or country in _SHARED or not _looks_english(text):
        return False
    slug = max(parts.path.split("/"), key=len)
    words = [word for word in re.split(r"[^a-z]+", slug.lower()) if word]
    known = set(re.findall(r"[a-z]+", text.lower()))
    return len(words) >= 5 and sum(word in known for word in words) <= 0.4 * len(words)


def _looks_english(text: str) -> bool:
    words = text.lower().split()[:300]
    return bool(words) and sum(
        word in {"the", "of", "and", "to", "in", "a", "that", "is"} for word in words
    ) > 0.12 * len(words)


def signs() -> frozenset[str]:
    """What marks look for in a text: traces of synonym machines."""
    return frozenset().union(*(signs for _, _, signs in _SPUN))


def words() -> frozenset[str]:
    """The words that synonym machines put."""
    return known()
