"""Ways to tamper with a release: bytes, files, rows, documents, manifest, signature.

A mutation is *sealed* when the forger rewrites what can be rewritten without a key: shard names, manifest, sums, and
(for rows) all documents. Each names the checks of which at least one must fail.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk import files
from copydesk.dataset.release import manifest, papers, sums
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts
from copydesk.dataset.release.shards import Digests, place

Row = dict[str, Any]
Rows = list[Row]


@dataclass(frozen=True)
class Mutation:
    """One way to tamper, and what must notice it."""

    name: str
    kind: str  #: bytes, files, rows, values, offsets, yaml, numbers, moves, links, signature, manifest
    sealed: bool
    caught_by: tuple[str, ...]
    apply: Callable[[Path, Random], None]

    def __call__(self, folder: Path, random: Random) -> None:
        self.apply(folder, random)


# --- files, unsealed


def _any_file(folder: Path, random: Random, *also: str) -> Path:
    return folder / random.choice([*sums.present(folder), *also])


def flip_byte(folder: Path, random: Random) -> None:
    path = _any_file(folder, random, sums.SUMS)
    data = bytearray(path.read_bytes() or b"\n")
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))


def flip_data_byte(folder: Path, random: Random) -> None:
    path = random.choice(sorted(folder.glob("data/*/*.parquet")))
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))


def truncate(folder: Path, random: Random) -> None:
    path = _any_file(folder, random)
    data = path.read_bytes()
    path.write_bytes(data[: random.randrange(len(data))] if data else b"x")


def append(folder: Path, random: Random) -> None:
    with _any_file(folder, random).open("ab") as file:
        file.write(random.choice([b" ", b"\n", b"\0"]))


def delete(folder: Path, random: Random) -> None:
    _any_file(folder, random, sums.SUMS).unlink()


def add(folder: Path, random: Random) -> None:
    place = random.choice(["", "data/articles/", "schemas/", "report/", "data/"])
    (folder / place / f"{random.choice(['.', ''])}extra{random.randrange(100)}.txt").write_text("x")


def rename(folder: Path, random: Random) -> None:
    path = _any_file(folder, random)
    path.rename(path.with_name(f"x{path.name}"))


def swap(folder: Path, random: Random) -> None:
    one, other = random.sample(sums.present(folder), 2)
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    if first == second:
        second += b"\n"
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)


def link_file(folder: Path, random: Random) -> None:
    path = _any_file(folder, random)
    away = folder.parent / "away"
    away.mkdir(exist_ok=True)
    path.rename(away / path.name)
    path.symlink_to(away / path.name)


def link_folder(folder: Path, random: Random) -> None:
    path = folder / random.choice(["data", "schemas", "report", "data/articles"])
    away = folder.parent / "away"
    away.mkdir(exist_ok=True)
    shutil.move(path, away / path.name)
    path.symlink_to(away / path.name)


def edit_sums(folder: Path, random: Random) -> None:
    lines = (folder / sums.SUMS).read_text().splitlines(keepends=True)
    victim = random.randrange(len(lines))
    lines[victim] = random.choice(
        ["", lines[victim].replace(lines[victim][0], "0" if lines[victim][0] != "0" else "1", 1)]
    )
    (folder / sums.SUMS).write_text("".join(lines))


# --- rows, sealed


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


# --- documents, manifest, places: sealed


def edit_number(*paths: str) -> Callable[[Path, Random], None]:
    """Raise one number in a document by one, then seal."""

    def apply(folder: Path, random: Random) -> None:
        path = folder / random.choice(paths)
        text = path.read_text(encoding="utf-8")
        found = random.choice(list(re.finditer(r"\d+", text)))
        number = str(int(found[0]) + 1)
        path.write_text(text[: found.start()] + number + text[found.end() :], encoding="utf-8")
        seal(folder, documents=False)

    return apply


def edit_yaml(folder: Path, random: Random) -> None:
    path = folder / "README.md"
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    lines = head.splitlines(keepends=True)
    at = random.randrange(len(lines))
    if random.random() < 0.5:
        lines.pop(at)
    else:
        lines[at] = lines[at].rstrip("\n") + "x\n"
    path.write_text(f"---\n{''.join(lines)}---\n{body}", encoding="utf-8")
    seal(folder, documents=False)


def edit_manifest(change: Callable[[Row, Random], None], documents: bool = False) -> Callable[[Path, Random], None]:
    def apply(folder: Path, random: Random) -> None:
        stated = files.read_json(folder / MANIFEST)
        change(stated, random)
        files.write_json(folder / MANIFEST, stated)
        if documents:
            write_documents(folder, stated)
            stated["files"] = listing(folder)
            files.write_json(folder / MANIFEST, stated)
        sums.write(folder)

    return apply


def other_labels(stated: Row, random: Random) -> None:
    random.choice(stated["labels"])["names"].reverse()


def other_family(stated: Row, random: Random) -> None:
    listed = random.choice(stated["families"])
    listed["split"] = "test" if listed["split"] != "test" else "train"


def held_out(stated: Row, random: Random) -> None:
    member = random.choice(stated["families"])["members"][0]
    stated["held_out"] = [{"article_id": member, "family_id": None, "reason": "bridge", "detail": "x"}]


def other_bump(stated: Row, random: Random) -> None:
    stated["bump"] = "major"


def other_digest(stated: Row, random: Random) -> None:
    random.choice(random.choice(stated["configs"])["splits"])["rows_sha256"] = "0" * 64


def other_rows(stated: Row, random: Random) -> None:
    random.choice([entry for entry in stated["files"] if place(entry["path"])])["rows"] += 1


def other_version(stated: Row, random: Random) -> None:
    stated["version"] = "7.0.0"


def other_layer(stated: Row, random: Random) -> None:
    next(layer for layer in stated["layers"] if layer["labels"])["labels"].reverse()


def unknown_key(stated: Row, random: Random) -> None:
    stated["extra"] = 1


def loosen_schema(folder: Path, random: Random) -> None:
    path = random.choice(sorted((folder / "schemas").rglob("*.json")))
    schema = orjson.loads(path.read_bytes())
    schema["required"] = schema["required"][:-1]
    path.write_bytes(orjson.dumps(schema))
    seal(folder, documents=False)


def move_shard(folder: Path, random: Random) -> None:
    """To another split, or another config."""
    path = random.choice(sorted(folder.glob("data/*/train-*.parquet")))
    target = path.with_name(path.name.replace("train-", "validation-", 1))
    for there in path.parent.glob("validation-*"):
        there.unlink()
    path.rename(target)
    seal(folder, documents=True)


def listed_stranger(folder: Path, random: Random) -> None:
    (folder / random.choice(["run.py", "data/run.py", "README.txt"])).write_text("x")
    seal(folder, documents=True)


def removed_article(folder: Path, random: Random) -> None:
    """An article that stands in the log of removals."""
    article = random.choice(list(ReleaseFacts.read(folder).rows("articles")))
    key = random.choice(["article_id", "text_sha256"])
    record = {"schema_version": 1, "article_id": f"art-{'0' * 16}", "raw_sha256": None, "text_sha256": None}
    record |= {"reason": "asked", "removed_at": "2026-01-01T00:00:00Z"} | {key: article[key]}
    files.write_jsonl(folder / "removals.jsonl", [record])
    seal(folder, documents=True)


def edit_signature(folder: Path, random: Random) -> None:
    path = folder / sums.SIGNATURE
    lines = path.read_text().splitlines(keepends=True)
    at = random.randrange(1, len(lines) - 1)
    spot = random.randrange(len(lines[at]) - 1)
    lines[at] = f"{lines[at][:spot]}{'A' if lines[at][spot] != 'A' else 'B'}{lines[at][spot + 1 :]}"
    path.write_text("".join(lines))


def no_signature(folder: Path, random: Random) -> None:
    (folder / sums.SIGNATURE).unlink()


def sealed_number_under_signature(folder: Path, random: Random) -> None:
    edit_number("DATASHEET.md")(folder, random)


# --- sealing


def seal(folder: Path, *, documents: bool) -> None:
    """Rewrite shard names, manifest and sums to match what stands in the folder; with ``documents`` these, too."""
    digests, families = Digests(), {}
    stated = files.read_json(folder / MANIFEST)
    for path in sorted(folder.glob("data/*/*.parquet")):
        path.rename(
            path.with_name(re.sub(r"[0-9a-f]{16}\.parquet$", f"{files.sha256_file(path)[:16]}.parquet", path.name))
        )
    for path in sorted(folder.glob("data/*/*.parquet")):
        placed = place(path.relative_to(folder).as_posix())
        if placed is None:
            continue
        rows = pq.read_table(path).to_pylist()
        digests.add(*placed, rows)
        for row in rows if placed[0] == "articles" else ():
            found = families.setdefault(row.get("family_id"), {"split": placed[1], "members": []})
            found["members"].append(row["article_id"])
    if digests.counts:
        stated["configs"] = digests.configs()
    if None not in families:
        stated["families"] = [{"family_id": key, **families[key]} for key in sorted(families)]
    stated["files"] = listing(folder)
    if documents:
        write_documents(folder, stated)
        stated["files"] = listing(folder)
    files.write_json(folder / MANIFEST, stated)
    sums.write(folder)


def write_documents(folder: Path, stated: Row) -> None:
    """All documents anew; where the rows are too broken for that, the old ones stay."""
    try:
        fresh = papers.documents(ReleaseFacts.of(folder, stated))
    except Exception:
        return
    for path, data in fresh.items():
        (folder / path).write_bytes(data)


def listing(folder: Path) -> Rows:
    rows = {
        path.relative_to(folder).as_posix(): pq.read_metadata(path).num_rows for path in folder.glob("data/*/*.parquet")
    }
    rows["removals.jsonl"] = len(files.read_jsonl(folder / "removals.jsonl"))
    return manifest.listing(folder, rows)


GOLD = ("entities", "stance", "claims")
UNSEALED = [
    Mutation("flip a byte", "bytes", False, ("files",), flip_byte),
    Mutation("flip a byte of data", "bytes", False, ("files",), flip_data_byte),
    Mutation("cut a file", "bytes", False, ("files",), truncate),
    Mutation("lengthen a file", "bytes", False, ("files",), append),
    Mutation("delete a file", "files", False, ("files",), delete),
    Mutation("add a file", "files", False, ("files",), add),
    Mutation("rename a file", "moves", False, ("files",), rename),
    Mutation("swap two files", "moves", False, ("files",), swap),
    Mutation("link a file", "links", False, ("files",), link_file),
    Mutation("link a folder", "links", False, ("files",), link_folder),
    Mutation("edit the sums", "files", False, ("files",), edit_sums),
    Mutation("edit the signature", "signature", False, ("signature",), edit_signature),
    Mutation("take the signature away", "signature", False, ("signature",), no_signature),
]


def _rows(name: str, kind: str, caught_by: str, change: Callable[[Row, Random], None], *configs: str) -> Mutation:
    return Mutation(name, kind, True, tuple(caught_by.split()), edit_rows(change, *configs))


SEALED = [
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
    Mutation("a number in the card", "numbers", True, ("documents",), edit_number("README.md")),
    Mutation("a number in the datasheet", "numbers", True, ("documents",), edit_number("DATASHEET.md")),
    Mutation("a number in Croissant", "numbers", True, ("documents",), edit_number("croissant.json")),
    Mutation("a number elsewhere", "numbers", True, ("documents",), edit_number("CHANGELOG.md", "report/index.html")),
    Mutation("YAML of the card", "yaml", True, ("documents",), edit_yaml),
    Mutation("label map", "manifest", True, ("families",), edit_manifest(other_labels)),
    Mutation("a family's split in the manifest", "manifest", True, ("families",), edit_manifest(other_family)),
    Mutation("held out, but there", "manifest", True, ("families",), edit_manifest(held_out)),
    Mutation("another step", "manifest", True, ("manifest",), edit_manifest(other_bump, documents=True)),
    Mutation("another logical digest", "manifest", True, ("digests",), edit_manifest(other_digest, documents=True)),
    Mutation("another count of rows", "manifest", True, ("features",), edit_manifest(other_rows)),
    Mutation("another version", "manifest", True, ("documents",), edit_manifest(other_version)),
    Mutation("another label set", "manifest", True, ("schemas", "labels"), edit_manifest(other_layer)),
    Mutation("an unknown key", "manifest", True, ("manifest",), edit_manifest(unknown_key)),
    Mutation("loosen a schema", "manifest", True, ("schemas",), loosen_schema),
    Mutation("move a shard", "moves", True, ("splits",), move_shard),
    Mutation("a stranger among the files", "files", True, ("manifest",), listed_stranger),
    Mutation("a removed article", "rows", True, ("removed",), removed_article),
    Mutation("a number, under a signature", "signature", True, ("signature",), sealed_number_under_signature),
]


def drawn(seed: int, unsealed: int, sealed: int) -> Iterator[tuple[int, Mutation]]:
    """Mutations in turn, each with the seed it is applied with; the same for the same arguments."""
    for n in range(unsealed):
        yield seed * 1_000_003 + n, UNSEALED[n % len(UNSEALED)]
    for n in range(sealed):
        yield seed * 1_000_003 + unsealed + n, SEALED[n % len(SEALED)]
