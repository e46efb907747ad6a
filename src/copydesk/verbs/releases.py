"""Verbs about releases: cut, checked, compared, published, used."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copydesk.console import Desk

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Audience(StrEnum):
    """For whom a release is: people who hold the sources, or everyone."""

    local = "local"
    public = "public"


class Format(StrEnum):
    """What a release can be exported as."""

    conll = "conll"
    spacy = "spacy"
    brat = "brat"
    cas = "cas"
    json_ld = "json-ld"


class Bump(StrEnum):
    """How the version is chosen."""

    auto = "auto"


@app.command()
def release(
    ctx: typer.Context,
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="Such as 1.0.0.")] = None,
    bump: Annotated[Bump | None, typer.Option(help="Choose the version that the change calls for.")] = None,
    audience: Annotated[Audience, typer.Option(help="public withholds text that is not cleared.")] = Audience.local,
    sign: Annotated[Path | None, typer.Option(metavar="KEY", help="Sign the sums with this SSH key.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core by default.")] = None,
) -> int:
    """Cut a version of the dataset into dist/, whole or not at all."""
    from copydesk.dataset.release.write import release
    from copydesk.views import releases as views

    desk: Desk = ctx.obj
    cut = release(
        desk.project(),
        version,
        audience=audience.value,
        bump_auto=bump is Bump.auto,
        sign=sign and desk.root / sign,
        jobs=jobs,
        now=desk.now(),
        progress=desk.progress,
    )
    return desk.answer(cut.as_json(), issues=cut.issues, show=views.released(cut))


@app.command()
def verify(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")],
    signers: Annotated[Path | None, typer.Option(metavar="FILE", help="Allowed signers, as ssh-keygen reads.")] = None,
    project: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where it was cut: its record and raw files are read again.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core by default.")] = None,
) -> int:
    """Check a release from its folder alone: files, rows, labels, splits, numbers, loading."""
    from copydesk.dataset.release.verify import verify
    from copydesk.project import Project
    from copydesk.views import releases as views

    desk: Desk = ctx.obj
    held = Project.open(desk.root / project) if project is not None else None
    named = signers and desk.root / signers
    found = verify(desk.root / folder, signers=named, project=held, jobs=jobs)
    return desk.answer(found.as_json(), issues=found.issues, show=views.verified(found), failed=not found.ok)


@app.command()
def diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A release, or ORG/NAME@VERSION on a Hub.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Likewise.")],
) -> int:
    """Say what changed between two releases, and the version step it calls for."""
    from copydesk.dataset.hub import fetched
    from copydesk.dataset.release.diff import diff
    from copydesk.views import releases as views

    desk: Desk = ctx.obj
    found = diff(fetched(old, desk.root), fetched(new, desk.root))
    return desk.answer(found.as_json(), show=views.diff(found, whole=desk.verbose))


@app.command()
def publish(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")],
    repo: Annotated[str | None, typer.Option(metavar="ORG/NAME", help="[hub] repo of the settings if absent.")] = None,
) -> int:
    """Put a release on a Hub: one commit, one tag. Text that is not cleared never leaves."""
    from copydesk.dataset.hub import publish
    from copydesk.views import releases as views

    desk: Desk = ctx.obj
    sent = publish(desk.root / folder, repo or desk.hub_repo())
    return desk.answer(sent.as_json(), issues=sent.issues, show=views.published(sent), failed=sent.commit is None)


@app.command()
def hydrate(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A public release.")],
    raw: Annotated[Path, typer.Option("--from", metavar="RAW", help="Your own copies of the raw files.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")],
) -> int:
    """Put withheld words back from one's own copies, and prove them by digest."""
    from copydesk.dataset.release.hydrate import hydrate
    from copydesk.views import releases as views

    desk: Desk = ctx.obj
    done = hydrate(desk.root / folder, desk.root / raw, desk.root / to, progress=desk.progress)
    keys = done.as_json()
    return desk.answer(keys, issues=done.issues, show=views.hydrated(done), failed=bool(done.missing or done.differing))


@app.command()
def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")],
    format_: Annotated[Format, typer.Option("--format")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
) -> int:
    """Write a release as what other tools read."""
    from copydesk.dataset.export import export
    from copydesk.views import releases as views

    desk: Desk = ctx.obj
    made = export(desk.root / folder, format_.value, desk.root / to)
    return desk.answer({"files": [str(path) for path in made]}, show=views.exported(made, to))


@app.command()
def report(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release.")]) -> int:
    """Say where a release's report is: one self-contained page with plots and a viewer."""
    from copydesk.dataset.release.papers import report
    from copydesk.views import lines

    desk: Desk = ctx.obj
    page = report(desk.root / folder)
    return desk.answer({"path": str(page)}, show=lines(str(page)))
