#!/usr/bin/env python3
"""How reading grows with the length of one text, whatever stands in it: ``python benchmarks/long_texts.py [ROUNDS]``.

In:  nothing; each text is one part, repeated.
Out: a table of CPU seconds for a text and for one four times as long. In proportion to length the ratio is 4; where
     each part looks at all the others it is 16, and one page could hold up a build.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from copydesk.dataset.ingest import instants, plain
from copydesk.dataset.ingest.rules import after
from copydesk.dataset.ingest.rules.scrape import Scrape
from copydesk.dataset.ingest.traced import Traced

TIMES = 4  #: the second text is so much longer

Work = Callable[[], object]


def leads(text: str) -> Work:
    """Only what looks for headings of what follows the story."""
    scrape = Scrape.of(text)
    return lambda: list(after.after_story(scrape))


def reading(find: Callable[[str], object]) -> Callable[[str], Work]:
    return lambda text: lambda: find(text)


dates = reading(lambda text: list(instants.full_dates(text)))
whole = reading(lambda text: plain.read(Traced.whole(text), ()))

#: What is repeated: what reads it, the part, letters of the shorter text.
TEXTS: dict[str, tuple[Callable[[str], Work], str, int]] = {
    "years of one century": (dates, "in 2020 we saw it. ", 100_000),
    "years of the other": (dates, "in 1950 it was so. ", 100_000),
    "half years": (dates, "20 ", 50_000),
    "headings of what follows": (leads, "Related\n", 40_000),
    "lost line breaks": (reading(Scrape.of), "aa.Bb", 200_000),
    "buttons": (reading(Scrape.of), "SaveSave", 50_000),
    "years, read": (whole, "in 2020 we saw it. ", 30_000),
    "headings, read": (whole, "Related\n", 30_000),
}


def seconds(work: Work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main(rounds: int) -> None:
    print("| repeated | letters | CPU s | four times as long | ratio |\n|---|---|---|---|---|")
    for name, (prepare, part, length) in TEXTS.items():
        short, long = (prepare((part * (size // len(part) + 1))[:size]) for size in (length, TIMES * length))
        short()  # patterns are made at the first call
        pairs = [(seconds(short), seconds(long)) for _ in range(rounds)]
        less, more = (min(column) for column in zip(*pairs, strict=True))  # other programs only ever add to the time
        print(f"| {name} | {length:,} | {less:.3f} | {more:.3f} | {more / max(less, 1e-3):.1f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
