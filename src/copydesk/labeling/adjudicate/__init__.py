"""Decide, unit by unit, what people agree on; what they do not agree on goes back to people."""

from copydesk.labeling.adjudicate.desk import Adjudication, adjudicate, write
from copydesk.labeling.adjudicate.opinions import Model

__all__ = ["Adjudication", "Model", "adjudicate", "write"]
