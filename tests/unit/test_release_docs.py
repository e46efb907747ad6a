"""``docs/releases.md`` lists every check of ``verify``, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from copydesk.dataset.release.verify import CHECKS

PAGE = Path(__file__).parents[2] / "docs/releases.md"


def test_every_check_is_listed_in_its_order() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## What `verify` checks")[2]
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == list(CHECKS)
