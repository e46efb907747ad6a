"""Documents, manifest, schemas and places changed; sums and manifest made to match."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import orjson

from copydesk import files
from copydesk.dataset.release import sums
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts
from copydesk.dataset.release.shards import place
from mutations.kind import Mutation
from mutations.sealing import listing, seal, write_documents

Row = dict[str, Any]


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


def edit_croissant(change: Callable[[Row, Random], None]) -> Callable[[Path, Random], None]:
    """Change one leaf field of one record set, then seal."""

    def apply(folder: Path, random: Random) -> None:
        document = orjson.loads((folder / "croissant.json").read_bytes())
        leaves = [leaf for each in document["recordSet"] for field in each["field"] for leaf in _leaves(field)]
        change(random.choice(leaves), random)
        (folder / "croissant.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        seal(folder, documents=False)

    return apply


def _leaves(field: Row) -> list[Row]:
    return [leaf for below in field["subField"] for leaf in _leaves(below)] if "subField" in field else [field]


def other_column(leaf: Row, random: Random) -> None:
    leaf["source"]["extract"]["column"] = random.choice(["nothing", "split", "label"])
    leaf["source"].pop("transform", None)


def other_type(leaf: Row, random: Random) -> None:
    leaf["dataType"] = "sc:Boolean" if leaf["dataType"] != "sc:Boolean" else "sc:Float"


def other_files(leaf: Row, random: Random) -> None:
    leaf["source"]["fileSet"]["@id"] = "articles-files" if not leaf["@id"].startswith("articles") else "claims-files"


def yaml_version(folder: Path, random: Random) -> None:
    """Clients that cached the other version would be served its rows."""
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("version: 1.0.0", "version: 1.0.1", 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    seal(folder, documents=False)


def yaml_path(folder: Path, random: Random) -> None:
    """A split reads the shard of another one."""
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    one, other = random.sample(sorted(set(re.findall(r"data/articles/\S+\.parquet", text))), 2)
    path.write_text(text.replace(one, other), encoding="utf-8")
    seal(folder, documents=False)


def renumber_shard(folder: Path, random: Random) -> None:
    """As if there were a second part that nobody sees."""
    path = random.choice(sorted(folder.glob("data/*/*.parquet")))
    path.rename(path.with_name(path.name.replace("-00000-of-00001-", "-00000-of-00002-")))
    seal(folder, documents=False)


def earlier_version(stated: Row, random: Random) -> None:
    """It says that it follows a later one."""
    stated["previous"] = {"version": f"{random.randrange(2, 9)}.0.0", "digest": "0" * 64}
    stated["bump"] = "major"


def shared_passages(stated: Row, random: Random) -> None:
    stated["scans"]["leaks"]["passages"] += 1 + random.randrange(9)


def personal_data(stated: Row, random: Random) -> None:
    random.choice(list(stated["scans"]["personal"].values()))["hits"] += 1


DOCUMENTS = [
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
    Mutation("a field's column in Croissant", "numbers", True, ("croissant",), edit_croissant(other_column)),
    Mutation("a field's type in Croissant", "numbers", True, ("croissant",), edit_croissant(other_type)),
    Mutation("a field's files in Croissant", "numbers", True, ("croissant",), edit_croissant(other_files)),
    Mutation("a config's version in YAML", "yaml", True, ("documents",), yaml_version),
    Mutation("a split's file in YAML", "yaml", True, ("documents",), yaml_path),
    Mutation("a shard's number", "moves", True, ("documents",), renumber_shard),
    Mutation(
        "a version that goes back", "manifest", True, ("manifest",), edit_manifest(earlier_version, documents=True)
    ),
    Mutation("shared passages", "manifest", True, ("documents",), edit_manifest(shared_passages, documents=True)),
    Mutation("personal data", "manifest", True, ("documents",), edit_manifest(personal_data, documents=True)),
]
