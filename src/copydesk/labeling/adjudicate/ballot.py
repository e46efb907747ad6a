"""One vote on one unit: who said what, and whether more than half of those asked stand behind one answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from copydesk.spans import Span

V = TypeVar("V")

TOO_FEW = "too-few-answers"  #: nobody contradicts, but half or more abstained
NO_MAJORITY = "no-majority"


class Option(NamedTuple, Generic[V]):  # a tuple: there are some per mark, and a frozen dataclass is slow to make
    """One answer and the annotations that give it."""

    value: V
    annotation_ids: tuple[str, ...]


class Ballot(NamedTuple, Generic[V]):
    """The options, most supported first, among ``asked`` people; who abstains supports none."""

    options: tuple[Option[V], ...]
    asked: int

    @classmethod
    def of(cls, votes: Iterable[tuple[V, str]], asked: int) -> Ballot[V]:
        """Count (value, annotation id) votes. Equally supported options stand in the order of their values."""
        ids: dict[V, list[str]] = {}
        for value, annotation_id in votes:
            ids.setdefault(value, []).append(annotation_id)
        options = [Option(value, tuple(sorted(given))) for value, given in ids.items()]
        if len(options) > 1:
            options.sort(key=lambda each: (-len(each.annotation_ids), _order(each.value)))
        return cls(tuple(options), asked)

    @property
    def winner(self) -> Option[V] | None:
        """The option that more than half of all asked stand behind."""
        first = self.options[0] if self.options else None
        return first if first and 2 * len(first.annotation_ids) > self.asked else None

    @property
    def how(self) -> str:
        """How the winner won: unanimous when nobody said otherwise."""
        return "unanimous" if len(self.options) == 1 else "majority"

    @property
    def reason(self) -> str:
        """Why there is no winner."""
        return TOO_FEW if len(self.options) == 1 else NO_MAJORITY

    @property
    def shares(self) -> list[dict[str, Any]] | None:
        """The soft label: share of each option among the votes given; None when nobody voted."""
        if len(self.options) == 1:
            return [{"label": self.options[0].value, "share": 1.0}]
        total = sum(len(option.annotation_ids) for option in self.options)
        if not total:
            return None
        return [
            {"label": option.value, "share": round(len(option.annotation_ids) / total, 6)} for option in self.options
        ]


def _order(value: object) -> tuple[int, int, int, str]:
    """Spans by place, then the rest by name; None last."""
    if isinstance(value, tuple):
        return min(_order(part) for part in value)
    if isinstance(value, Span):
        return (0, value.start, value.end, "")
    return (2, 0, 0, "") if value is None else (1, 0, 0, str(value))
