"""``SHA256SUMS`` lists every file; ``ssh-keygen`` signs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from copydesk import files
from copydesk.dataset.release import sums
from signing import a_key, signers_of

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen on this machine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files.write_text(tmp_path / "release/b.txt", "b")
    files.write_text(tmp_path / "release/data/a.txt", "a")
    return tmp_path / "release"


def test_sums_are_what_sha256sum_reads(folder: Path) -> None:
    sums.write(folder)
    lines = (folder / sums.SUMS).read_text().splitlines()
    assert lines == [f"{files.sha256(b'b')}  b.txt", f"{files.sha256(b'a')}  data/a.txt"]


def test_the_digest_does_not_depend_on_the_signature(folder: Path) -> None:
    digest = sums.write(folder)
    files.write_text(folder / sums.SIGNATURE, "x")
    assert sums.write(folder) == digest


@pytest.mark.parametrize("line", ["x  b.txt", f"{'0' * 64} b.txt", f"{'0' * 64}  b.txt\n{'1' * 64}  b.txt"])
def test_a_line_that_is_none_is_named(folder: Path, line: str) -> None:
    files.write_text(folder / sums.SUMS, f"{'0' * 64}  a\n{line}\n")
    with pytest.raises(ValueError, match="line"):
        sums.read(folder)


@needs_ssh
def test_who_signed_is_told_by_name(folder: Path, tmp_path: Path) -> None:
    sums.write(folder)
    key = a_key(tmp_path, "desk")
    sums.sign(folder, key)
    assert sums.signer(folder, signers_of(tmp_path, desk=key)) == "desk"


@needs_ssh
def test_signing_again_gives_the_same_signature(folder: Path, tmp_path: Path) -> None:
    sums.write(folder)
    key = a_key(tmp_path, "desk")
    sums.sign(folder, key)
    first = (folder / sums.SIGNATURE).read_bytes()
    sums.sign(folder, key)
    assert (folder / sums.SIGNATURE).read_bytes() == first


@needs_ssh
def test_a_stranger_a_changed_file_and_a_missing_signature_are_refused(folder: Path, tmp_path: Path) -> None:
    sums.write(folder)
    desk, stranger = a_key(tmp_path, "desk"), a_key(tmp_path, "stranger")
    allowed = signers_of(tmp_path, desk=desk)
    with pytest.raises(ValueError, match="not signed"):
        sums.signer(folder, allowed)
    sums.sign(folder, stranger)
    with pytest.raises(ValueError, match="nobody"):
        sums.signer(folder, allowed)
    sums.sign(folder, desk)
    files.write_text(folder / "b.txt", "other")
    sums.write(folder)
    with pytest.raises(ValueError, match="does not fit"):
        sums.signer(folder, allowed)


@needs_ssh
def test_what_is_no_key_cannot_sign(folder: Path) -> None:
    sums.write(folder)
    with pytest.raises(sums.BadKey, match="no key"):
        sums.sign(folder, folder / "nowhere")
    with pytest.raises(sums.BadKey, match="cannot sign"):
        sums.sign(folder, folder / "b.txt")
    assert not (folder / sums.SIGNATURE).exists()
