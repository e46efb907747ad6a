"""Check a release from its folder alone: files, rows, labels, splits, documents, loading."""

from copydesk.dataset.release.facts import NotARelease
from copydesk.dataset.release.verify.checks import CHECKS, verify
from copydesk.dataset.release.verify.opened import Check, Verification

__all__ = ["CHECKS", "Check", "NotARelease", "Verification", "verify"]
