"""What a build remembers of pairs for the next one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from copydesk.dataset.families.memory import Memory, edition


def test_what_a_killed_build_began_to_remember_is_dropped_and_the_rest_kept(tmp_path: Path) -> None:
    memory, keys = Memory.at(tmp_path), np.array([7], np.uint64)
    memory.keep_scores(keys, np.array([0.5]))
    begun = tmp_path / "pairs" / edition() / ".relations-7.half.tmp"
    begun.write_bytes(b"half")
    memory.forget_others()
    assert not begun.exists()
    assert memory.scores(keys).tolist() == [0.5]
