"""Every executor gives the same results in the arguments' order."""

from __future__ import annotations

import pytest

from copydesk.executor import Executor, Here, Pool, executor


def squared(number: int) -> int:
    return number * number


@pytest.mark.parametrize("workers", [Here(), Pool(2)], ids=["here", "pool"])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_results_come_in_the_order_of_the_arguments(workers: Executor, count: int) -> None:
    assert list(workers.map(squared, range(count))) == [n * n for n in range(count)]


def test_one_job_stays_in_this_process() -> None:
    assert isinstance(executor(1), Here)
    assert executor(3) == Pool(3)
