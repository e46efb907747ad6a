"""From raw files to article records: readers → extraction rules → records with evidence."""

from __future__ import annotations

from copydesk.dataset.ingest.stage import Ingested, ingest

__all__ = ["Ingested", "ingest"]
