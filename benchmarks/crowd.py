"""How well a crowd's labels are put together: majority beside Dawid-Skene, as published and as Copydesk has it.

    python benchmarks/crowd.py VOTES.csv KEY

VOTES: one row per unit, one column per worker, empty where not answered. KEY: one expert label per line.
Ties of the majority count by the share of the right label among the tied.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np

from copydesk.labeling.adjudicate.competence import dawid_skene


def main(votes_path: str, key_path: str) -> None:
    with Path(votes_path).open(encoding="utf-8", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    key = [line.strip() for line in Path(key_path).read_text(encoding="utf-8").splitlines()]
    labels = sorted({cell for row in rows for cell in row if cell} | set(key))
    place = {label: n for n, label in enumerate(labels)}
    votes = [(unit, who, place[cell]) for unit, row in enumerate(rows) for who, cell in enumerate(row) if cell]
    true = np.array([place[label] for label in key])
    shape = (len(rows), max(map(len, rows)), len(labels))
    print(f"{shape[0]} units, {shape[1]} workers, {len(labels)} labels, {len(votes)} votes")

    counts = np.zeros((len(rows), len(labels)))
    for unit, _, label in votes:
        counts[unit, label] += 1
    tied = counts == counts.max(axis=1, keepdims=True)
    print(f"majority                {(tied[np.arange(len(true)), true] / tied.sum(axis=1)).mean():.4f}")
    for name, options in (("Dawid-Skene (1979)", {"right": 0.0, "wrong": 0.0}), ("copydesk", {})):
        began = time.perf_counter()
        found = dawid_skene(votes, shape, **options).posterior.argmax(axis=1)
        print(f"{name:24}{(found == true).mean():.4f}  {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:3])
