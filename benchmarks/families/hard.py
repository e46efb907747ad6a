"""Bad input at real size: ``python benchmarks/families/hard.py [CASE…] [--out FOLDER]``.

In:  nothing; the texts are made here.
Out: for each kind of bad input at half and at full size, CPU seconds, memory, and what came of it; with ``--out`` also
     ``hard.json``. Twice the texts must take about twice the time.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import run

from copydesk.files import write_json

CHANCE = random.Random(7)
WORDS = ["".join(CHANCE.choices("abcdefghijklmnopqrstuvwxyz", k=CHANCE.randint(4, 9))) for _ in range(20_000)]
LINE = "{case:40} {size:>8,} {seconds:>8} s {mb:>8} MB {families:>6} families, {largest}"
LETTERS = "абвгдежзиклмнопрст漢字日月火水木金土ابتثجحخدذرअआइईउऊएऐขคงจ"


def story(seed: int, words: int) -> str:
    """Sentences of invented words; another seed, another text."""
    draw = random.Random(seed)
    return ". ".join(" ".join(draw.choices(WORDS, k=12)).capitalize() for _ in range(words // 12)) + "."


def reprinted(n: int) -> list[str]:
    """One story with small edits."""
    words = story(1, 240).split(" ")
    texts = []
    for k in range(n):
        draw, edited = random.Random(k), list(words)
        for place in draw.sample(range(len(edited)), 6):
            edited[place] = draw.choice(WORDS)
        texts.append(f"{' '.join(edited)} Edition {k}.")
    return texts


def identical(n: int) -> list[str]:
    return [story(1, 240)] * n


def furnished(n: int) -> list[str]:
    """Pages of which four fifths are the site's."""
    furniture = story(2, 480)
    return [f"{furniture}\n{story(100 + k, 120)}" for k in range(n)]


def numbers(n: int) -> list[str]:
    """Tables of nothing but numbers, few of them different."""
    return [" ".join(str(random.Random(61 * k + i).randint(0, 99)) for i in range(80)) for k in range(n)]


def mixed(n: int) -> list[str]:
    """Several scripts in one sentence, many without spaces."""
    return [" ".join("".join(random.Random(f"{k}/{i}").choices(LETTERS, k=7)) for i in range(120)) for k in range(n)]


def repeated(n: int) -> list[str]:
    """The same few words over and over, in texts of different length."""
    return [f"{WORDS[k % 7]} {WORDS[k % 11]} " * (200 + k % 50) for k in range(n)]


def short(n: int) -> list[str]:
    """Nothing, or one word."""
    return ["" if k % 3 == 0 else WORDS[k % 500] for k in range(n)]


def long(n: int) -> list[str]:
    """A text of ``n`` words, a copy with an addition, and another text as long."""
    return [story(3, n), f"{story(3, n)} Added later.", story(4, n)]


CASES: dict[str, tuple[Callable[[int], list[str]], int]] = {
    "a story reprinted with small edits": (reprinted, 5_000),
    "identical texts": (identical, 10_000),
    "pages, 80 % of them furniture": (furnished, 2_000),
    "tables of numbers": (numbers, 3_000),
    "mixed scripts": (mixed, 3_000),
    "few words repeated": (repeated, 2_000),
    "empty and one-word texts": (short, 10_000),
    "three texts of that many words (5 MB)": (long, 700_000),
}


def row_of(name: str, texts: list[str], size: int) -> dict[str, Any]:
    """What one case took and gave."""
    empty = run.timed(lambda texts, ids: {"found": []}, texts, [])
    result = run.timed(run.copydesk, texts, [str(n) for n in range(len(texts))])
    sizes = Counter(Counter(result["groups"]["found"]).values())
    return {
        "case": name,
        "size": size,
        "seconds": round(result["seconds"], 2),
        "mb": round(result["peak_mb"] - empty["peak_mb"], 1),
        "families": sum(sizes.values()),
        "largest": max(sizes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="words that the names of cases begin with")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = []
    for name, (texts, size) in CASES.items():
        if not options.cases or name.startswith(tuple(options.cases)):
            for n in (size // 2, size):
                found.append(row_of(name, texts(n), n))
                print(LINE.format(**found[-1]), flush=True)
    if options.out:
        write_json(options.out / "hard.json", found)


if __name__ == "__main__":
    main()
