"""Learn the weights of `copydesk/dataset/ingest/html/blocks.json`: `benchmarks/train_blocks.py PAGES_DIR...`.

In:  folders of pages in the format of `benchmarks/ingest.py`; only the part to tune on is read.
Out: the weights, and what they are worth on sites they were not learned from: five times, a fifth of the sites is left
     out of the learning and judged. Without `--write` nothing is changed.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from ingest import pages
from ingest_scores import Fields, body, f1, mean, shingles
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from copydesk.dataset.ingest.html import body as bodies
from copydesk.dataset.ingest.html import charset, choice, signals
from copydesk.dataset.ingest.html.source import Source
from copydesk.files import sha256, write_bytes

FOLDS = 5
STRENGTH = 0.001  #: of the evidence against the wish for small weights
THRESHOLDS = ((0.0, 1.0), (0.1, 0.8), (0.2, 0.7), (0.25, 0.7), (0.3, 0.6), (0.4, 0.5))  #: looked at
FIRST, OTHER = 1.0, 0.5  #: weight of pages of the first folder, and of the others


@dataclass(frozen=True)
class Example:
    """One page: its blocks, their signals, what the library took, and what the gold body holds."""

    site: str
    gold: str
    weight: float
    texts: list[str]
    rows: list[signals.Signals | None]
    taken: list[list[str]]
    is_gold: list[bool]
    chosen: str


def example(gold: Fields, site: str, data: bytes, weight: float) -> Example | None:
    """The example a page makes; None when the library's text is not found in it."""
    source = Source(charset.decode(data).text)
    chosen = bodies.chosen(source.text)
    page, text = source.page, source.page.text.text
    spans, _ = bodies.found(text, chosen)
    if not spans:
        return None
    places, parts = choice.within(page, sorted(spans))
    rows = signals.read(page, choice.is_chosen(places, parts), source.told)
    texts = [text[place.start : place.end] for place in places]
    wanted, lines = shingles(gold.body), {_letters(line) for line in gold.body.split("\n")}
    is_gold = [_is_gold(each, wanted, lines) for each in texts]
    taken = [[text[part.start : part.end] for part in each] for each in parts]
    return Example(site, gold.body, weight, texts, rows, taken, is_gold, chosen)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text)).lower()


def _is_gold(text: str, wanted: Any, lines: set[str]) -> bool:
    if len(re.findall(r"\w+", text)) < 4:
        return _letters(text) in lines
    own = shingles(text)
    return sum((own & wanted).values()) > 0.5 * sum(own.values())


def learned(examples: Sequence[Example]) -> tuple[dict[str, float], float]:
    """Weights and bias. A page counts as one, however long; a block by its words."""
    rows = [row for each in examples for row in each.rows if row]
    names = sorted({name for row in rows for name in row})
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    labels = np.array([flag for each in examples for flag, row in zip(each.is_gold, each.rows, strict=True) if row])
    sizes = np.concatenate([_sizes(each) for each in examples])
    scaler = StandardScaler().fit(matrix)
    fitted = LogisticRegression(C=STRENGTH, max_iter=400).fit(scaler.transform(matrix), labels, sizes / sizes.mean())
    weights = fitted.coef_[0] / scaler.scale_
    bias = float(fitted.intercept_[0] - (weights * scaler.mean_).sum())
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}, round(bias, 4)


def _sizes(each: Example) -> Any:
    words = np.array([min(120, max(1, len(text.split()))) for text in each.texts], float)
    looked_at = np.array([row is not None for row in each.rows])
    return each.weight * words[looked_at] / max(1.0, (words * np.array(each.is_gold)).sum())


def kept(each: Example, weights: dict[str, float], bias: float, dropped: float, added: float) -> str:
    """The body with these weights."""
    lines = list[str]()
    for text, taken, row in zip(each.texts, each.taken, each.rows, strict=True):
        score = bias + sum(weights.get(name, 0.0) * value for name, value in (row or {}).items())
        sure = 1 / (1 + np.exp(-score)) if row else 0.0
        lines += taken if taken and sure > dropped else [text] if not taken and sure > added else []
    return "\n".join(lines)


def scores(pairs: Iterator[tuple[str, str]]) -> str:
    precision, recall = (mean(values) for values in zip(*(body(gold, made) for gold, made in pairs), strict=True))
    return f"precision {precision:.4f}, recall {recall:.4f}, F1 {f1(precision, recall):.4f}"


def judge(examples: Sequence[Example], seed: int) -> None:
    """Print what the weights are worth on sites left out of the learning, folder by folder."""
    sites = sorted({each.site for each in examples})
    fold = dict(zip(np.random.RandomState(seed).permutation(sites), np.arange(len(sites)) % FOLDS, strict=True))
    models = [learned([each for each in examples if fold[each.site] != n]) for n in range(FOLDS)]
    for weight in (FIRST, OTHER):
        part = [each for each in examples if each.weight == weight]
        if part:
            print(f"{len(part)} pages; the library alone: {scores((each.gold, each.chosen) for each in part)}")
        for dropped, added in THRESHOLDS if part else ():
            made = ((each.gold, kept(each, *models[fold[each.site]], dropped, added)) for each in part)
            print(f"  dropped below {dropped}, added above {added}: {scores(made)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    found = [
        example(gold, site, data, OTHER if n else FIRST)
        for n, folder in enumerate(args.pages)
        for gold, site, data in pages(folder, "train")
    ]
    examples = [each for each in found if each]
    judge(examples, args.seed)
    if args.write:
        weights, bias = learned(examples)
        gold = {folder.name: sha256((folder / "gold.json").read_bytes()) for folder in args.pages}
        record = {"bias": bias, "weights": weights, "pages": len(examples), "made_from": gold}
        write_bytes(choice.WEIGHTS, orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


if __name__ == "__main__":
    main()
