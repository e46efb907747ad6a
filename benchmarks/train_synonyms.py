#!/usr/bin/env python3
"""Learn which words give a synonym machine away: ``python benchmarks/train_synonyms.py FAMILIES.jsonl.gz [--write]``.

In:  texts with ``family``, ``text`` and ``typ``: ``spun`` for machine spins, others for what people and models wrote.
Out: how many of each kind are marked when their families are left out of the learning; with ``--write`` the list.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import orjson

from copydesk.dataset.ingest.synonyms import LIST, puts_synonyms, words
from copydesk.files import write_bytes

FOLDS = 5
SPINS = 2  #: that a word of the list stands in, at least
RATIO = 20  #: how much more often it stands in spins than in other texts, at least

Text = tuple[str, str, str, set[str]]  #: family, kind, text, its different words


def learned(texts: Iterable[Text]) -> frozenset[str]:
    """Words that spins have and other texts hardly do."""
    spun, other, n_spun, n_other = Counter[str](), Counter[str](), 0, 0
    for _, kind, _, found in texts:
        if kind == "spun":
            spun.update(found)
            n_spun += 1
        else:
            other.update(found)
            n_other += 1
    often = {word: count / n_spun for word, count in spun.items() if count >= SPINS}
    return frozenset(word for word, share in often.items() if share >= RATIO * (other[word] + 0.5) / n_other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows = [json.loads(line) for line in gzip.decompress(args.families.read_bytes()).splitlines()]
    texts = [(row["family"], row["typ"], row["text"], words(row["text"])) for row in rows]
    families = sorted({family for family, *_ in texts})
    random.Random(args.seed).shuffle(families)
    fold = {family: n % FOLDS for n, family in enumerate(families)}
    marked, total = Counter[str](), Counter[str]()
    for n in range(FOLDS):
        odd = learned(each for each in texts if fold[each[0]] != n)
        for family, kind, text, _ in texts:
            if fold[family] == n:
                total[kind] += 1
                marked[kind] += puts_synonyms(text, odd)
    for kind, count in sorted(total.items()):
        print(f"{kind}: {marked[kind]} of {count} marked")
    if args.write:
        write_bytes(LIST, orjson.dumps(sorted(learned(texts)), option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
