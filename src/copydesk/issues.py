"""What is wrong with the data: issues, collected instead of raised.

Every issue says what (``code``, ``message``), where (``where``, ``path``) and what next (``hint``). Codes are stable,
kebab-case, and listed in ``docs/issues.md``; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding about one place in the data."""

    code: str  #: stable, kebab-case, listed in docs/issues.md
    where: str  #: file and line, or record id
    message: str
    path: str = "$"  #: JSON path inside the record
    hint: str = ""
    severity: Severity = "error"

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        place = self.where if self.path == "$" else f"{self.where} {self.path}"
        return f"{place}: {self.message} [{self.code}]" + (f" — {self.hint}" if self.hint else "")


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Those that make a command end with exit code 1."""
    return [issue for issue in issues if issue.severity == "error"]
