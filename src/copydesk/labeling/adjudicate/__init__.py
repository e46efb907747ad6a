"""Decide, unit by unit, what people agree on; what they do not agree on goes back to people."""

from copydesk.labeling.adjudicate.desk import Adjudication, adjudicate, write

__all__ = ["Adjudication", "adjudicate", "write"]
