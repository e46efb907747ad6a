"""``verify`` catches every way to tamper with a release, each by the check that is there for it."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from copydesk import files
from copydesk.cli import app
from copydesk.dataset.release import sums
from copydesk.dataset.release.verify import CHECKS, NotARelease, verify
from copydesk.dataset.release.write import release
from copydesk.errors import CopydeskError
from copydesk.testing.corpora import a_labelled_project
from mutations import SEALED, UNSEALED, Mutation
from mutations.sealing import seal
from signing import a_key, signers_of

SEED = 20260101
SAMPLE = 45


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signed release and the file of its signers."""
    place = tmp_path_factory.mktemp("signed")
    project = a_labelled_project(place / "news", 10)
    key = a_key(place, "desk")
    released = release(project, "1.0.0", sign=key, now="2026-01-02T00:00:00Z").path
    assert released is not None
    shutil.copytree(released, place / "release")
    signers_of(place, desk=key)
    return place


@pytest.fixture
def copy(signed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(signed / "release", tmp_path / "release"))


def test_an_untouched_release_passes_every_check(signed: Path) -> None:
    found = verify(signed / "release", signers=signed / "allowed_signers")
    assert [check for check in found.checks if not check.ok] == []
    assert [check.name for check in found.checks] == list(CHECKS)
    assert (found.ok, found.issues) == (True, ())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every way under ``--all``, else a seeded sample."""
    if "mutation" in metafunc.fixturenames:
        every = [*UNSEALED, *SEALED]
        chosen = every if metafunc.config.getoption("--all") else Random(SEED).sample(every, SAMPLE)
        metafunc.parametrize("mutation", chosen, ids=lambda mutation: mutation.name)


def test_tampering_is_caught_by_the_right_check(mutation: Mutation, copy: Path, signed: Path) -> None:
    mutation(copy, Random(f"{SEED} {mutation.name}"))
    signers = signed / "allowed_signers" if mutation.kind == "signature" else None
    found = verify(copy, signers=signers)
    failed = {check.name for check in found.checks if not check.ok}
    assert not found.ok
    assert failed & set(mutation.caught_by), f"{failed}: {[str(issue) for issue in found.issues][:5]}"
    if mutation.sealed:
        assert "files" not in failed  # the forger rewrote the sums


@pytest.mark.parametrize("layer", ["entities", "stance", "claims"])
def test_the_loosened_schema_of_a_layer_is_found_though_its_rows_still_keep_it(layer: str, copy: Path) -> None:
    path = copy / f"schemas/{layer}.schema.json"
    files.write_json(path, files.read_json(path) | {"required": []})
    seal(copy, documents=False)
    assert "schemas" in {check.name for check in verify(copy).checks if not check.ok}


def test_what_is_no_release_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(NotARelease):
        verify(tmp_path / "nowhere")
    with pytest.raises(NotARelease):
        verify(tmp_path)


def test_paths_are_those_of_the_folder_that_is_worked_in(signed: Path) -> None:
    done = CliRunner().invoke(app, ["-C", str(signed), "verify", "release", "--signers", "allowed_signers"])
    assert done.exit_code == 0, done.output


def test_a_missing_file_of_signers_is_wrong_usage(copy: Path) -> None:
    with pytest.raises(CopydeskError, match="no file of signers"):
        verify(copy, signers=copy / "nobody")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff"])
def test_a_broken_manifest_is_named(copy: Path, data: bytes) -> None:
    (copy / "manifest.json").write_bytes(data)
    sums.write(copy)
    found = verify(copy)
    assert not found.ok
    assert any(issue.where == "manifest.json" for issue in found.issues)
    told = [check.detail for check in found.checks if check.detail.startswith("not made: ")]
    assert len(told) == len(set(told))  # the others are not made for the same reason


def test_what_a_hub_adds_is_no_part_of_the_release(copy: Path) -> None:
    files.write_text(copy / ".gitattributes", "x")
    files.write_text(copy / ".cache/huggingface/download/x.metadata", "x")
    assert verify(copy).ok


def test_links_of_a_hubs_own_cache_into_its_blobs_are_let_through(copy: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "datasets--org--name/snapshots/0123"
    blobs = tmp_path / "datasets--org--name/blobs"
    blobs.mkdir(parents=True)
    for path in [*sums.present(copy), sums.SUMS, sums.SIGNATURE]:
        blob = blobs / files.sha256_file(copy / path)
        shutil.copy(copy / path, blob)
        (snapshot / path).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / path).symlink_to(blob)
    assert verify(snapshot).ok
    readme = snapshot / "README.md"
    readme.unlink()
    readme.symlink_to(copy / "README.md")
    assert [issue.code for issue in verify(snapshot).issues] == ["file-linked"]


def test_an_article_that_changed_its_split_is_found_by_the_release_before(copy: Path) -> None:
    manifest = files.read_json(copy / "manifest.json")
    family = manifest["families"][0]
    family["split"] = "test" if family["split"] == "train" else "train"
    files.write_json(copy.parent / "before/manifest.json", manifest | {"version": "0.9.0"})
    found = verify(copy)
    assert [check.name for check in found.checks if not check.ok] == ["earlier"]
