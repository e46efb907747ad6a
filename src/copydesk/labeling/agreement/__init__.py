"""How far people agree, beyond chance, with intervals: numbers that say what to do next."""

from copydesk.labeling.agreement.measure import agreement
from copydesk.labeling.agreement.metric import Metric

__all__ = ["Metric", "agreement"]
