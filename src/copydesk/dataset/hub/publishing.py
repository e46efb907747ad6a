"""Put a release onto a Hub: one commit on the parent that was looked at, and a tag.

In:  a release folder that ``verify`` passes and that may go out.
Out: a commit and a tag on a Hub; done again nothing changes, cut short the same call goes on.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.dataset.hub import client
from copydesk.dataset.release import sums
from copydesk.dataset.release.audience import PUBLIC, is_cleared
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.errors import CopydeskError
from copydesk.issues import Issue

if TYPE_CHECKING:
    from huggingface_hub import HfApi

HUBS_OWN = (".gitattributes",)  #: files that a Hub adds and keeps


class NotCleared(CopydeskError):
    """A release holds text that its source does not let go out."""

    def __init__(self, folder: Path, sources: list[str]) -> None:
        self.folder, self.sources = folder, tuple(sources)
        hint = "publish the one cut with `copydesk release --audience public`"
        super().__init__(f"{folder.name} holds the words of sources that are not cleared: {', '.join(sources)}", hint)


class BranchMoved(CopydeskError):
    """Somebody else changed the dataset on the Hub since its last release."""

    def __init__(self, repo: str, commit: str) -> None:
        self.repo, self.commit = repo, commit
        hint = "look at that commit; tag it, or take it back on the Hub, then publish again"
        super().__init__(f"the main branch of {repo} is at {commit[:12]}, which is no release of ours", hint)


class TagTaken(CopydeskError):
    """The version is on the Hub already, with other contents."""

    def __init__(self, repo: str, tag: str) -> None:
        self.repo, self.tag = repo, tag
        super().__init__(f"{repo} has {tag} already, with other contents", "a release is never changed: cut the next")


@dataclass(frozen=True, slots=True)
class Published:
    """Where a release is on a Hub; without ``commit`` it was not published, because of ``issues``."""

    repo: str
    commit: str | None
    tag: str
    url: str | None
    issues: tuple[Issue, ...] = ()

    def as_json(self) -> dict[str, Any]:
        plain = {key: getattr(self, key) for key in ("repo", "commit", "tag", "url")}
        return plain | {"issues": [issue.as_json() for issue in self.issues]}


def publish(folder: Path, repo: str) -> Published:
    """Put the release in ``folder`` onto the dataset ``repo`` (ORG/NAME): one commit, one tag.

    Doing it again changes nothing; cut short, the same call goes on.

    Raises: NotARelease; NotCleared; BranchMoved; TagTaken; CopydeskError, when the token is refused;
            OutsideError, when the Hub fails. The Hub is then as it was, or lacks but the tag.
    """
    from copydesk.dataset.release.verify import verify

    facts = ReleaseFacts.read(folder)
    _refuse_uncleared(folder, facts)
    found = verify(folder)
    if not found.ok:
        return Published(repo, None, facts.version, None, found.issues)
    with client.outside(repo):
        api = client.api()
        api.create_repo(repo, repo_type="dataset", exist_ok=True)
        commit = _commit(api, folder, repo, facts)
        return Published(repo, commit, facts.version, f"{api.endpoint}/datasets/{repo}/tree/{facts.version}")


def _refuse_uncleared(folder: Path, facts: ReleaseFacts) -> None:
    if facts.audience != PUBLIC or facts.hydrated:
        rows = facts.rows("articles", columns=["rights", "provenance"])
        held = sorted({row["provenance"]["source"] for row in rows if not is_cleared(row)})
        if held:
            raise NotCleared(folder, held)


def _commit(api: HfApi, folder: Path, repo: str, facts: ReleaseFacts) -> str:
    """The commit that holds the release, made if it is not there yet, and tagged."""
    refs = api.list_repo_refs(repo, repo_type="dataset")
    tags = {tag.name: str(tag.target_commit) for tag in refs.tags}
    head = next(str(branch.target_commit) for branch in refs.branches if branch.name == "main")
    if facts.version in tags:
        if _sums_at(api, repo, tags[facts.version]) != (folder / sums.SUMS).read_bytes():
            raise TagTaken(repo, facts.version)
        return tags[facts.version]
    there = set(api.list_repo_files(repo, repo_type="dataset", revision=head)) - set(HUBS_OWN)
    if _sums_at(api, repo, head) != (folder / sums.SUMS).read_bytes():
        if there and head not in tags.values():
            raise BranchMoved(repo, head)
        head = _upload(api, folder, repo, facts, head, there)
    api.create_tag(repo, tag=facts.version, revision=head, repo_type="dataset")
    return head


def _upload(api: HfApi, folder: Path, repo: str, facts: ReleaseFacts, head: str, there: set[str]) -> str:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    ours = [*sums.present(folder), sums.SUMS, *([sums.SIGNATURE] if (folder / sums.SIGNATURE).exists() else [])]
    gone = [CommitOperationDelete(path) for path in sorted(there - set(ours))]
    added = [CommitOperationAdd(path, str(folder / path)) for path in ours]
    done = api.create_commit(
        repo,
        [*gone, *added],
        commit_message=f"Release {facts.version}",
        repo_type="dataset",
        parent_commit=head,
    )
    return str(done.oid)


def _sums_at(api: HfApi, repo: str, commit: str) -> bytes | None:
    from huggingface_hub.errors import EntryNotFoundError

    with tempfile.TemporaryDirectory(prefix="copydesk-hub-") as cache:
        try:
            path = api.hf_hub_download(repo, sums.SUMS, repo_type="dataset", revision=commit, cache_dir=cache)
        except EntryNotFoundError:
            return None
        return Path(path).read_bytes()
