"""Rows, labels, offsets and columns changed; names, manifest, sums and documents made to match."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk import files
from mutations.kind import Mutation
from mutations.sealing import seal

Row = dict[str, Any]
Rows = list[Row]
GOLD = ("entities", "stance", "claims")


def edit_rows(change: Callable[[Row, Random], None], *configs: str) -> Callable[[Path, Random], None]:
    """Change one row of one of ``configs`` and seal."""

    def apply(folder: Path, random: Random) -> None:
        config = random.choice(configs)
        path = random.choice(sorted(folder.glob(f"data/{config}/*.parquet")))
        table = pq.read_table(path)
        rows = table.to_pylist()
        change(random.choice(rows), random)
        put(path, rows, table.schema)
        seal(folder, documents=True)

    return apply


def edit_shard(change: Callable[[Rows, Random], Rows], *configs: str) -> Callable[[Path, Random], None]:
    """Change the list of rows of one shard and seal."""

    def apply(folder: Path, random: Random) -> None:
        config = random.choice(configs)
        path = max(sorted(folder.glob(f"data/{config}/*.parquet")), key=lambda path: path.stat().st_size)
        table = pq.read_table(path)
        put(path, change(table.to_pylist(), random), table.schema)
        seal(folder, documents=True)

    return apply


def edit_table(change: Callable[[pa.Table, Random], pa.Table]) -> Callable[[Path, Random], None]:
    """Change the columns of one shard and seal."""

    def apply(folder: Path, random: Random) -> None:
        path = random.choice(sorted(folder.glob("data/*/*.parquet")))
        pq.write_table(change(pq.read_table(path), random), path)
        seal(folder, documents=False)

    return apply


def put(path: Path, rows: Rows, schema: pa.Schema) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")


def spans_of(row: Row) -> Rows:
    """Every quoted span of a gold row."""
    found = [*row.get("spans", ()), *([row] if "start" in row else [])]
    return found + [row[key] for key in ("claimant", "evidence") if isinstance(row.get(key), dict)]


def categories_of(row: Row) -> Iterator[tuple[Row, str]]:
    for part in [row, *row.get("spans", ())]:
        yield from ((part, key) for key in part if f"{key}_name" in part and part[key] is not None)


def label_index(row: Row, random: Random) -> None:
    part, key = random.choice(list(categories_of(row)))
    part[key] = (part[key] + 1) % 2 if part[key] < 2 else part[key] - 1


def label_index_wild(row: Row, random: Random) -> None:
    part, key = random.choice(list(categories_of(row)))
    part[key] = random.choice([-1, 99])


def label_name(row: Row, random: Random) -> None:
    part, key = random.choice(list(categories_of(row)))
    part[f"{key}_name"] = random.choice(["", part[f"{key}_name"].swapcase(), "OTHER"])


def label_both(row: Row, random: Random) -> None:
    """A consistent lie: only the answers contradict it."""
    names = {
        "checkworthiness": ["CFS", "UFS", "NFS"],
        "attribution": ["direct", "indirect", "narrator"],
        "certainty": ["asserted", "hedged", "denied"],
    }
    part, key = random.choice([each for each in categories_of(row) if each[1] in names])
    part[key] = (part[key] + 1 + random.randrange(2)) % 3
    part[f"{key}_name"] = names[key][part[key]]


def how(row: Row, random: Random) -> None:
    row["how"] = "adjudicator"


def shift(row: Row, random: Random) -> None:
    span, step = random.choice(spans_of(row)), random.choice([-1, 1])
    span["start"], span["end"] = span["start"] + step, span["end"] + step


def stretch(row: Row, random: Random) -> None:
    random.choice(spans_of(row))["end"] += random.choice([1, 10_000])


def reverse(row: Row, random: Random) -> None:
    span = random.choice(spans_of(row))
    span["start"], span["end"] = span["end"], span["start"]


def requote(row: Row, random: Random) -> None:
    span = random.choice(spans_of(row))
    key = random.choice(["text", "prefix", "suffix"])
    span[key] = f"{span[key]}x"[1:]


def answer_label(row: Row, random: Random) -> None:
    """Another answer, so that the gold that is there no longer follows from the answers."""
    value = orjson.loads(row["value"])
    if "label" in value:
        value["label"] = "against" if value["label"] != "against" else "favor"
    else:
        value["spans"][0] |= {"label": "ORG"} if row["layer"] == "entities" else {"certainty": "denied"}
    row["value"] = files.canonical(value).decode()


def answer_broken(row: Row, random: Random) -> None:
    row["value"] = random.choice(
        [row["value"][:-1], '{"spans":[{}]}', row["value"].replace('"label":"', '"label":"X'), "[]"]
    )
    if '"label":"' not in row["value"] and row["layer"] == "claims":
        row["value"] = "{}"


def answer_offsets(row: Row, random: Random) -> None:
    value = orjson.loads(row["value"])
    span = value["spans"][0] if "spans" in value else value["evidence"]
    span["end"] += random.choice([1, 5000])
    row["value"] = files.canonical(value).decode()


def text_letter(row: Row, random: Random) -> None:
    at = random.randrange(len(row["text"]))
    row["text"] = f"{row['text'][:at]}~{row['text'][at + 1 :]}"


def text_consistently(row: Row, random: Random) -> None:
    text_letter(row, random)
    row["text_sha256"] = files.sha256(row["text"].encode())


def n_chars(row: Row, random: Random) -> None:
    row["n_chars"] += random.choice([-1, 1])


def no_text(row: Row, random: Random) -> None:
    row["text"] = None


def split(row: Row, random: Random) -> None:
    row["split"] = "test" if row["split"] != "test" else "train"


def family(row: Row, random: Random) -> None:
    row["family_id"] = f"fam-{random.randrange(16**16):016x}"


def status(row: Row, random: Random) -> None:
    layer = random.choice(sorted(row["layers"]))
    row["layers"][layer] = random.choice(["unlabelled", "disputed"])


def bad_id(row: Row, random: Random) -> None:
    row["text_sha256"] = row["text_sha256"].upper() + "0"


def link_end(row: Row, random: Random) -> None:
    row["b"] = f"art-{random.randrange(16**16):016x}"


def link_score(row: Row, random: Random) -> None:
    row["score"] = 0.2 if row["score"] > 0.5 else 0.99


def link_passage(row: Row, random: Random) -> None:
    row["evidence"] = [{"a_start": 0, "a_end": 10**6, "b_start": 0, "b_end": 1}]


def drop_row(rows: Rows, random: Random) -> Rows:
    rows.pop(random.randrange(len(rows)))
    return rows


def double_row(rows: Rows, random: Random) -> Rows:
    return sorted([*rows, random.choice(rows)], key=lambda row: row.get("article_id") or row["a"])


def reorder(rows: Rows, random: Random) -> Rows:
    return rows[::-1]


def drop_column(table: pa.Table, random: Random) -> pa.Table:
    return table.drop_columns([random.choice(table.column_names[1:])])


def add_column(table: pa.Table, random: Random) -> pa.Table:
    return table.append_column("extra", pa.array([1] * table.num_rows))


def retype_column(table: pa.Table, random: Random) -> pa.Table:
    at = table.schema.get_field_index("split")
    return table.set_column(at, "split", table.column("split").cast(pa.large_string()))


def _rows(name: str, kind: str, caught_by: str, change: Callable[[Row, Random], None], *configs: str) -> Mutation:
    return Mutation(name, kind, True, tuple(caught_by.split()), edit_rows(change, *configs))


ROWS = [
    _rows("label index", "values", "labels", label_index, *GOLD),
    _rows("label index out of range", "values", "schema", label_index_wild, *GOLD),
    _rows("label name", "values", "schema", label_name, *GOLD),
    _rows("label, index and name", "values", "gold", label_both, "claims"),
    _rows("how it was decided", "values", "gold", how, "claims", "stance"),
    _rows("an answer's label", "values", "gold", answer_label, "annotations"),
    _rows("an answer's shape", "values", "schema", answer_broken, "annotations"),
    _rows("an answer's offsets", "offsets", "slices", answer_offsets, "annotations"),
    _rows("shift a span", "offsets", "slices", shift, *GOLD),
    _rows("stretch a span", "offsets", "slices", stretch, *GOLD),
    _rows("reverse a span", "offsets", "slices", reverse, *GOLD),
    _rows("misquote a span", "offsets", "slices", requote, *GOLD),
    _rows("a letter of a text", "rows", "articles", text_letter, "articles"),
    _rows("a text and its digest", "rows", "slices", text_consistently, "articles"),
    _rows("a text's length", "rows", "articles", n_chars, "articles"),
    _rows("no text", "rows", "audience", no_text, "articles"),
    _rows("a digest's form", "rows", "schema", bad_id, "articles", "claims"),
    _rows("a row's split", "rows", "splits", split, "articles", *GOLD, "annotations"),
    _rows("a row's family", "rows", "splits", family, *GOLD, "annotations"),
    _rows("a layer's status", "rows", "gold", status, "articles"),
    _rows("a link's end", "rows", "splits", link_end, "families"),
    _rows("a link's score", "rows", "splits", link_score, "families"),
    _rows("a link's passage", "offsets", "slices", link_passage, "families"),
    Mutation("drop gold", "rows", True, ("gold",), edit_shard(drop_row, *GOLD)),
    Mutation("drop an answer", "rows", True, ("labels",), edit_shard(drop_row, "annotations")),
    Mutation("drop an article", "rows", True, ("splits",), edit_shard(drop_row, "articles")),
    Mutation("double a row", "rows", True, ("splits",), edit_shard(double_row, "articles", *GOLD, "annotations")),
    Mutation("reorder rows", "rows", True, ("splits",), edit_shard(reorder, "articles", *GOLD, "annotations")),
    Mutation("drop a column", "rows", True, ("features",), edit_table(drop_column)),
    Mutation("add a column", "rows", True, ("features",), edit_table(add_column)),
    Mutation("another type", "rows", True, ("features",), edit_table(retype_column)),
]
