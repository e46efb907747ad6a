"""Train the families model: ``python benchmarks/families/train.py FOLDER [--test]``.

In:  FOLDER with ``train.jsonl.gz`` and ``same-event.jsonl.gz``.
Out: ``words.json`` and ``model.json`` in the package, from the training part alone. With ``--test`` the test part is
     read and its figures are written into the training record: to be done once, at the end.
"""

from __future__ import annotations

import argparse
import datetime
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import corpus
import curves
import numpy as np
import orjson
from corpus import Text
from pairs import (
    EVENT_PARTS_WEIGHT,
    NEIGHBOURS,
    SAME_EVENT_WEIGHT,
    SEED,
    TOLD_WEIGHTS,
    Looked,
    learnt_from,
    looked_at,
    told_anew,
    worlds,
)
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

from copydesk.dataset.families import alignment, blocking, features, model, relation, words
from copydesk.files import sha256_file, write_bytes

MIN_TEXTS = 4  #: stories of the training part that have a word, for it to stand in the table
#: shares of the shorter text's runs of five words that the other one has, and how many they must be to say of
#: themselves that one derives: below, agencies are just quoted
COPIED = ((0.3, 30), (0.4, 10), (0.6, 4))


def word_table(texts: Sequence[Text]) -> dict[str, Any]:
    """In how many stories each word occurs: all copies of one story, all texts about one topic count once.

    A word that one story alone uses must look to the model as it will in a new text: unknown.
    """
    stories: dict[str, set[str]] = {}
    for text in texts:
        tokens = words.tokenize(text.text)
        stories.setdefault(text.group, set()).update(words.stem(token) for token in tokens if token[0].isalpha())
    counts = Counter(word for story in stories.values() for word in story)
    return {"n_texts": len(stories), "texts_with": {w: n for w, n in sorted(counts.items()) if n >= MIN_TEXTS}}


def lines(table: dict[str, Any]) -> bytes:
    """The table as JSON, one word a line."""
    rows = ",\n".join(f"{orjson.dumps(word).decode()}: {count}" for word, count in table["texts_with"].items())
    return f'{{"n_texts": {table["n_texts"]},\n"texts_with": {{\n{rows}\n}}}}\n'.encode()


def fit(x: np.ndarray, y: np.ndarray, **settings: Any) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(random_state=SEED, early_stopping=False, **settings).fit(x, y)


def exported(fitted: HistGradientBoostingClassifier, names: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """The fitted trees as plain lists, numbers to six digits."""
    ensembles: list[list[dict[str, list[float]]]] = [[] for _ in fitted._predictors[0]]
    for stage in fitted._predictors:
        for ensemble, predictor in zip(ensembles, stage, strict=True):
            nodes = predictor.nodes
            leaf = nodes["is_leaf"].astype(bool)
            ensemble.append(
                {
                    "feature": np.where(leaf, -1, nodes["feature_idx"].astype(int)).tolist(),
                    "threshold": [float(f"{v:.6g}") for v in np.where(leaf, 0, nodes["num_threshold"])],
                    "left": nodes["left"].astype(int).tolist(),
                    "right": nodes["right"].astype(int).tolist(),
                    "value": [float(f"{v:.6g}") for v in np.where(leaf, nodes["value"], 0)],
                }
            )
    bias = [float(v) for v in fitted._baseline_prediction.ravel()]
    return {"features": list(names), "classes": list(classes), "bias": bias, "ensembles": ensembles}


RELATION = {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 8, "min_samples_leaf": 25, "l2_regularization": 3.0}


def relation_rows(texts: Sequence[Text], looked: Looked, limit: int) -> tuple[Any, ...]:
    """Features and classes of extent and wording for up to ``limit`` true pairs."""
    clear = np.array([text.clear for text in texts])
    plain = np.array([text.plain for text in texts])
    pairs = looked.pairs
    true = pairs[(looked.label == 1) & clear[pairs].all(axis=1) & plain[pairs].any(axis=1)]
    if len(true) > limit:
        true = true[np.random.default_rng(SEED).permutation(len(true))[:limit]]
    extent_x, extent_y, wording_x, wording_y = [], [], [], []
    for a, b in true.tolist():
        one, other = texts[a], texts[b]
        aligned = alignment.align(one.text, other.text)
        extent = extent_of(one, other)
        if extent:
            swapped = {"whole": "whole", "part": "superset", "superset": "part"}[extent]
            extent_x += relation.extent_rows(aligned)
            extent_y += [extent, swapped]
        wording_x.append(relation.wording_row(aligned))
        wording_y.append(corpus.ORDER[max(corpus.ORDER.index(one.wording), corpus.ORDER.index(other.wording))])
    return (
        np.array(extent_x),
        np.array([relation.EXTENTS.index(e) for e in extent_y]),
        np.array(wording_x),
        np.array([relation.WORDINGS.index(c) for c in wording_y]),
    )


def as_met(texts: Sequence[Text]) -> curves.Pairs:
    """The pairs of given texts that a build would look at, each counted once."""
    looked = looked_at(texts, blocking.NEIGHBOURS, looked_only=True)
    known = looked.label >= 0
    pairs, label, x = (column[known] for column in (looked.pairs, looked.label, looked.x))
    return curves.Pairs(x, label, np.ones(len(x)), worlds(texts)[pairs])


def copied_of(learnt: curves.Pairs) -> dict[str, Any]:
    """The head that knows copied runs: how many of the pairs that share as many derive."""
    share, copied = model.copied_runs(learnt.x)
    steps = []
    for (least, runs), (most, _) in pairwise((*COPIED, (np.inf, 0))):
        met = (share >= least) & (share < most) & (copied >= runs)
        steps.append([least, runs, round(float(np.average(learnt.y[met], weights=learnt.weight[met])), 4)])
    return {"steps": steps}


def extent_of(a: Text, b: Text) -> str | None:
    """How much of a is in b, as it was made; None where the two merely overlap."""
    a_in_b = a.share < 0.8 * b.share or b.pure < 0.8
    b_in_a = b.share < 0.8 * a.share or a.pure < 0.8
    if a_in_b and b_in_a:
        return None
    return "part" if a_in_b else "superset" if b_in_a else "whole"


def readable(content: dict[str, Any]) -> bytes:
    """JSON with the training record indented and one tree, one curve, one product a line."""
    record = orjson.dumps(content["record"], option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    heads = []
    for name, head in content["heads"].items():
        rows = ",\n".join(f"{orjson.dumps(key).decode()}: {_lines(value)}" for key, value in head.items())
        heads.append(f'"{name}": {{{rows}}}')
    return f'{{"record": {record},\n"heads": {{\n{",".join(heads)}\n}}}}\n'.encode()


def _lines(value: Any) -> str:
    """A value as JSON; a list of lists or of trees, or a table, with one element a line."""
    if isinstance(value, dict):
        return (
            "{\n"
            + ",\n".join(f"{orjson.dumps(k).decode()}: {orjson.dumps(v).decode()}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(map(_lines if isinstance(value[0][0], dict) else _line, value)) + "]"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_line, value)) + "]"
    return _line(value)


def _line(value: Any) -> str:
    return orjson.dumps(value).decode()


def measure(probability: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Loss, and precision and recall at the band limits."""
    found: dict[str, float] = {
        "log_loss": float(log_loss(truth, probability, labels=[0, 1])),
        "pairs": len(truth),
        "true_pairs": int(truth.sum()),
    }
    for limit in (0.1, 0.5, 0.9):
        said = probability >= limit
        hit = int((said & (truth == 1)).sum())
        found[f"precision_at_{limit}"] = hit / max(int(said.sum()), 1)
        found[f"recall_at_{limit}"] = hit / max(int(truth.sum()), 1)
    return {name: round(value, 5) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--test", action="store_true", help="read the test part and record its figures")
    options = parser.parse_args()
    everything = corpus.read(options.folder)
    training = [text for text in everything if not corpus.is_test(text)]
    write_bytes(words.TABLE, lines(word_table(training)))
    words.lexicon.cache_clear()
    varied = training + corpus.varied(training, SEED)
    varied += corpus.put_into_no_language(varied, 0.3, SEED)
    looked = looked_at(varied, NEIGHBOURS)
    learnt = learnt_from(varied, looked) + told_anew(training)
    met = as_met(training)
    sharpness, left_out = curves.left_out(learnt.wholes, met, features.NAMES)
    link, part = (
        curves.sharpened(curves.fit(each, features.NAMES), sharpness) for each in (learnt.wholes, learnt.parts)
    )
    extent_x, extent_y, wording_x, wording_y = relation_rows(varied, looked, 9000)
    extent, wording = fit(extent_x, extent_y, **RELATION), fit(wording_x, wording_y, **RELATION)
    record = {
        "made_from": {path.name: sha256_file(path) for path in sorted(options.folder.glob("*.jsonl.gz"))},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "texts": len(training),
        "texts_with_variations": len(varied),
        "settings": {
            "seed": SEED,
            "link": curves.SETTINGS,
            "weights": {
                "same_event": SAME_EVENT_WEIGHT,
                "event_parts": EVENT_PARTS_WEIGHT,
                "told_anew": TOLD_WEIGHTS,
            },
            "relation": RELATION,
            "test_share": corpus.TEST_SHARE,
        },
        "sharpness": round(sharpness, 4),
        "left_out": {name: measure(probability, truth) for name, (probability, truth) in left_out.items()},
        "training": measure(model.Curves.of(link)(met.x)[:, 1], met.y)
        | {
            "extent_accuracy": extent.score(extent_x, extent_y),
            "wording_accuracy": wording.score(wording_x, wording_y),
        },
    }
    heads = {
        "link": link,
        "part": part,
        "copied": copied_of(learnt.wholes),
        "extent": exported(extent, relation.EXTENT_FEATURES, relation.EXTENTS),
        "wording": exported(wording, relation.WORDING_FEATURES, relation.WORDINGS),
    }
    if options.test:
        record["test"] = tested([text for text in everything if corpus.is_test(text)], link, extent, wording)
    write_bytes(model.MODEL, readable({"record": record, "heads": heads}))
    print(orjson.dumps(record, option=orjson.OPT_INDENT_2).decode())


def tested(texts: Sequence[Text], link: dict[str, Any], extent: Any, wording: Any) -> dict[str, float]:
    """Figures on texts that had no part in training."""
    looked = looked_at(texts, blocking.NEIGHBOURS)
    used = looked.label >= 0
    rows = relation_rows(texts, looked, 10**9)
    return measure(model.Curves.of(link)(looked.x[used])[:, 1], looked.label[used]) | {
        "extent_accuracy": extent.score(rows[0], rows[1]),
        "wording_accuracy": wording.score(rows[2], rows[3]),
    }


if __name__ == "__main__":
    main()
