"""Extraction from HTML: libraries choose the body and parse the page; evidence and choice between signals are ours."""

from __future__ import annotations

from copydesk.dataset.ingest.html.extract import extract

__all__ = ["extract"]
