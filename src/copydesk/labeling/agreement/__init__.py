"""How far people agree, beyond chance, with intervals: numbers that say what to do next."""

from copydesk.labeling.agreement.measure import agreement
from copydesk.labeling.agreement.metric import Metric
from copydesk.labeling.agreement.people import Confused, Person, people

__all__ = ["Confused", "Metric", "Person", "agreement", "people"]
