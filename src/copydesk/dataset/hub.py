"""Releases through Hugging Face's libraries; no other module imports ``datasets`` or ``huggingface_hub``.

In:  a release folder, or the name of a dataset on a Hub.
Out: one commit and a tag on a Hub; rows as ``load_dataset`` gives them, from a release that was verified first.

The address and the token come from the environment: ``HF_ENDPOINT``, ``HF_TOKEN``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.dataset.release import sums
from copydesk.dataset.release.audience import PUBLIC, is_cleared
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.errors import CopydeskError, OutsideError
from copydesk.issues import Issue
from copydesk.schemas import Schemas

if TYPE_CHECKING:
    import datasets
    from huggingface_hub import HfApi

HOME = "https://huggingface.co"
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


class NotVerified(CopydeskError):
    """What was to be loaded is not what was released."""

    exit_code = 1

    def __init__(self, folder: Path, issues: tuple[Issue, ...]) -> None:
        self.folder, self.issues = folder, issues
        super().__init__(f"{folder} does not pass `copydesk verify`: {issues[0]}", "get the release again")


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
    with _outside(repo):
        api = _api()
        api.create_repo(repo, repo_type="dataset", exist_ok=True)
        commit = _commit(api, folder, repo, facts)
        return Published(repo, commit, facts.version, f"{api.endpoint}/datasets/{repo}/tree/{facts.version}")


def _refuse_uncleared(folder: Path, facts: ReleaseFacts) -> None:
    if facts.audience != PUBLIC or facts.hydrated:
        rows = facts.rows("articles", columns=["rights", "provenance"])
        held = sorted({row["provenance"]["source"] for row in rows if not is_cleared(row)})
        if held:
            raise NotCleared(folder, held)


def _api() -> HfApi:
    from huggingface_hub import HfApi, constants
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    endpoint = (os.environ.get("HF_ENDPOINT") or HOME).rstrip("/")
    if endpoint != HOME:
        constants.HF_HUB_DISABLE_XET = True  # other hubs do not speak it; the variable is read at import only
    return HfApi(endpoint=endpoint, token=os.environ.get("HF_TOKEN") or None)


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


@contextmanager
def _outside(repo: str) -> Iterator[None]:
    """Errors of the client as ours, without the token that may stand in them."""
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status in (401, 403):
            hint = "set HF_TOKEN to a token that may write there"
            raise CopydeskError(f"the Hub does not let us write to {repo} (HTTP {status})", hint) from None
        if status == 412:
            raise OutsideError(f"{repo} changed while we published", "publish again") from None
        raise OutsideError(f"the Hub answered {status} for {repo}", "try again later") from None
    except (OSError, _network_error()) as error:
        address = os.environ.get("HF_ENDPOINT") or HOME
        raise OutsideError(f"the Hub at {address} cannot be reached: {type(error).__name__}") from None


def _network_error() -> type[Exception]:
    """What the client raises when there is no connection: its HTTP library's own base class."""
    from huggingface_hub.errors import HfHubHTTPError

    bases = HfHubHTTPError.__mro__
    return next((base for base in bases if base.__name__ == "HTTPError"), OSError)


def load(path_or_repo: str | Path, config: str = "articles", revision: str | None = None) -> datasets.DatasetDict:
    """Verify a release, then load ``config`` of it: from a folder, or from a Hub (then name a tag or commit).

    Without network a release that was fetched before is taken from the cache (``HF_HUB_OFFLINE=1``).

    Raises: NotARelease; NotVerified, when it is not what was released; OutsideError, when the Hub fails.
    """
    from copydesk.dataset.release.verify import verify

    folder = Path(path_or_repo)
    if not folder.is_dir():
        folder = _fetch(str(path_or_repo), revision)
    found = verify(folder)
    if not found.ok:
        raise NotVerified(folder, found.issues)
    return load_config(folder, config)


def _fetch(repo: str, revision: str | None) -> Path:
    if repo.count("/") != 1:
        raise CopydeskError(f"{repo} is neither a folder nor ORG/NAME on a Hub")
    with _outside(repo):
        return Path(_api().snapshot_download(repo, repo_type="dataset", revision=revision))


def load_config(folder: Path, config: str, cache: Path | None = None) -> datasets.DatasetDict:
    """One config of the release in ``folder``, by the real ``load_dataset``."""
    import datasets

    shown = datasets.utils.logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        return datasets.load_dataset(str(folder), config, cache_dir=cache and str(cache))
    finally:
        if shown:
            datasets.enable_progress_bars()


def compare_loaded(folder: Path, facts: ReleaseFacts, schemas: Schemas) -> Iterator[Issue]:
    """Where ``load_dataset`` gives other configs, splits, Features or rows than the shards hold."""
    with tempfile.TemporaryDirectory(prefix="copydesk-load-") as cache:
        for config in facts.configs:
            try:
                loaded = load_config(folder, config, Path(cache))
            except Exception as error:  # whatever it is, users would meet it too
                problem = str(error).splitlines()[0] if str(error) else type(error).__name__
                yield Issue("load-failed", config, f"load_dataset fails: {problem}", hint="get the release again")
                continue
            yield from _compare(config, loaded, facts, schemas)


def _compare(config: str, loaded: Any, facts: ReleaseFacts, schemas: Schemas) -> Iterator[Issue]:
    counts = facts.counts[config]
    if set(loaded) != set(counts):
        message = f"load_dataset gives the splits {sorted(loaded)}; the shards are of {sorted(counts)}"
        yield Issue("load-splits", config, message)
        return
    features = schemas.features(f"rows/{config}")
    for split in counts:
        if loaded[split].features != features:
            yield Issue("load-features", f"{config}/{split}", "load_dataset gives other Features than the schema")
        stored = facts.table(config, split=split)
        table = loaded[split].data.table
        if stored is None or not table.combine_chunks().equals(stored.cast(table.schema).combine_chunks()):
            yield Issue("load-rows", f"{config}/{split}", "load_dataset gives other rows than the shards hold")
