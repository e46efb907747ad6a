"""Time and memory per text as the corpus grows: ``python benchmarks/families/growth.py FILE.jsonl --out FOLDER``.

In:  lines of ``{id, text}``; texts are made distinct by renaming: each copy of the corpus has names and rare words of
     its own, so that the families stay as small as they are.
Out: ``growth.json`` and ``growth.svg``.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import run

from copydesk.files import write_json, write_text

SIZES = (10_000, 30_000, 100_000)
COMMON = 150  #: commonest words of the corpus, which all copies share


def renamed(text: str, copy: int, common: set[str]) -> str:
    """The text with every word that is not common put into another, the same one throughout the copy."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        if not copy or word.lower() in common:
            return word
        drawn = hashlib.blake2b(f"{copy}/{word.lower()}".encode(), digest_size=6).digest()
        made = "".join("bcdfghjklmnpqrst"[byte % 16] + "aeiou"[byte % 5] for byte in drawn)
        return made.capitalize() if word[0].isupper() else made

    return re.sub(r"[^\W\d_]+", other, text)


def texts_of(rows: Sequence[dict[str, Any]], count: int) -> list[str]:
    """``count`` texts, as many renamed copies of the corpus as it takes."""
    words = Counter(word for row in rows for word in re.findall(r"[^\W\d_]+", row["text"].lower()))
    common = {word for word, _ in words.most_common(COMMON)}
    return [renamed(rows[n % len(rows)]["text"], n // len(rows), common) for n in range(count)]


def plot(found: Sequence[dict[str, float]]) -> str:
    """Milliseconds of CPU and kilobytes per text, over the number of texts."""
    parts = [
        '<text x="10" y="16" fill="#2b6cb0">ms of CPU per text</text><text x="200" y="16" fill="#c05621">kB</text>'
    ]
    for key, colour in (("ms_per_text", "#2b6cb0"), ("kb_per_text", "#c05621")):
        top = 1.15 * max(row[key] for row in found)
        points = [(60 + 140 * n, 180 - 140 * row[key] / top) for n, row in enumerate(found)]
        line = " ".join(f"{x},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), row in zip(points, found, strict=True):
            parts.append(f'<text x="{x}" y="{y - 6:.1f}" fill="{colour}" font-size="11">{row[key]:.2f}</text>')
    parts += [f'<text x="{50 + 140 * n}" y="200">{int(row["texts"]):,}</text>' for n, row in enumerate(found)]
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="460" height="210" font-family="sans-serif" font-size="13">'
    return f"{head}{''.join(parts)}</svg>\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options = parser.parse_args()
    rows, found = run.read(options.file), []
    for size in options.sizes:
        texts = texts_of(rows, size)
        empty = run.timed(lambda texts, ids: {"found": []}, texts, [])
        result = run.timed(run.copydesk, texts, [str(n) for n in range(size)])
        found.append(
            {
                "texts": size,
                "ms_per_text": 1000 * result["seconds"] / size,
                "kb_per_text": 1024 * (result["peak_mb"] - empty["peak_mb"]) / size,
                "families": len(set(result["groups"]["found"])),
                "largest": max(Counter(result["groups"]["found"]).values()),
            }
        )
        print(found[-1], flush=True)
    write_json(options.out / "growth.json", found)
    write_text(options.out / "growth.svg", plot(found))


if __name__ == "__main__":
    main()
