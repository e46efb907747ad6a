"""Checks of a release as files: none missing, changed, extra or linked; signed by whom; manifest and schemas sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from copydesk import files
from copydesk.dataset.release import shards, sums
from copydesk.dataset.release.facts import MANIFEST
from copydesk.dataset.release.papers.writing import PAPERS
from copydesk.dataset.release.passages import PASSAGES
from copydesk.dataset.release.verify.opened import Opened
from copydesk.dataset.release.versions import STEPS, Version
from copydesk.errors import CopydeskError
from copydesk.issues import Issue
from copydesk.schemas.layer_values import check_value_schema

HUB = (".gitattributes",)  #: files that a Hub adds
HUB_CACHE = ".cache/huggingface/"


def unlisted_files(opened: Opened) -> Iterator[Issue]:
    """``SHA256SUMS`` against the folder: every file there, as it was, and no other."""
    try:
        listed = sums.read(opened.folder)
    except (OSError, ValueError) as error:
        yield Issue("sums-unreadable", sums.SUMS, f"cannot be read: {error}", hint="get the release again")
        return
    found = {path for path in sums.present(opened.folder) if not _is_hubs(path)}
    for path in sorted(found - set(listed)):
        yield Issue("file-extra", path, "is in the folder but not in the release", hint="take it out of the folder")
    for path in sorted(set(listed) - found):
        yield Issue("file-missing", path, "is part of the release but not there", hint="get the release again")
    for path in sorted(found & set(listed)):
        yield from _file(opened.folder, path, listed[path])


def _file(folder: Path, path: str, expected: str) -> Iterator[Issue]:
    file = folder / path
    if _is_foreign_link(folder, path):
        yield Issue("file-linked", path, "is a link, not a file", hint="copy the file itself into the folder")
    elif not file.is_file():
        yield Issue("file-linked", path, "is not a regular file", hint="get the release again")
    elif files.sha256_file(file) != expected:
        yield Issue("file-changed", path, "is not the file that was released", hint="get the release again")


def _is_hubs(path: str) -> bool:
    return path in HUB or path.startswith(HUB_CACHE)


def _is_foreign_link(folder: Path, path: str) -> bool:
    """Whether the file, or a folder above it, is a link; a Hub cache's own into its ``blobs/`` is not foreign."""
    places = [folder / path, *(folder / path).parents]
    links = [place for place in places[: len(Path(path).parts)] if place.is_symlink()]
    blobs = folder.absolute().parent.parent / "blobs"
    return any(not blobs.is_dir() or link.resolve().parent != blobs.resolve() for link in links)


def signature(opened: Opened) -> Iterator[Issue]:
    """The signature of ``SHA256SUMS``, where signers are given."""
    if opened.signers is None:
        return
    try:
        sums.signer(opened.folder, opened.signers)
    except (OSError, ValueError) as error:
        yield Issue("signature", sums.SUMS, str(error), hint="ask the publisher; do not use this copy")


def manifest(opened: Opened) -> Iterator[Issue]:
    """``manifest.json``: sound, and listing exactly the files of the release with their digests."""
    listed = {entry["path"]: entry for entry in opened.manifest["files"]}
    if len(listed) < len(opened.manifest["files"]):
        yield Issue("manifest", MANIFEST, "lists a file twice")
    found = [path for path in sums.present(opened.folder) if not _is_hubs(path) and path != MANIFEST]
    for path in sorted(set(found) ^ set(listed)):
        word = "lists" if path in listed else "does not list"
        yield Issue("manifest-files", MANIFEST, f"{word} {path}, unlike the folder", "$.files")
    for path in sorted(set(listed)):
        if not (
            path in PAPERS or path in ("removals.jsonl", PASSAGES) or path.startswith("schemas/") or shards.place(path)
        ):
            yield Issue("file-unknown", path, "is no part of any release", hint="do not use this copy")
    for path in sorted(set(found) & set(listed)):
        entry, file = listed[path], opened.folder / path
        if file.is_file() and (entry["bytes"], entry["sha256"]) != (file.stat().st_size, files.sha256_file(file)):
            yield Issue("manifest-files", MANIFEST, f"size or digest of {path} is another", "$.files")
        if shards.place(path) and not path.endswith(f"-{entry['sha256'][:16]}.parquet"):
            yield Issue("shard-name", path, "does not carry its own digest in its name")
    if previous := opened.manifest["previous"]:
        yield from _step(opened.manifest["version"], previous["version"], opened.manifest["bump"])
    elif opened.manifest["bump"] != "first" or opened.manifest["changes"] is not None:
        yield Issue("manifest-step", MANIFEST, "follows no release, so it can neither be a step nor a change", "$.bump")


def _step(version: str, previous: str, bump: str) -> Iterator[Issue]:
    before, after = Version.parse(previous), Version.parse(version)
    if after <= before:
        yield Issue("version-back", MANIFEST, f"{version} does not follow {previous}", "$.version")
    elif bump not in STEPS or STEPS.index(before.step_to(after)) < STEPS.index(bump):
        yield Issue("manifest-step", MANIFEST, f"{previous} to {version} is less than a {bump} step", "$.bump")


def schemas(opened: Opened) -> Iterator[Issue]:
    """``schemas/``: what the layers and record kinds of this release call for."""
    for path in sorted(path for path in (opened.folder / "schemas").rglob("*") if path.is_file()):
        name = path.relative_to(opened.folder / "schemas").as_posix().removesuffix(".schema.json")
        where = path.relative_to(opened.folder).as_posix()
        if name not in opened.schemas:
            yield Issue("schema-unknown", where, "belongs to no record of this release")
        elif files.read_json(path) != opened.schemas[name]:
            message = "is not the schema that these layers call for"
            yield Issue("schema-other", where, message, severity="error" if opened.is_of_this_version else "warning")
    # A layer's own schema is its project's: nothing here can say more than that it fits.
    for layer in opened.facts.layers:
        where = f"schemas/{layer.name}.schema.json"
        try:
            check_value_schema(layer, files.read_json(opened.folder / where), where)
        except (CopydeskError, OSError, ValueError) as unfit:
            yield Issue("schema-unfit", where, f"does not fit its layer: {unfit}", hint="get the release again")
    for config in opened.facts.configs:
        if not (opened.folder / f"schemas/rows/{config}.schema.json").is_file():
            yield Issue("schema-missing", f"schemas/rows/{config}.schema.json", "is not there")


def features(opened: Opened) -> Iterator[Issue]:
    """Columns and types of every shard: those of the schema, in its order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for shard in opened.facts.shards:
        if f"rows/{shard.config}" not in opened.schemas:
            yield Issue("config-unknown", shard.path, f"there is no config {shard.config!r}")
            continue
        try:
            with pq.ParquetFile(opened.folder / shard.path) as file:
                found, rows = file.schema_arrow, file.metadata.num_rows
        except (OSError, pa.ArrowException) as error:
            yield Issue("shard-unreadable", shard.path, f"is no Parquet file: {str(error).splitlines()[0]}")
            continue
        if not found.equals(shards.stored_schema(opened.schemas.arrow(f"rows/{shard.config}")), check_metadata=True):
            yield Issue("shard-columns", shard.path, "has other columns or types than its schema")
        if rows != shard.rows:
            yield Issue("shard-rows", shard.path, f"has {rows} rows; the manifest says {shard.rows}")
