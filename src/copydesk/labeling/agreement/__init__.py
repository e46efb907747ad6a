"""How far people agree, beyond chance, with intervals: numbers that say what to do next."""

from copydesk.labeling.agreement.measure import agreement, part, together
from copydesk.labeling.agreement.metric import Metric
from copydesk.labeling.agreement.parts import Part
from copydesk.labeling.agreement.people import Confused, Person, people

__all__ = ["Confused", "Metric", "Part", "Person", "agreement", "part", "people", "together"]
