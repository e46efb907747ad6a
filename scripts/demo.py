"""The whole way on this repository's own five articles, through a real Label Studio. Run it as `scripts/demo`.

Each step is one of this project's recipe scripts; between push and pull the two reference annotators' answers are
submitted through the server's own interface, each as a user of their own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import build_dataset
import publish_release
import pull_labels
import push_tasks
import validate_labels
from rich.console import Console

from copydesk.console import bar, fail, table
from copydesk.dataset.build import Built
from copydesk.dataset.hub import load_config
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError
from copydesk.labeling import annotators, reference, server
from copydesk.labeling.reference import Mapped
from copydesk.labeling.replay import Replayed, replay
from copydesk.labeling.studio import Studio
from copydesk.project import Project

ROOT = Path(__file__).parents[1]
CONSOLE = Console(highlight=False)


def main(*, stay: bool) -> int:
    """Run every step; 0 when the release verifies."""
    project = Project.load(ROOT)
    with _step("build: raw articles to records and families"):
        built = build_dataset.run(project, bar)
    with _step("studio: a real Label Studio on this machine (the first time it is installed: some minutes)"):
        server.start(project, bar)
    try:
        mapped, replayed = _label(project)
        with _step("validate, agreement, adjudicate: which labels hold"):
            checked = validate_labels.run(project)
        with _step("release, verify: a folder that anyone can check"):
            published = publish_release.run(project, bar)
        if published.released.path is None or published.verified is None:
            raise CopydeskError("nothing was released", "; ".join(map(str, published.released.issues)))
        with _step("load_dataset: every config and split of it"):
            loaded = _load(published.released.path)
        _tell(built, mapped, replayed, checked, published, loaded)
    finally:
        if not stay:
            server.stop(project)
    if stay:
        _invite(project)
    return 0 if published.verified.ok else 1


@contextmanager
def _step(what: str) -> Iterator[None]:
    CONSOLE.print(f"[bold]▸[/] {what}")
    yield


def _label(project: Project) -> tuple[Mapped, Replayed]:
    studio = Studio.connect(project)
    articles = Store(project).by_id
    mapped = reference.answers(project, articles.values())
    for name in sorted({answer.annotator for answer in mapped.answers}):
        annotators.add(project, name, studio)
    with _step("push: a task per article, layer, target and annotator, each exactly once"):
        push_tasks.run(project, studio, bar)
    with _step("label: the two reference annotators answer as two users"):
        replayed = replay(project, mapped.answers, articles, studio=studio, progress=bar)
    with _step("pull: what they answered, into labeling/*/annotations.jsonl"):
        pull_labels.run(project, studio, bar)
    return mapped, replayed


def _load(release: Path) -> dict[str, dict[str, int]]:
    """Rows that the real ``load_dataset`` gives, per config and split; the cache is thrown away."""
    facts = ReleaseFacts.read(release)
    with tempfile.TemporaryDirectory() as cache:
        loaded = {config: load_config(release, config, Path(cache)) for config in facts.configs}
        return {config: {split: len(rows) for split, rows in each.items()} for config, each in loaded.items()}


def _tell(
    built: Built,
    mapped: Mapped,
    replayed: Replayed,
    checked: validate_labels.Checked,
    published: publish_release.Published,
    loaded: dict[str, dict[str, int]],
) -> None:
    released, verified = published.released, published.verified
    decided = checked.decided
    outside, cut = sum(mapped.outside.values()), sum(mapped.cut.values())
    figures = [
        f"{name}: {metric.name} {metric.value:.2f}"
        for name, metrics in checked.agreed.layers.items()
        for metric in metrics[:1]
        if metric.value is not None
    ]
    rows = [
        ("articles", f"{built.read} read, {built.kept} kept, {built.rejected} rejected, {built.families} families"),
        ("answers", f"{replayed.submitted} submitted now, {replayed.known} already there"),
        ("reference labels", f"{sum(mapped.kept.values())} kept; outside the texts {outside}, cut by their edge {cut}"),
        ("agreement", "; ".join(figures)),
        ("gold", "; ".join(f"{name}: {len(a.gold)} units, {len(a.disputed)} disputed" for name, a in decided.items())),
        ("validate", f"{checked.validation.checked} records, {len(checked.validation.issues)} issues"),
        ("splits", ", ".join(f"{split} {n}" for split, n in released.splits.items()) + " articles, families whole"),
        *(
            (f"load_dataset {config}", ", ".join(f"{s} {n} rows" for s, n in rows.items()))
            for config, rows in loaded.items()
        ),
        ("verify", "ok" if verified and verified.ok else "FAILED"),
        ("release", released.path),
    ]
    table(CONSOLE, ("", f"what came out (version {released.version})"), rows)


def _invite(project: Project) -> None:
    """How a newcomer labels by hand."""
    running, owner = server.status(project), server.keys(project)
    CONSOLE.print(f"Label Studio stays up at {running.url}", f"  sign in as  {owner.email}", sep="\n", markup=False)
    CONSOLE.print(f"  password    {owner.password}", markup=False)
    CONSOLE.print("label something, then:  copydesk pull    and to end it:  copydesk studio stop", markup=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--open", action="store_true", help="leave Label Studio running, and say how to sign in")
    try:
        sys.exit(main(stay=parser.parse_args().open))
    except CopydeskError as error:
        sys.exit(fail(error, json=False))
    except KeyboardInterrupt:
        sys.exit("interrupted; run the same command again to go on")
