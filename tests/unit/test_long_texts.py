"""Reading takes time in proportion to a text's length, whatever stands in it: one page cannot hold up a build."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from copydesk.dataset.ingest import instants, plain
from copydesk.dataset.ingest.rules import after
from copydesk.dataset.ingest.rules.scrape import Scrape
from copydesk.dataset.ingest.traced import Traced

TIMES = 4  #: the second text is so much longer
MOST = 9  #: in so many times the time at most: in proportion it is 4, and 16 where each part looks at all the others
ATTEMPTS = 5  #: one that goes well is enough, as other programs only ever add to the time


def read(text: str) -> object:
    return plain.read(Traced.whole(text), ())


def dates(text: str) -> object:
    return list(instants.full_dates(text))


def leads(text: str) -> Callable[[], object]:
    scrape = Scrape.of(text)
    return lambda: list(after.after_story(scrape))


def reading(find: Callable[[str], object]) -> Callable[[str], Callable[[], object]]:
    return lambda text: lambda: find(text)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


NASTY: dict[str, tuple[Callable[[str], Callable[[], object]], str, int]] = {
    "years of one century": (reading(dates), "in 2020 we saw it. ", 100_000),
    "years of the other": (reading(dates), "in 1950 it was so. ", 100_000),
    "half years": (reading(dates), "20 ", 50_000),
    "headings of what follows": (leads, "Related\n", 40_000),
    "lost line breaks": (reading(Scrape.of), "aa.Bb", 200_000),
    "buttons": (reading(Scrape.of), "SaveSave", 50_000),
    "years, read": (reading(read), "in 2020 we saw it. ", 30_000),
    "headings, read": (reading(read), "Related\n", 30_000),
}


@pytest.mark.parametrize(("prepare", "part", "length"), NASTY.values(), ids=NASTY)
def test_time_is_in_proportion_to_length(
    prepare: Callable[[str], Callable[[], object]], part: str, length: int
) -> None:
    short, long = (prepare((part * (size // len(part) + 1))[:size]) for size in (length, TIMES * length))
    short()  # patterns are made at the first call
    ratios = list[float]()
    while not ratios or (min(ratios) > MOST and len(ratios) < ATTEMPTS):
        ratios.append(seconds(long) / max(min(seconds(short), seconds(short)), 0.001))
    assert min(ratios) <= MOST
