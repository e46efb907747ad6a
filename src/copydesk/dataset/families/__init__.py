"""Which article derives from which: links with evidence, and families.

In:  article records.
Out: ``link`` gives link records, ``group`` families. Of a whole corpus ``find`` gives pairs, ``settle`` families, and
     ``records`` the links; ``PeoplesWord`` is what people decided in dataset/families.toml.
"""

from __future__ import annotations

from copydesk.dataset.families.grouping import Grouping, Merged, Refused, group
from copydesk.dataset.families.homes import Homes, settle
from copydesk.dataset.families.links import Found, find, link, records
from copydesk.dataset.families.people import PeoplesWord
from copydesk.dataset.families.showing import render_families, render_pair, render_review, review, show_links
from copydesk.dataset.families.since import since

__all__ = [
    "Found",
    "Grouping",
    "Homes",
    "Merged",
    "PeoplesWord",
    "Refused",
    "find",
    "group",
    "link",
    "records",
    "render_families",
    "render_pair",
    "render_review",
    "review",
    "settle",
    "show_links",
    "since",
]
