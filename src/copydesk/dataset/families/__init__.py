"""Which article derives from which: links with evidence, and families.

In:  article records.
Out: ``link`` gives link records, ``group`` families, ``settle`` those of a whole corpus; ``PeoplesWord`` is what people
     decided in dataset/families.toml.
"""

from __future__ import annotations

from copydesk.dataset.families.grouping import Grouping, Merged, Refused, group
from copydesk.dataset.families.homes import Homes, settle
from copydesk.dataset.families.links import link
from copydesk.dataset.families.people import PeoplesWord
from copydesk.dataset.families.showing import render_families, render_pair, render_review, review, show_links

__all__ = [
    "Grouping",
    "Homes",
    "Merged",
    "PeoplesWord",
    "Refused",
    "group",
    "link",
    "render_families",
    "render_pair",
    "render_review",
    "review",
    "settle",
    "show_links",
]
