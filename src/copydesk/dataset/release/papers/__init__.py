"""The papers of a release: card, datasheet, changelog, Croissant, report; every number in them computed.

In:  :class:`~copydesk.dataset.release.facts.ReleaseFacts`.
Out: documents as bytes, the same for the same facts; open questions of the datasheet; what differs from the facts.
"""

from copydesk.dataset.release.papers.changelog import gather
from copydesk.dataset.release.papers.checking import check, check_leaks, check_scan
from copydesk.dataset.release.papers.writing import documents, report, unanswered

__all__ = ["check", "check_leaks", "check_scan", "documents", "gather", "report", "unanswered"]
