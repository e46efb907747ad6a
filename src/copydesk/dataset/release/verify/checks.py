"""``copydesk verify``: everything that can be checked about a release, each thing by name.

In:  a release folder, and who may sign.
Out: a :class:`Verification`. A check that cannot be made, because what it rests on is broken, does not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pyarrow as pa

from copydesk.dataset import hub
from copydesk.dataset.release import leaks
from copydesk.dataset.release.facts import MANIFEST, NotARelease, read_manifest
from copydesk.dataset.release.sums import SUMS
from copydesk.dataset.release.verify import croissant, families, rows, source, whole, withheld
from copydesk.dataset.release.verify.opened import MOST, Check, Found, Opened, Unreadable, Verification
from copydesk.errors import CopydeskError
from copydesk.executor import Executor, staying
from copydesk.issues import Issue, errors
from copydesk.project import Project


def documents(opened: Opened) -> Iterator[Issue]:
    """Every number in card, datasheet, changelog, Croissant and report, computed again."""
    from copydesk.dataset.release import papers

    found = rows_of(opened)
    expected = papers.documents(opened.facts, found.tally) if opened.documents is None else opened.documents
    yield from papers.check(opened.folder, opened.facts, expected)
    if found.scan is not None and not opened.facts.reanchored:
        yield from papers.check_scan(opened.facts, found.scan)
        yield from papers.check_leaks(opened.facts, leaks.shared(found.sentences))


def loads(opened: Opened) -> Iterator[Issue]:
    """``load_dataset`` gives every config and split with the rows and Features of the shards."""
    yield from hub.compare_loaded(opened.folder, opened.facts, opened.schemas, opened.workers)


def _row_check(name: str) -> Callable[[Opened], Iterable[Issue]]:
    return lambda opened: rows_of(opened).issues[name]


def rows_of(opened: Opened) -> Found:
    """What all row checks found; the rows are read once."""
    if opened.found is None:
        opened.found = rows.run(opened)
    return opened.found


#: Name → what it finds. In this order; the first three say whether the rest can be believed.
CHECKS: dict[str, Callable[[Opened], Iterable[Issue]]] = {
    "files": whole.unlisted_files,
    "signature": whole.signature,
    "manifest": whole.manifest,
    "schemas": whole.schemas,
    "features": whole.features,
    **{name: _row_check(name) for name in rows.NAMES},
    "passages": withheld.passages,
    "families": families.families,
    "earlier": families.earlier,
    "documents": documents,
    "croissant": croissant.croissant,
    "loads": loads,
    "record": source.record,
    "raw": source.raw,
}
SAME = "not made, for the same reason"
NOT_ASKED = {
    "signature": "no file of signers was given",
    "record": "no project was given",
    "raw": "no project was given",
}


def verify(
    folder: Path,
    *,
    signers: Path | None = None,
    project: Project | None = None,
    jobs: int | None = None,
    workers: Executor | None = None,
    documents: Mapping[str, bytes] | None = None,
) -> Verification:
    """Check the release in ``folder``.

    signers:   an ``allowed_signers`` file of ssh-keygen: one of them must have signed.
    project:   where it was cut: the record of the release there, and the raw files, must say the same.
    jobs:      how many processes read a large release; one per core without it.
    workers:   who reads it instead, for who has started some already.
    documents: what its documents should be, for who has just computed them from the same rows.

    Raises: NotARelease, when there is none; NewerRelease, when only a newer Copydesk can tell;
            CopydeskError, when there is no such file of signers.
    """
    if not (folder / MANIFEST).exists() and not (folder / SUMS).exists():
        raise NotARelease(folder)
    if signers is not None and not signers.is_file():
        raise CopydeskError(f"no file of signers at {signers}", "a line per signer: NAME ssh-ed25519 KEY")
    _refuse_newer(folder)
    if workers is None:
        with staying(jobs) as started:
            return _checked(Opened(folder, signers, project, started, documents))
    return _checked(Opened(folder, signers, project, workers, documents))


def _checked(opened: Opened) -> Verification:
    """All checks, in their order."""
    checks, issues = list[Check](), list[Issue]()
    for name, check in CHECKS.items():
        found, problem = _run(check, opened, is_broken=bool(errors(issues)))
        issues += [issue for issue in found if issue not in issues]
        if problem and any(check.detail == problem for check in checks):
            problem = SAME
        checks.append(Check(name, not errors(found) and not problem, problem or _detail(name, found, opened)))
    return Verification(tuple(checks), tuple(issues))


def _refuse_newer(folder: Path) -> None:
    """A manifest that cannot be read at all is left to the checks. Raises NewerRelease."""
    with suppress(OSError, ValueError):
        read_manifest(folder)


def _run(check: Callable[[Opened], Iterable[Issue]], opened: Opened, is_broken: bool) -> tuple[list[Issue], str]:
    """What ``check`` finds, and why it could not go on: what other checks found may be in its way."""
    try:
        return list(islice(check(opened), MOST)), ""
    except Unreadable as error:
        return [Issue("release-unreadable", MANIFEST, str(error), hint="get the release again")], f"not made: {error}"
    except (OSError, pa.ArrowException) as error:
        problem = str(error).splitlines()[0]
        return [Issue("release-unreadable", "data/", problem, hint="get the release again")], f"not made: {problem}"
    except Exception:
        if not is_broken:
            raise  # nothing is wrong so far: the fault is ours
        return [], "not made: what other checks found is in its way"


def _detail(name: str, found: list[Issue], opened: Opened) -> str:
    if errors(found):
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return f"{found[0].where}: {found[0].message}{more}"
    asked = opened.signers if name == "signature" else opened.project
    if name in NOT_ASKED and asked is None:
        return f"not asked: {NOT_ASKED[name]}"
    return "ok" if not found else f"{len(found)} warnings"
