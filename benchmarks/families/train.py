"""Train the families model: ``python benchmarks/families/train.py FOLDER [--test]``.

In:  FOLDER with ``train.jsonl.gz`` and ``same-event.jsonl.gz``.
Out: ``words.json`` and ``model.json`` in the package, from the training part alone. With ``--test`` the test part is
     read and its figures are written into the training record: to be done once, at the end.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import corpus
import curves
import numpy as np
import orjson
from corpus import Text
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

from copydesk.dataset.families import alignment, blocking, features, model, prints, relation, words
from copydesk.files import sha256_file, write_bytes

SEED = 20041
COPIED = 0.1  #: share of five-word runs from which two given families are held to be kindred
REPRINT = 0.15  #: the same among texts about the same events, which quote the same people
NEIGHBOURS = 50  #: more than in use: with so many variations the nearest ones are all true
FOREIGN = "foreign/"  #: before the ids of texts put into no language
THINNED = 8  #: one in so many pairs that have next to nothing in common is learnt from, and counts for all of them
MIN_TEXTS = 4  #: stories of the training part that have a word, for it to stand in the table


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


def foreign(texts: Sequence[Text], share: float, seed: int) -> list[Text]:
    """Some families and all same-event texts once more in a language that the table does not know."""
    made = []
    for text in texts:
        drawn = sum(map(ord, text.group)) % 100 / 100
        if text.source == "ecb" or drawn < share:  # news of one day is confused in every language
            world = int(drawn * 100) % len(corpus.CAPITALS)
            other = corpus.foreign(text.text, seed + world, corpus.CAPITALS[world])
            families = frozenset(FOREIGN + family for family in text.families)
            made.append(replace(text, text_id=FOREIGN + text.text_id, text=other, families=families, plain=False))
    return made


def pairs_of(
    texts: Sequence[Text], neighbours: int, looked_only: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pairs worth a look and all true ones, whether each derives (1), does not (0) or is left out (-1), features.

    ``looked_only``: just those pairs that a build would look at.
    """
    shelf = prints.Prints.joined(
        [prints.fingerprint([t.text for t in texts[n : n + 256]]) for n in range(0, len(texts), 256)]
    )
    looked = blocking.candidates(shelf, neighbours=neighbours)
    by_family: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        for family in text.families:
            by_family.setdefault(family, []).append(row)
    gold = {pair for rows in by_family.values() for pair in itertools.combinations(rows, 2)}
    every = looked if looked_only else np.array(sorted(gold | set(map(tuple, looked.tolist()))))
    x = features.features(shelf, every)
    fives = x[:, features.NAMES.index("fives_of_less")]
    kin = kindred(texts, every, fives)
    label = np.array([_label(texts[a], texts[b], kin) for a, b in every.tolist()])
    return every, label, x


def kindred(texts: Sequence[Text], pairs: np.ndarray, fives: np.ndarray) -> set[frozenset[str]]:
    """Families given as two of which some texts were copied in part from one another: neither true nor false pairs."""
    found = set()
    for (a, b), share in zip(pairs.tolist(), fives, strict=True):
        one, other = texts[a], texts[b]
        if share >= (REPRINT if one.source == other.source == "ecb" else COPIED) and one.plain and other.plain:
            pairs_of_families = [(f, g) for f in one.families for g in other.families if f != g]
            found |= {frozenset((world + f, world + g)) for f, g in pairs_of_families for world in ("", FOREIGN)}
    return found


def _label(a: Text, b: Text, kin: set[frozenset[str]]) -> int:
    if a.families & b.families:
        return -1 if max(a.share, b.share) < 0.75 else 1  # two cuts of one story may share nothing
    if {a.borrowed, b.borrowed} & (a.families | b.families):
        return -1
    return -1 if any(frozenset((f, g)) in kin for f in a.families for g in b.families) else 0


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


SAME_EVENT_WEIGHT = 3.0  #: of a pair of texts about one event: few are given, and news is full of them


def weights(texts: Sequence[Text], pairs: np.ndarray) -> np.ndarray:
    """How much each pair counts in training: made-up variations half as much as given texts."""
    plain = np.array([text.plain for text in texts])
    event = np.array([text.source == "ecb" for text in texts])
    given = plain[pairs].all(axis=1)
    return np.where(given, np.where(event[pairs].all(axis=1), SAME_EVENT_WEIGHT, 1.0), 0.5)


RELATION = {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 8, "min_samples_leaf": 25, "l2_regularization": 3.0}


def learnt_from(texts: Sequence[Text], pairs: np.ndarray, label: np.ndarray, x: np.ndarray) -> curves.Pairs:
    """The labelled pairs, those with next to nothing in common thinned out."""
    less, more = (features.NAMES.index(name) for name in ("keys_of_less", "fives_of_more"))
    easy = (label == 0) & (x[:, more] < 0.02) & (x[:, less] < 0.25)
    drawn = np.random.default_rng(SEED).random(len(x)) < 1 / THINNED
    used = (label >= 0) & (~easy | drawn)
    weight = weights(texts, pairs) * np.where(easy, THINNED, 1)
    return curves.Pairs(x[used], label[used], weight[used], worlds(texts)[pairs[used]])


def worlds(texts: Sequence[Text]) -> np.ndarray:
    """Where each text is from: what is left out together. Texts about one event are too few to be left out at once."""
    return np.array([f"ecb/{sum(map(ord, t.group)) % 2}" if t.source == "ecb" else t.source for t in texts])


def relation_rows(texts: Sequence[Text], pairs: np.ndarray, label: np.ndarray, limit: int) -> tuple[Any, ...]:
    """Features and classes of extent and wording for up to ``limit`` true pairs."""
    clear = np.array([text.clear for text in texts])
    plain = np.array([text.plain for text in texts])
    true = pairs[(label == 1) & clear[pairs].all(axis=1) & plain[pairs].any(axis=1)]
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
    varied += foreign(varied, 0.3, SEED)
    pairs, label, x = pairs_of(varied, NEIGHBOURS)
    learnt = learnt_from(varied, pairs, label, x)
    met_pairs, met_label, met_x = pairs_of(training, blocking.NEIGHBOURS, looked_only=True)
    known = met_label >= 0
    met = curves.Pairs(met_x[known], met_label[known], np.ones(known.sum()), worlds(training)[met_pairs[known]])
    sharpness, left_out = curves.left_out(learnt, met, features.NAMES)
    link = curves.sharpened(curves.fit(learnt, features.NAMES), sharpness)
    extent_x, extent_y, wording_x, wording_y = relation_rows(varied, pairs, label, 9000)
    extent, wording = fit(extent_x, extent_y, **RELATION), fit(wording_x, wording_y, **RELATION)
    record = {
        "made_from": {path.name: sha256_file(path) for path in sorted(options.folder.glob("*.jsonl.gz"))},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "texts": len(training),
        "texts_with_variations": len(varied),
        "settings": {"seed": SEED, "link": curves.SETTINGS, "relation": RELATION, "test_share": corpus.TEST_SHARE},
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
        "extent": exported(extent, relation.EXTENT_FEATURES, relation.EXTENTS),
        "wording": exported(wording, relation.WORDING_FEATURES, relation.WORDINGS),
    }
    if options.test:
        record["test"] = tested([text for text in everything if corpus.is_test(text)], link, extent, wording)
    write_bytes(model.MODEL, readable({"record": record, "heads": heads}))
    print(orjson.dumps(record, option=orjson.OPT_INDENT_2).decode())


def tested(texts: Sequence[Text], link: dict[str, Any], extent: Any, wording: Any) -> dict[str, float]:
    """Figures on texts that had no part in training."""
    pairs, label, x = pairs_of(texts, blocking.NEIGHBOURS)
    used = label >= 0
    rows = relation_rows(texts, pairs, label, 10**9)
    return measure(model.Curves.of(link)(x[used])[:, 1], label[used]) | {
        "extent_accuracy": extent.score(rows[0], rows[1]),
        "wording_accuracy": wording.score(rows[2], rows[3]),
    }


if __name__ == "__main__":
    main()
