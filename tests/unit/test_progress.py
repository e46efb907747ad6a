"""A log tells how far work is, at what rate, and what time is left."""

from __future__ import annotations

import pytest

from copydesk import console


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (12_000, 3_000_000, 30, "reading: 12,000 of 3,000,000, 400/s, 2:04:30 left"),
        (12_001, 12_000, 30, "reading: 12,001 of 12,000, 400/s, 0:00:00 left"),  # sizes are about right
        (0, 12_000, 30, "reading: 0, 0/s"),
        (9_000, None, 3, "reading: 9,000, 3,000/s"),
    ],
)
def test_a_line_says_how_far_work_is(done: int, total: int | None, seconds: float, said: str) -> None:
    assert console.far("reading", done, total, seconds) == said


def test_a_log_has_the_stage_and_such_lines_from_time_to_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0, 10, 31, 40, 62])
    monkeypatch.setattr(console, "monotonic", lambda: next(clock))
    with console.bar("reading", 80) as step:
        for _ in range(4):
            step(20)
    assert capsys.readouterr().err.splitlines() == [
        "reading …",
        "reading: 40 of 80, 1/s, 0:00:31 left",
        "reading: 80 of 80, 1/s, 0:00:00 left",
    ]
