"""Bring the rows of an article over to a reader's near copy of its text.

In:  the rows of an article whose words are withheld, the copy, and where the passages of the text stand in it.
Out: rows over the copy. A span moves only when every passage that it touches came through, by digest, so that its words
     are known to be the same; what cannot be placed is left out and counted. Gold is decided anew from the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from copydesk.dataset.release.copies import Near
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.passages import Moves
from copydesk.dataset.release.verify.gold import decided
from copydesk.dataset.release.verify.walk import Bundle
from copydesk.files import canonical
from copydesk.spans import quoted

Row = dict[str, Any]
#: Of a near copy: what follows from its text and its file; all else is as released.
OF_THE_COPY = ("title", "text", "text_sha256", "n_chars", "dateline")


@dataclass
class Moved:
    """The rows of one article over its copy."""

    rows: dict[str, list[Row]]
    spans: int = 0  #: of answers: placed
    lost: int = 0  #: of answers: not placed


def bring_over(bundle: Bundle, near: Near, facts: ReleaseFacts) -> Moved:
    """Every row of ``bundle`` but its links, over the reader's copy."""
    assert bundle.article is not None  # a verified release has no other bundles
    article = bundle.article | {key: near.copy[key] for key in OF_THE_COPY}
    article["provenance"] = near.copy["provenance"]
    given = [(row, orjson.loads(row["value"] or b"null")) for row in bundle.rows.get("annotations", ())]
    mover = _Mover(near.moves, near.copy["text"])
    answers = [row | {"text_sha256": article["text_sha256"], "value": mover.answer(value)} for row, value in given]
    rows: dict[str, list[Row]] = {}
    for layer in facts.layers if bundle.split not in facts.withheld else ():
        rows[layer.name], status = decided(layer, article, answers, facts.redundancy)
        article["layers"] = {**article["layers"], layer.name: status}
    rows["annotations"] = [row | {"value": row["value"] and canonical(row["value"]).decode()} for row in answers]
    return Moved(rows | {"articles": [article]}, mover.spans, mover.lost)


def bring_link_over(link: Row, near: Mapping[str, Near]) -> Row:
    """A link whose passages stand where they are in the copies; those that cannot be placed are left out."""
    evidence = []
    for pair in link["evidence"]:
        moved = dict(pair)
        for end in ("a", "b"):
            if link[end] in near:
                step = near[link[end]].moves.step(pair[f"{end}_start"], pair[f"{end}_end"])
                moved |= {
                    f"{end}_{side}": None if step is None else pair[f"{end}_{side}"] + step for side in ("start", "end")
                }
        if None not in moved.values():
            evidence.append(moved)
    return link | {"evidence": evidence}


@dataclass
class _Mover:
    """Moves the spans of answers, and counts them."""

    moves: Moves
    text: str
    spans: int = 0
    lost: int = 0

    def answer(self, value: Row | None) -> Row | None:
        """An answer without the spans that were lost; a linked or evidence span that was lost is null."""
        if value is None:
            return None
        if "spans" not in value:
            return value | {"evidence": self._placed(value["evidence"])}
        placed = [moved for span in value["spans"] if (moved := self._placed(span))]
        return value | {"spans": sorted(placed, key=lambda span: (span["start"], span["end"]))}

    def _placed(self, span: Row | None) -> Row | None:
        if span is None:
            return None
        step = self.moves.step(span["start"], span["end"])
        if step is None:
            self.lost += 1
            return None
        self.spans += 1
        inner = {key: self._placed(part) for key, part in span.items() if isinstance(part, dict) and "start" in part}
        return span | inner | quoted(self.text, span["start"] + step, span["end"] + step)
