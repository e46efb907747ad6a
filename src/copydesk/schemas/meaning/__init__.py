"""What a schema cannot say: that records agree with their texts, their layer and each other.

Pure functions of records whose shape is right; ``validate``, ``pull`` (door 2) and ``release`` (door 3) call the same.
Each takes a ``where`` for its issues; without one the record's own id stands there.
"""

from __future__ import annotations

from copydesk.schemas.meaning.answers import check_annotation, check_annotator
from copydesk.schemas.meaning.articles import check_article
from copydesk.schemas.meaning.links import check_family, check_link
from copydesk.schemas.meaning.rows import check_row
from copydesk.schemas.meaning.units import check_dispute, check_gold, check_units

__all__ = [
    "check_annotation",
    "check_annotator",
    "check_article",
    "check_dispute",
    "check_family",
    "check_gold",
    "check_link",
    "check_row",
    "check_units",
]
