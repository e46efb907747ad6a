"""Files changed, moved, linked, added or taken away; signatures forged. Nothing is made to match."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from random import Random

from copydesk import files
from copydesk.dataset.release import sums
from copydesk.dataset.release.facts import MANIFEST
from mutations.documents import edit_number
from mutations.kind import Mutation


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


def move(folder: Path, random: Random) -> None:
    """Into another folder of the release, under its own name."""
    path = _any_file(folder, random)
    path.rename((folder / "report" if path.parent != folder / "report" else folder) / path.name)


def respell(folder: Path, random: Random) -> None:
    """The same name in other letters: to some file systems it is the same."""
    path = _any_file(folder, random)
    path.rename(path.with_name(path.name.swapcase()))


def link_inside(folder: Path, random: Random) -> None:
    """A copy under another name, and a link to it in place of the file: every byte reads as it should."""
    path = _any_file(folder, random)
    (folder.parent / "away").mkdir(exist_ok=True)
    shutil.copy(path, folder.parent / "away" / "copy")
    path.unlink()
    path.symlink_to(Path("../" * len(path.relative_to(folder).parts)) / "away/copy")


def dangling_link(folder: Path, random: Random) -> None:
    (folder / f"extra{random.randrange(100)}.parquet").symlink_to(folder / "nowhere")


def make_folder(folder: Path, random: Random) -> None:
    """A folder where a file should be."""
    path = _any_file(folder, random)
    path.unlink()
    (path / "inner").mkdir(parents=True)


def edit_yaml_plainly(folder: Path, random: Random) -> None:
    path = folder / "README.md"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = random.randrange(1, lines.index("---\n", 1))
    lines[at] = f"# {lines[at]}"
    path.write_text("".join(lines), encoding="utf-8")


def turn_version_back(folder: Path, random: Random) -> None:
    stated = files.read_json(folder / MANIFEST)
    files.write_json(folder / MANIFEST, stated | {"version": f"0.{random.randrange(9)}.0"})


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


def sign_by_stranger(folder: Path, random: Random) -> None:
    """A good signature, by a key that nobody named."""
    _sign(folder, "dataset-release")


def sign_for_something_else(folder: Path, random: Random) -> None:
    _sign(folder, random.choice(["git", "file", "dataset-releases"]))


def _sign(folder: Path, namespace: str) -> None:
    key = folder.parent / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (folder / sums.SIGNATURE).unlink()
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key), str(folder / sums.SUMS)]
    subprocess.run(command, check=True, capture_output=True)


def sign_other_sums(folder: Path, random: Random) -> None:
    """The old signature under new sums, which fit the folder."""
    (folder / "DATASHEET.md").write_text("What we say now.\n")
    sums.write(folder)


def _plain(name: str, kind: str, apply) -> Mutation:
    return Mutation(name, kind, False, ("signature",) if kind == "signature" else ("files",), apply)


PLAIN = [
    _plain("flip a byte", "bytes", flip_byte),
    _plain("flip a byte of data", "bytes", flip_data_byte),
    _plain("cut a file", "bytes", truncate),
    _plain("lengthen a file", "bytes", append),
    _plain("delete a file", "files", delete),
    _plain("add a file", "files", add),
    _plain("a folder in a file's place", "files", make_folder),
    _plain("edit the sums", "files", edit_sums),
    _plain("rename a file", "moves", rename),
    _plain("spell a name otherwise", "moves", respell),
    _plain("move a file", "moves", move),
    _plain("swap two files", "moves", swap),
    _plain("link a file", "links", link_file),
    _plain("link a folder", "links", link_folder),
    _plain("link to the same bytes", "links", link_inside),
    _plain("a link to nowhere", "links", dangling_link),
    _plain("comment out a line of YAML", "yaml", edit_yaml_plainly),
    _plain("turn the version back", "manifest", turn_version_back),
    _plain("edit the signature", "signature", edit_signature),
    _plain("take the signature away", "signature", no_signature),
    _plain("a stranger's signature", "signature", sign_by_stranger),
    _plain("a signature for something else", "signature", sign_for_something_else),
    _plain("new sums, old signature", "signature", sign_other_sums),
    Mutation("a number, under a signature", "signature", True, ("signature",), sealed_number_under_signature),
]
