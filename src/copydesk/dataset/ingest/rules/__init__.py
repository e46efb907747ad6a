"""Rules that find the story in a plain-text scrape, in the order in which they are asked."""

from __future__ import annotations

from copydesk.dataset.ingest.rules.table import RULES, Reading, read, signs

__all__ = ["RULES", "Reading", "read", "signs"]
