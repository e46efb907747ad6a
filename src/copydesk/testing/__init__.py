"""Small, named fixtures and conformance checks for tests, ours and those of people who extend Copydesk."""

from __future__ import annotations

from copydesk.testing.readers import check_reader
from copydesk.testing.records import a_link, a_project, a_text, an_annotation, an_article

__all__ = ["a_link", "a_project", "a_text", "an_annotation", "an_article", "check_reader"]
