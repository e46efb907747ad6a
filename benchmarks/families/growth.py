"""Time and memory per text as the corpus grows: ``python benchmarks/families/growth.py FILE.jsonl --out FOLDER``.

In:  lines of ``{id, text}``; texts are made distinct by putting other words and numbers for theirs: each copy of the
     corpus has rare words of its own, and all the others dealt anew among words as frequent. So families stay as small
     as they are, while words of middling frequency grow more frequent with the corpus, as in a real one.
Out: ``growth.json`` and ``growth.svg``.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

import run

from copydesk.files import write_json, write_text

SIZES = (10_000, 30_000, 100_000)
RARE = 5  #: texts of the corpus below which a word is rare: every copy has others
BAND = 32  #: words of about one frequency, among which a copy deals its own
WORD = re.compile(r"[^\W_]+")


def dealt(copy: int, bands: Sequence[Sequence[str]]) -> dict[str, str]:
    """What stands for each word that is not rare."""
    chance, other = random.Random(copy), dict[str, str]()
    for band in bands:
        other.update(zip(band, chance.sample(band, len(band)), strict=True))
    return other


def renamed(text: str, copy: int, known: dict[str, str]) -> str:
    """The text with other words for its words, the same ones throughout the copy."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        made = known.get(word.lower()) or _made(copy, word.lower())
        return made.capitalize() if word[0].isupper() else made

    return WORD.sub(other, text)


def _made(copy: int, word: str) -> str:
    drawn = hashlib.blake2b(f"{copy}/{word}".encode(), digest_size=6).digest()
    if word.isdigit():
        return str(int.from_bytes(drawn)).zfill(len(word))[-len(word) :]
    return "".join("bcdfghjklmnpqrst"[byte % 16] + "aeiou"[byte % 5] for byte in drawn)


def copies(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The texts of the corpus, then those of one renamed copy after the other."""
    texts_with = Counter(word for row in rows for word in set(WORD.findall(row["text"].lower())))
    frequent = [
        word for word, texts in sorted(texts_with.items(), key=lambda each: (-each[1], each[0])) if texts >= RARE
    ]
    bands = [frequent[n : n + BAND] for n in range(0, len(frequent), BAND)]
    yield from (row["text"] for row in rows)
    for copy in count(1):
        known = dealt(copy, bands)
        yield from (renamed(row["text"], copy, known) for row in rows)


class Stages:
    """A progress that keeps what each stage costs and how much it is given."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.given: dict[str, int] = {}

    @contextmanager
    def __call__(self, label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        started = run.spent()
        yield lambda n: None
        self.seconds[label] = self.seconds.get(label, 0.0) + run.spent() - started
        self.given[label] = total or 0


def staged(texts: Sequence[str], ids: Sequence[str]) -> dict[str, Any]:
    """Every stage on one core, and what each took."""
    stages = Stages()
    groups = run.copydesk(texts, ids, stages)
    return groups | {"seconds": stages.seconds, "pairs": stages.given["comparing"]}


def row_of(texts: Sequence[str]) -> dict[str, Any]:
    """Time and memory for each text; memory beyond that of the texts themselves."""
    size, ids = len(texts), [str(n) for n in range(len(texts))]
    empty = run.timed(lambda texts, ids: {"found": []}, texts, [])
    result = run.timed(staged, texts, ids)
    groups = result["groups"]
    stages = {label: 1000 * seconds / size for label, seconds in groups["seconds"].items()}
    return {
        "texts": size,
        "ms_per_text": 1000 * result["seconds"] / size,
        "kb_per_text": 1024 * (result["peak_mb"] - empty["peak_mb"]) / size,
        "stages": stages,
        "pairs_per_text": groups["pairs"] / size,
        "families": len(set(groups["found"])),
        "largest": max(Counter(groups["found"]).values()),
    }


def plot(found: Sequence[dict[str, Any]]) -> str:
    """Milliseconds of CPU and kilobytes per text, over the number of texts."""
    parts = [
        '<text x="10" y="16" fill="#2b6cb0">ms of CPU per text</text><text x="200" y="16" fill="#c05621">kB</text>'
    ]
    # the numbers of one line stand above it, those of the other below
    for key, colour, away in (("ms_per_text", "#2b6cb0", -6), ("kb_per_text", "#c05621", 14)):
        top = 1.15 * max(row[key] for row in found)
        points = [(60 + 140 * n, 180 - 140 * row[key] / top) for n, row in enumerate(found)]
        line = " ".join(f"{x},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), row in zip(points, found, strict=True):
            parts.append(f'<text x="{x}" y="{y + away:.1f}" fill="{colour}" font-size="11">{row[key]:.2f}</text>')
    parts += [f'<text x="{50 + 140 * n}" y="200">{int(row["texts"]):,}</text>' for n, row in enumerate(found)]
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="460" height="210" font-family="sans-serif" font-size="13">'
    return f"{head}{''.join(parts)}</svg>\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options = parser.parse_args()
    rows, found = run.read(options.file), list[dict[str, Any]]()
    for size in options.sizes:
        texts = list(islice(copies(rows), size))
        gc.freeze()
        found.append(row_of(texts))
        print(found[-1], flush=True)
    write_json(options.out / "growth.json", found)
    write_text(options.out / "growth.svg", plot(found))


if __name__ == "__main__":
    main()
