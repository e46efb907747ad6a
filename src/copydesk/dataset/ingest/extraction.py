"""What extraction makes of one raw article, whatever its format: text, findings, removed stretches, quality marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from copydesk.dataset.ingest.raw import Finding, Removed
from copydesk.dataset.ingest.traced import Traced


@dataclass(frozen=True)
class Extraction:
    """The article as found. ``text`` is normalised and traced to the decoded raw input (empty: not traced)."""

    text: Traced
    findings: tuple[Finding, ...] = ()
    removed: tuple[Removed, ...] = ()
    quality: frozenset[str] = frozenset()

    @cached_property
    def _surest(self) -> dict[str, Finding]:
        surest = dict[str, Finding]()
        for each in self.findings:
            if each.field not in surest or each.confidence > surest[each.field].confidence:
                surest[each.field] = each
        return surest

    def best(self, field: str) -> Finding | None:
        """The surest finding of a field; of equals the first."""
        return self._surest.get(field)

    def values(self, field: str) -> list[str]:
        """The values of a field that may have several, by the surest rule, in order, each once."""
        best = self.best(field)
        found = (each for each in self.findings if best and (each.field, each.rule) == (field, best.rule))
        return list(dict.fromkeys(each.value for each in found))
