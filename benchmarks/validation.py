#!/usr/bin/env python3
"""How many records a second are validated: Copydesk in bulk beside plain ``jsonschema``, same records, A B A B.

    python benchmarks/validation.py [--records 20000] [--rounds 3]

Records are made from a seed: articles of 600 words with 20 segments, answers of 20 spans; all good, then with one in a
hundred broken, which the reference explains. The reference is timed on a share of them. Figures are records per second
of CPU of one core; whole files are read from a warm cache.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

import jsonschema  # noqa: E402

from copydesk import files  # noqa: E402
from copydesk.dataset import parquet  # noqa: E402
from copydesk.schemas import Schemas  # noqa: E402
from copydesk.spans import quoted  # noqa: E402
from copydesk.testing import an_annotation, an_article  # noqa: E402
from copydesk.validate import validate  # noqa: E402

SCHEMAS = Schemas.packaged()
REFERENCE_SHARE = 50  # the reference sees one record in so many: it is that much slower
BROKEN = 100  # one record in so many is broken
WORDS = ["rain", "harbour", "mayor", "said", "flood", "on", "Monday", "the", "city", "Oslo", "a", "bridge", "closed"]


def articles(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Articles of 600 words, each with 20 segments."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        article = an_article(" ".join(chance.choices(WORDS, k=600)) + f" {n}", family_id=f"fam-{n:016x}")
        step = article["n_chars"] // 20
        cuts = [*range(0, step * 20, step), article["n_chars"]]
        segments = [{"start": a, "end": b, "raw_start": a, "raw_end": b} for a, b in itertools.pairwise(cuts)]
        article["provenance"]["segments"] = segments
        made.append(article)
    return made


def answers(about: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One answer of 20 spans on each article."""
    made = []
    for article in about:
        places = range(0, article["n_chars"] - 120, article["n_chars"] // 20)
        spans = [{"span_id": f"s{at}", "label": "GPE", **quoted(article["text"], at, at + 8)} for at in places][:20]
        made.append(an_annotation(article, value={"spans": spans}))
    return made


def with_broken(name: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same records, every hundredth with a value outside its closed set."""
    wrong = {"split": "dev"} if name == "article" else {"role": "boss"}
    return [record | wrong if n % BROKEN == BROKEN - 1 else record for n, record in enumerate(records)]


def rate(count: int, work: Callable[[], int], expected: int) -> float:
    """Records per second of CPU; the work must count what it is expected to."""
    start = time.process_time()
    counted = work()
    spent = time.process_time() - start
    assert counted == expected, f"{counted}, not {expected}"
    return count / spent


def contest(name: str, records: list[dict[str, Any]], rounds: int) -> dict[str, Any]:
    """Both validators on the same records in turn; the best round of each."""
    plain = jsonschema.Draft202012Validator(SCHEMAS.composed(name))
    share, broken = records[::REFERENCE_SHARE], with_broken(name, records)

    def bulk(given: list[dict[str, Any]]) -> int:
        return sum(1 for _ in SCHEMAS.check_all(name, given, lambda n, _: f"{name}:{n}"))

    def reference() -> int:
        return sum(not plain.is_valid(record) for record in share)

    bulk(broken[-1:])  # compile first
    rates: dict[str, list[float]] = {"jsonschema": [], "copydesk": [], "copydesk, 1 % broken": []}
    for _ in range(rounds):
        rates["jsonschema"].append(rate(len(share), reference, 0))
        rates["copydesk"].append(rate(len(records), lambda: bulk(records), 0))
        rates["copydesk, 1 % broken"].append(rate(len(records), lambda: bulk(broken), len(records) // BROKEN))
    best = {who: round(max(each)) for who, each in rates.items()}
    return {"records": name, "count": len(records), **best, "times": round(best["copydesk"] / best["jsonschema"])}


def whole_file(kind: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """``copydesk validate`` of one file: read, schema and meaning."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "article":
            path = Path(folder) / "articles.parquet"
            parquet.write(path, records, SCHEMAS.arrow(kind))
        else:
            path = Path(folder) / "annotations.jsonl"
            files.write_jsonl(path, records)
        validate(None, [path], schema=kind)  # warm
        figure = rate(len(records), lambda: validate(None, [path], schema=kind).checked, len(records))
        return {"file": path.name, "count": len(records), "copydesk validate": round(figure)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    made = articles(asked.records)
    given = answers(made)
    print(json.dumps({"seed": 7, "words": 600, "spans": 20}))
    for name, records in (("article", made), ("annotation", given)):
        print(json.dumps(contest(name, records, asked.rounds)), flush=True)
    for kind, records in (("article", made), ("annotation", given)):
        print(json.dumps(whole_file(kind, records)), flush=True)


if __name__ == "__main__":
    main()
