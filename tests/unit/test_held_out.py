"""An article that bridges released splits is published nowhere, and the release says so."""

from __future__ import annotations

from copydesk.dataset.release.corpus import Dealt
from copydesk.dataset.release.facts import HeldOut


def test_each_is_named_with_its_reason() -> None:
    why = "derives from families released in different splits: test, train"
    held = HeldOut("art-" + "0" * 16, "fam-" + "0" * 16, "bridge", why)
    [issue] = Dealt({}, (held,), ()).issues()
    assert (issue.code, issue.where, issue.severity) == ("bridges-splits", held.article_id, "warning")
    assert why in issue.message
