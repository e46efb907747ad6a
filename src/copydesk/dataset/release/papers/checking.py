"""Holds the papers of a release against its data: each is written once more and compared.

In:  a release folder and the facts read from it.
Out: issues, one per document that says something else than the data, with the place of the first difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice, zip_longest
from pathlib import Path

from copydesk import __version__
from copydesk.dataset.release import leaks, personal
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts
from copydesk.dataset.release.papers.writing import documents
from copydesk.issues import Issue

BEFORE, WINDOW = 40, 120  #: bytes of a differing line that a message shows
_PASSAGE = re.compile(rb"<!-- computed:([a-z_]+) -->\n(.*?)\n<!-- /computed -->", re.DOTALL)

Difference = tuple[str, bytes, bytes]  #: place, what the document says, what the data gives


def check(folder: Path, facts: ReleaseFacts, expected: Mapping[str, bytes] | None = None) -> list[Issue]:
    """Where documents in ``folder`` differ from what its data gives: an issue each, at the first such place.

    Another version of Copydesk may word or draw things otherwise: then only passages between ``computed`` marks that
    both have are compared, and a warning says so.
    """
    maker = facts.tools.get("copydesk", "an unknown version")
    compare = _lines if maker == __version__ else _passages
    found = [
        issue
        for path, data in (expected or documents(facts)).items()
        for issue in _held_against(folder, path, data, compare)
    ]
    if maker != __version__:
        message = f"was written by Copydesk {maker}, this is {__version__}: passages are compared, not every byte"
        hint = f"install Copydesk {maker} to compare every byte"
        found.append(Issue("paper-other-version", "README.md", message, hint=hint, severity="warning"))
    return found


def check_scan(facts: ReleaseFacts, scan: personal.Scan) -> Iterator[Issue]:
    """Whether the articles hold the personal data that the manifest counts, where all their words are here."""
    stated, counted = facts.scans["personal"], scan.counts()
    for kind in sorted(counted):
        if stated.get(kind) != counted[kind]:
            message = f"counts {stated.get(kind)} for {kind}, but the articles give {counted[kind]}"
            yield Issue("scan-differs", MANIFEST, message, f"$.scans.personal.{kind}", "make the release again")


def check_leaks(facts: ReleaseFacts, suspects: Collection[int]) -> Iterator[Issue]:
    """Whether splits share as many long sentences as the manifest says, where all words are here.

    suspects: sentences that may stand in two of them.
    """
    stated = facts.scans.get("leaks")
    if stated is None or stated.get("least") != leaks.LEAST:
        return
    splits = {row["article_id"]: row["split"] for row in facts.rows("articles", columns=["article_id", "split"])}
    texts = facts.rows("articles", columns=["article_id", "text"])
    counted = leaks.counts(leaks.find(texts, splits, [], suspects))
    if stated != counted:
        message = f"counts {stated} for sentences in several splits, but the articles give {counted}"
        yield Issue("scan-differs", MANIFEST, message, "$.scans.leaks", "make the release again")


def _held_against(
    folder: Path, path: str, expected: bytes, compare: Callable[[bytes, bytes], Iterator[Difference]]
) -> Iterator[Issue]:
    document = folder / path
    if not document.is_file():
        yield Issue("paper-missing", path, "is not there", hint="make the release again")
        return
    for place, said, counted in islice(compare(document.read_bytes(), expected), 1):
        same = next(
            (n for n, (a, b) in enumerate(zip(said, counted, strict=False)) if a != b), min(len(said), len(counted))
        )
        start = max(0, same - BEFORE)
        message = f"says {_shown(said, start)}, but the data gives {_shown(counted, start)}"
        hint = "the document was edited; make the release again"
        yield Issue("paper-differs", f"{path}{place}", message, hint=hint)


def _lines(written: bytes, expected: bytes) -> Iterator[Difference]:
    pairs = zip_longest(written.split(b"\n"), expected.split(b"\n"), fillvalue=b"")
    for number, (said, counted) in enumerate(pairs, 1):
        if said != counted:
            yield f":{number}", said, counted


def _passages(written: bytes, expected: bytes) -> Iterator[Difference]:
    said: dict[bytes, bytes] = dict(_PASSAGE.findall(written))
    for name, counted in _PASSAGE.findall(expected):
        for line, was, is_ in _lines(said.get(name, counted), counted):
            yield f" computed:{name.decode()}{line}", was, is_


def _shown(line: bytes, start: int) -> str:
    """A window of a line, which may be a whole page of data, from a little before the difference."""
    window = line[start : start + WINDOW].decode(errors="replace")
    return repr(("…" if start else "") + window + ("…" if start + WINDOW < len(line) else ""))
