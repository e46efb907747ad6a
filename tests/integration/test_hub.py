"""Publishing to a Hub and loading from it, with the unmodified clients against a hub on 127.0.0.1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.dataset.hub import BranchMoved, NotCleared, TagTaken, fetched, publish
from copydesk.dataset.release import sums
from copydesk.dataset.release.write import release
from copydesk.errors import CopydeskError, OutsideError
from copydesk.project import Project
from copydesk.testing.corpora import a_labelled_project, a_story, label, put_articles
from copydesk.testing.hub import Hub, loopback_hub

NOW = "2026-01-02T00:00:00Z"
REPO = "desk/news"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A corpus that is not cleared, with versions 1.0.0 (also public) and 1.1.0 (public) cut."""
    project = a_labelled_project(tmp_path_factory.mktemp("hub") / "news", 6)
    assert release(project, "1.0.0", now=NOW).path
    assert release(project, "1.0.0", audience="public", now=NOW).path
    put_articles(project, [a_story(number) for number in range(8)], [(0, 1)])
    label(project)
    assert release(project, "1.1.0", audience="public", now=NOW).path
    return project


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with loopback_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        yield hub


def public(project: Project, version: str = "1.0.0") -> Path:
    return project.dist / f"news-{version}-public"


def run(hub: Hub, cache: Path, code: str, arguments: tuple[str, ...] = (), **also: str) -> str:
    """What ``code`` prints in a fresh process: the clients read their environment when they are imported."""
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(cache), **also}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_a_release_becomes_one_commit_and_a_tag(hub: Hub, project: Project) -> None:
    done = publish(public(project), REPO)
    held = hub.repos[REPO]
    assert len(held.commits) == 2  # the one that the Hub makes, and ours
    assert held.names == {"main": done.commit, "1.0.0": done.commit}
    assert set(held.commits[done.commit or ""]) == {*sums.present(public(project)), sums.SUMS, ".gitattributes"}
    assert done.url == f"{hub.url}/datasets/{REPO}/tree/1.0.0"


def test_publishing_again_changes_nothing(hub: Hub, project: Project) -> None:
    first = publish(public(project), REPO)
    assert publish(public(project), REPO) == first
    assert len(hub.repos[REPO].commits) == 2


def test_the_next_version_follows_and_leaves_the_tag_of_the_first(hub: Hub, project: Project) -> None:
    first = publish(public(project), REPO)
    second = publish(public(project, "1.1.0"), REPO)
    held = hub.repos[REPO]
    assert held.names == {"main": second.commit, "1.0.0": first.commit, "1.1.0": second.commit}
    assert set(held.commits[second.commit or ""]) == {
        *sums.present(public(project, "1.1.0")),
        sums.SUMS,
        ".gitattributes",
    }


def test_text_that_is_not_cleared_is_refused(hub: Hub, project: Project) -> None:
    with pytest.raises(NotCleared, match="articles"):
        publish(project.dist / "news-1.0.0", REPO)
    assert hub.requests == []


def test_a_local_release_whose_sources_are_all_cleared_may_go_out(hub: Hub, tmp_path: Path) -> None:
    project = a_labelled_project(tmp_path / "news", 3, redistribute=True)
    folder = release(project, "1.0.0", now=NOW).path
    assert folder is not None
    assert publish(folder, REPO).commit


def test_a_damaged_release_is_not_published(hub: Hub, project: Project, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(public(project), tmp_path / "copy"))
    (copy / "extra.txt").write_text("x")
    refused = publish(copy, REPO)
    assert refused.commit is None
    assert "file-extra" in {issue.code for issue in refused.issues}
    assert hub.requests == []


def test_somebody_elses_commit_on_the_branch_is_not_overwritten(hub: Hub, project: Project) -> None:
    publish(public(project), REPO)
    theirs = hub.upload(REPO, "README.md", b"mine now")
    with pytest.raises(BranchMoved, match=theirs[:12]):
        publish(public(project, "1.1.0"), REPO)
    assert hub.repos[REPO].names["main"] == theirs


def test_a_tag_with_other_contents_is_not_moved(hub: Hub, project: Project) -> None:
    publish(public(project), REPO)
    hub.repos[REPO].names["1.1.0"] = hub.repos[REPO].names["1.0.0"]
    with pytest.raises(TagTaken):
        publish(public(project, "1.1.0"), REPO)


def test_cut_before_the_commit_nothing_is_there_and_the_same_call_goes_on(hub: Hub, project: Project) -> None:
    hub.refuse = lambda method, path: 503 if "/commit/" in path else None
    with pytest.raises(OutsideError):
        publish(public(project), REPO)
    assert len(hub.repos[REPO].commits) == 1
    hub.refuse = lambda method, path: None
    sent = len(hub.blobs)
    assert publish(public(project), REPO).commit
    assert len([path for method, path in hub.requests if method == "PUT"]) <= sent


def test_cut_before_the_tag_the_same_call_only_tags(hub: Hub, project: Project) -> None:
    hub.refuse = lambda method, path: 500 if "/tag/" in path else None
    with pytest.raises(OutsideError):
        publish(public(project), REPO)
    hub.refuse = lambda method, path: None
    done = publish(public(project), REPO)
    assert len(hub.repos[REPO].commits) == 2
    assert hub.repos[REPO].names["1.0.0"] == done.commit


def test_a_wrong_token_is_wrong_usage_and_is_not_told(
    hub: Hub, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secretsecret")
    with pytest.raises(CopydeskError) as refused:
        publish(public(project), REPO)
    assert refused.value.exit_code == 2
    assert "secret" not in str(refused.value) + refused.value.hint


def test_without_a_hub_it_is_the_outside_that_failed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_TOKEN", "x")
    with pytest.raises(OutsideError, match=r"127\.0\.0\.1:9"):
        publish(public(project), REPO)


def test_unmodified_clients_load_it_by_tag(hub: Hub, project: Project, tmp_path: Path) -> None:
    publish(public(project), REPO)
    publish(public(project, "1.1.0"), REPO)
    code = "import datasets; print(sum(datasets.load_dataset('{}', 'claims', revision='{}').num_rows.values()))"
    assert run(hub, tmp_path, code.format(REPO, "1.0.0")) == "6"
    assert run(hub, tmp_path, code.format(REPO, "1.1.0")) == "8"


def test_copydesk_loads_and_verifies_also_offline(hub: Hub, project: Project, tmp_path: Path) -> None:
    publish(public(project), REPO)
    code = f"import copydesk; print(sum(copydesk.load('{REPO}', 'claims', revision='1.0.0').num_rows.values()))"
    assert run(hub, tmp_path, code) == "6"
    assert run(hub, tmp_path, code, HF_HUB_OFFLINE="1", HF_ENDPOINT="http://127.0.0.1:9") == "6"


def test_what_was_changed_on_the_hub_is_not_loaded(hub: Hub, project: Project, tmp_path: Path) -> None:
    done = publish(public(project), REPO)
    files = hub.repos[REPO].commits[done.commit or ""]
    files["DATASHEET.md"] = hub.put(hub.blobs[files["DATASHEET.md"]].replace(b"6", b"7"))
    code = f"""
import copydesk
from copydesk.dataset.hub import NotVerified
try:
    copydesk.load('{REPO}', 'claims', revision='1.0.0')
except NotVerified as refused:
    print([issue.where for issue in refused.issues][0])
"""
    assert run(hub, tmp_path, code) == "DATASHEET.md"


def test_a_folder_is_compared_with_a_revision_on_the_hub(
    hub: Hub, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(public(project), REPO)
    publish(public(project, "1.1.0"), REPO)
    folder = str(public(project, "1.1.0"))
    code = "import sys; from copydesk.cli import app; app(['--json', 'diff', *sys.argv[1:]])"
    found = json.loads(run(hub, tmp_path, code, arguments=(f"{REPO}@1.0.0", folder)))
    assert (found["bump"], found["configs"]["articles"]["added"]) == ("minor", 2)
    again = json.loads(run(hub, tmp_path, code, arguments=(folder, f"{REPO}@1.1.0")))
    assert (again["bump"], again["configs"]["articles"]["added"]) == ("patch", 0)


@pytest.mark.parametrize("named", [f"{REPO}@9.9.9", "desk/nothing@1.0.0"])
def test_what_the_hub_does_not_have_is_wrong_usage(hub: Hub, project: Project, tmp_path: Path, named: str) -> None:
    publish(public(project), REPO)
    with pytest.raises(CopydeskError, match="the Hub has no such") as refused:
        fetched(named, tmp_path)
    assert refused.value.exit_code == 2
